"""Entries that a tablet kept: done once by their key, for who wrote them, refused where the form has changed."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from euthymia.clinic.foundation.practice.hello import device_mark
from euthymia.clinic.foundation.stock.models import DrugMove
from euthymia.clinic.journey.infusions.models import InfusionEvent, Segment, Vitals
from euthymia.clinic.journey.infusions.queries import segments_of
from tests import visits

MINUTE = timedelta(minutes=1)


@pytest.fixture
def chair(cast):
    """The nurse's tablet at a chair where the pump has run for half an hour."""
    infusion = visits.running(visits.crew_of(cast), cast.now - 30 * MINUTE)
    return Chair(cast, infusion)


class Chair:
    def __init__(self, cast, infusion):
        self.cast, self.infusion = cast, infusion

    def send(
        self, what, fields, *, minutes_ago=0, who="nurse", mark=None, key=None, clock_wrong=timedelta(0), age_s=None
    ):
        """Send one entry as the tablet does, written some minutes ago."""
        actor = getattr(self.cast, who)
        wrong_ms = int(clock_wrong.total_seconds() * 1000)
        now_ms = int(self.cast.now.timestamp() * 1000)
        slip = {
            "slip_device_ms": now_ms - int(minutes_ago * 60_000) + wrong_ms,
            "slip_ahead_ms": -wrong_ms,
            "slip_ahead_now_ms": -wrong_ms,
            "slip_age_ms": int(minutes_ago * 60_000) if age_s is None else age_s * 1000,
            "slip_contact_ms": now_ms - int((minutes_ago + 1) * 60_000),
        }
        return self.cast.client(actor).post(
            reverse(f"infusions:{what}", args=[self.infusion.ref]),
            {"key": key or uuid.uuid4().hex, **slip, **fields},
            headers={"X-Journal": device_mark(actor) if mark is None else mark},
        )


ROW = {"systolic_mmhg": "131", "diastolic_mmhg": "80"}


def test_a_kept_row_stands_at_the_time_when_it_was_written_with_both_clocks(chair):
    answer = chair.send("vitals", ROW, minutes_ago=20, key="k1", clock_wrong=timedelta(days=1))
    assert (answer.status_code, answer.json()["saved"]) == (200, "k1")
    row = Vitals.objects.get(systolic_mmhg=131)
    assert row.at == chair.cast.now - 20 * MINUTE
    assert row.received_at == chair.cast.now
    assert row.device_at == chair.cast.now - 20 * MINUTE + timedelta(days=1)
    page = chair.cast.client(chair.cast.nurse).get(reverse("infusions:chair", args=[chair.infusion.ref]))
    assert page.content.count(b"tag--flag") == 1


def test_a_lost_reply_is_asked_for_again_and_the_row_stands_once(chair):
    first = chair.send("vitals", ROW, key="k1")
    again = chair.send("vitals", ROW, key="k1", minutes_ago=5)
    assert (first.status_code, again.status_code) == (200, 200)
    assert Vitals.objects.filter(systolic_mmhg=131).count() == 1
    assert chair.send("vitals", ROW | {"systolic_mmhg": "132"}, key="k1").status_code == 422


def test_nobody_sends_what_somebody_else_has_written(chair):
    answer = chair.send("vitals", ROW, who="second_nurse", mark=device_mark(chair.cast.nurse))
    assert (answer.status_code, answer.json()) == (403, {"someone_else": True})
    assert not Vitals.objects.filter(systolic_mmhg=131).exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"systolic_mmhg": "70", "diastolic_mmhg": "90"}, "Were they swapped?"),
        ({"systolic_mmhg": "7000"}, "Systolic Enter a number from 30 to 300 mmHg."),
        (ROW | {"of_a_later_version": "1"}, "This form has changed"),
        (ROW | {"slip_device_ms": "noon"}, "The time on this entry"),
        (ROW | {"slip_device_ms": str(10**14)}, ""),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(chair, fields, words):
    before = Vitals.objects.count()
    answer = chair.send("vitals", fields)
    assert answer.status_code == (422 if words else 200)
    reasons = [" ".join(r[k] for k in ("label", "sentence")).strip() for r in answer.json().get("refused", [])]
    assert words in " ".join(reasons)
    assert Vitals.objects.count() == before + (0 if words else 1)


def test_a_pause_kept_for_ten_minutes_counts_from_when_it_was_pressed(chair):
    assert chair.send("rate", {"rate_ml_per_h": "0", "reason": "paused"}, minutes_ago=10).status_code == 200
    last = segments_of(chair.infusion)[-1]
    assert (last.from_at, last.rate_ml_per_h) == (chair.cast.now - 10 * MINUTE, 0)
    assert last.flag == 10 * MINUTE


def test_the_end_kept_for_ten_minutes_gives_what_the_pump_gave_until_then(chair):
    assert chair.send("end", {}, minutes_ago=10).status_code == 200
    chair.infusion.refresh_from_db()
    assert chair.infusion.ended_at == chair.cast.now - 10 * MINUTE
    given = chair.infusion.orders.get().dose_ug // 2
    moved = DrugMove.objects.get(infusion_id=chair.infusion.pk, target="given")
    assert abs(moved.amount_ul * visits.STRENGTH - given) <= visits.STRENGTH


def test_what_comes_late_does_not_overtake_how_the_pump_was_set_since(chair):
    chair.send("rate", {"rate_ml_per_h": "100"}, who="second_nurse", minutes_ago=2)
    answer = chair.send("rate", {"rate_ml_per_h": "0"}, minutes_ago=10)
    assert answer.status_code == 422
    assert "The pump was set again at" in answer.json()["refused"][0]["sentence"]
    assert Segment.objects.filter(infusion=chair.infusion).count() == 2


def test_two_presses_in_a_row_keep_their_order_though_one_was_quicker_on_the_way(chair):
    chair.send("rate", {"rate_ml_per_h": "0"})
    answer = chair.send("rate", {"rate_ml_per_h": "100"}, minutes_ago=0.05, age_s=10)
    assert answer.status_code == 200
    assert [s.rate_ml_per_h for s in segments_of(chair.infusion)][-2:] == [0, 100]


def test_an_event_keeps_both_clocks_too(chair):
    assert chair.send("event", {"kind": "nausea", "severity": "2"}, minutes_ago=3).status_code == 200
    event = InfusionEvent.objects.get(infusion=chair.infusion)
    assert (event.at, event.received_at) == (chair.cast.now - 3 * MINUTE, chair.cast.now)


def test_a_device_knows_who_is_signed_in_and_no_name(chair, client):
    cast = chair.cast
    marks = [cast.client(a).get("/accounts/hello/").json()["person"] for a in (cast.nurse, cast.second_nurse)]
    assert len({*marks, ""}) == 3
    assert client.get("/accounts/hello/").json()["person"] == ""


def test_shell_manifest_and_worker_name_nobody(chair, client):
    name = chair.cast.patient.name
    shell = client.get(reverse("infusions:shell"))
    assert name not in shell.content.decode()
    assert shell.content == chair.cast.client(chair.cast.nurse).get(reverse("infusions:shell")).content
    worker = client.get(reverse("infusions:worker")).content.decode()
    assert reverse("infusions:shell") in worker
    assert "infusions/chair.css" in worker
