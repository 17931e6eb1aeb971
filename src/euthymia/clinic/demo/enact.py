"""Writes a demo patient's history in bulk: the rows that the acts of the path would have written one by one."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from euthymia.clinic.demo.lives import BEYOND_INTAKE, COURSE, Life, Today, phq9_answers, score_days, scores_of
from euthymia.clinic.demo.places import Places, Spot
from euthymia.clinic.foundation.billing.models import Estimate, LedgerAccount, LedgerEntry, LedgerLine
from euthymia.clinic.foundation.people.models import Note, Patient, Task
from euthymia.clinic.foundation.people.rules import Stage, TaskKind, fold
from euthymia.clinic.foundation.practice.models import CourseTemplate, Wording
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.schedule.models import Booking, BookingKind, Claim, ResourceKind
from euthymia.clinic.foundation.stock.models import DrugMove, Place, Vial
from euthymia.clinic.journey.boosters.models import Booster
from euthymia.clinic.journey.infusions.dose import Dose, compute_dose
from euthymia.clinic.journey.infusions.fingerprint import record_sha256
from euthymia.clinic.journey.infusions.gate import GATE
from euthymia.clinic.journey.infusions.leaving import CHECKLIST
from euthymia.clinic.journey.infusions.models import (
    Discharge,
    DoseConfirmation,
    DoseOrder,
    GateAnswer,
    Infusion,
    InfusionEvent,
    Segment,
    Vitals,
)
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.models import Score, ScoreOccasion, ScoreRead, Unread
from euthymia.clinic.journey.plans.models import Agreement, Plan
from euthymia.clinic.journey.plans.papers import agreement_pdf
from euthymia.clinic.journey.plans.queries import SIGNED_WORDINGS
from euthymia.clinic.journey.plans.states import PlanKind, PlanState
from euthymia.clinic.journey.screening import rules as screening_rules
from euthymia.clinic.journey.screening.models import Decision, Intake, Screening

VISIT = timedelta(minutes=120)
RUN_MINUTES = 40
VIAL_UL = 10_000
CHART_MINUTES = (-3, 0, 5, 10, 20, 30, 40, 55, 70)


def _template(code: str) -> CourseTemplate:
    return CourseTemplate.objects.get(code=code)


def _wordings() -> list[Wording]:
    found = {w.kind: w for w in Wording.objects.filter(in_force=True)}
    return [found[kind] for kind in SIGNED_WORDINGS]


class Enactment:
    """One patient on his way into the database."""

    def __init__(self, life: Life, places: Places, now: datetime, seed: int) -> None:
        self.life, self.places, self.now = life, places, now
        self.rng = np.random.default_rng((seed, life.number))
        self.zone = ZoneInfo(places.location.zone)
        self.today = now.astimezone(self.zone).date()
        self.settings = thresholds()

    def write(self) -> Patient:
        """Write him and everything that hangs on him."""
        began = self.life.first_on or self.today - timedelta(days=int(self.rng.integers(2, 40)))
        self.known_since = self._at(began - timedelta(days=21), 10)
        self.patient = self._patient()
        if self.life.stage in BEYOND_INTAKE:
            self._screen()
        plan = self._plan_of_course(began)
        given = self._infusions(plan) if plan is not None else []
        self._scores(given)
        self._after(given)
        return self.patient

    # --- who he is --------------------------------------------------------------------------------------
    def _patient(self) -> Patient:
        given, family = self.life.name
        return Patient.objects.create(
            location=self.places.location,
            given_name=given,
            family_name=family,
            folded_name=fold(f"{family} {given}"),
            birth_on=self.life.birth_on,
            phone_e164=f"+1202555{1000 + self.life.number:04d}"[:12],
            email=f"demo.patient.{self.life.number:03d}@example.org",
            stage=self.life.stage,
            condition=self.life.condition,
            psychiatrist_name="Demo Psychiatrist",
            psychiatrist_contact="202-555-0150",
            created_at=self.known_since,
        )

    def _screen(self) -> None:
        """Intake, the rules over it, and the decision where the stage has one."""
        answers: dict[str, Any] = {q.id: "no" for q in screening_rules.questions()}
        names = ("Sertraline", "Venlafaxine", "Bupropion")
        answers["trials"] = [
            {"name": n, "dose": "", "weeks": int(self.rng.integers(4, 30)), "helped": "no"} for n in names[:2]
        ]
        if self.life.stage == Stage.DEFERRED:
            answers["heart"] = "yes"
        if self.life.stage == Stage.DECLINED:
            answers["psychosis"] = "yes"
        answers["medicines"] = str(self.rng.choice(["none", "Venlafaxine 150 mg", "Lamotrigine 100 mg"]))
        at = self.known_since + timedelta(days=4)
        intake = Intake.objects.create(patient=self.patient, answers=answers, submitted_at=at)
        if self.life.stage == Stage.INTAKE_COMPLETE:
            self._task(TaskKind.REVIEW, "An intake has come in: review the screening.", self.now + timedelta(hours=9))
            return
        measured = {
            "systolic_mmhg": 126.0,
            "diastolic_mmhg": 79.0,
            "weight_kg": self.life.weight_kg,
            "height_cm": 174.0,
        }
        inputs = screening_rules.inputs_of(
            answers=answers,
            measured=measured,
            age_years=screening_rules.age_on(self.life.birth_on, self.today),
            phq9_item9=0,
            thresholds=self.settings,
        )
        findings = screening_rules.screen(inputs, self.settings)
        screening = Screening.objects.create(
            patient=self.patient,
            intake=intake,
            at=at,
            rules_version=screening_rules.rules_version(),
            measured=measured,
            findings=[asdict(f) for f in findings],
            suggestion=screening_rules.suggest(findings),
        )
        declined = {Stage.DEFERRED, Stage.DECLINED, Stage.ELIGIBLE_WITH_CONDITIONS}
        outcome = self.life.stage if self.life.stage in declined else Stage.ELIGIBLE
        Decision.objects.create(
            patient=self.patient,
            screening=screening,
            outcome=outcome,
            reason="Demonstration: decided on the intake.",
            overrides={f.rule: "Looked at, acceptable" for f in findings if f.may_be_overridden},
            by=self.places.physician,
            at=at + timedelta(hours=3),
        )

    # --- plan and money ---------------------------------------------------------------------------------
    def _plan_of_course(self, first_on: date) -> Plan | None:
        states = {
            Stage.PLAN_ISSUED: PlanState.SIGNED,
            Stage.AGREED: PlanState.AGREED,
            Stage.IN_COURSE: PlanState.AGREED,
        }
        if self.life.first_on is None and self.life.stage not in states:
            return None
        state = states.get(self.life.stage, PlanState.DONE)
        if self.life.first_on is None:
            first_on = self.today + timedelta(days=4)
        plan = self._plan(PlanKind.COURSE, first_on, list(COURSE), 258_000, state, version=1)
        if state in (PlanState.AGREED, PlanState.DONE):
            self._sign(plan)
            self._pay(plan, 258_000)
        return plan

    def _plan(
        self, kind: PlanKind, first_on: date, days: list[int], total_cents: int, state: PlanState, version: int
    ) -> Plan:
        at = min(self._at(first_on - timedelta(days=7), 11), self.now - timedelta(hours=5))
        what = "Course of six infusions" if kind == PlanKind.COURSE else "Booster infusion, 40 minutes"
        estimate = Estimate.objects.create(
            patient=self.patient,
            location=self.places.location,
            version=version,
            issued_at=at,
            lines=[
                {
                    "what": what,
                    "service_code": "",
                    "diagnosis_code": "",
                    "on": "",
                    "count": 1,
                    "each_cents": total_cents,
                }
            ],
            total_cents=total_cents,
        )
        code = "booster" if kind == PlanKind.BOOSTER else self.life.condition
        return Plan.objects.create(
            patient=self.patient,
            location=self.places.location,
            kind=kind,
            template=_template(code),
            mg_per_kg=Decimal("0.500"),
            minutes=RUN_MINUTES,
            schedule_days=days,
            first_on=first_on,
            estimate=estimate,
            state=state,
            made_at=at,
            made_by=self.places.physician,
            signed_at=at,
            signed_by=self.places.physician,
        )

    def _sign(self, plan: Plan) -> None:
        given, family = self.life.name
        for wording in _wordings():
            pdf = agreement_pdf(
                title=wording.title,
                version=wording.version,
                text=wording.text,
                sha256=wording.sha256,
                typed_name=f"{given} {family}",
                signed_at=plan.made_at,
                zone=self.places.location.zone,
                estimate_lines=[],
            )
            Agreement.objects.create(
                plan=plan,
                patient=self.patient,
                wording=wording,
                wording_sha256=wording.sha256,
                typed_name=f"{given} {family}",
                signed_at=plan.made_at + timedelta(hours=2),
                pdf_sha256=hashlib.sha256(pdf).hexdigest(),
                pdf=pdf,
            )

    def _pay(self, plan: Plan, cents: int) -> None:
        entry = self._entry(plan.made_at + timedelta(hours=3), "Payment, card", f"plan:{plan.pk}")
        LedgerLine.objects.bulk_create(
            [
                LedgerLine(entry=entry, account=LedgerAccount.CASH, amount_cents=cents),
                LedgerLine(entry=entry, account=LedgerAccount.PREPAID, amount_cents=-cents),
            ]
        )

    def _entry(self, at: datetime, what: str, about: str) -> LedgerEntry:
        return LedgerEntry.objects.create(
            patient=self.patient, location=self.places.location, at=at, what=what, about=about
        )

    # --- infusions --------------------------------------------------------------------------------------
    def _infusions(self, plan: Plan) -> list[datetime]:
        """Those given, the one of today, those to come; then the boosters. Gives the starts of those given."""
        given: list[datetime] = []
        if self.life.first_on is not None:
            days = [self.life.first_on + timedelta(days=d) for d in COURSE[: self.life.course_given]]
            for number, spot in enumerate(self._past_spots(days), start=1):
                given += self._given(plan, number, spot)
            self._coming(plan)
        boosters = zip(self.life.boosters_on, self._past_spots(self.life.boosters_on), strict=True)
        for version, (day, spot) in enumerate(boosters, start=2):
            booster = self._plan(PlanKind.BOOSTER, day, [0], 47_500, PlanState.DONE, version)
            self._pay(booster, 47_500)
            given += self._given(booster, 1, spot)
        return sorted(given)

    def _past_spots(self, days: Sequence[date]) -> list[Spot]:
        """Spots for visits that are over, on days of their own and in order.

        Near today they are looked for backwards, so that they lie in the past. Holidays and full days push them about.
        """
        yesterday, spots = self.today - timedelta(days=1), list[Spot]()
        for day in days:
            near = day > self.today - timedelta(days=21)
            taken = {spot.starts_at.date() for spot in spots}
            spots.append(self.places.spot(min(day, yesterday), -1 if near else 1, but=taken))
        return sorted(spots, key=lambda spot: spot.starts_at)

    def _coming(self, plan: Plan) -> None:
        """What is booked or under way for a patient in his course."""
        if self.life.stage != Stage.IN_COURSE:
            return
        number = self.life.course_given + 1
        if self.life.today != Today.NOTHING:
            self._of_today(plan, number)
            number += 1
        day = self.today + timedelta(days=2)
        for later in range(number, min(number + 2, 7)):
            spot = self.places.spot(day)
            self._book(plan, later, spot, InfusionState.BOOKED)
            day = spot.starts_at.date() + timedelta(days=2)

    def _given(self, plan: Plan, number: int, spot: Spot) -> list[datetime]:
        start = spot.starts_at + timedelta(minutes=20)
        infusion = self._book(plan, number, spot, InfusionState.DISCHARGED)
        self._course_of(infusion, spot, start, until_min=75)
        share = plan.estimate.total_cents // len(plan.schedule_days) if plan.estimate else 47_500
        entry = self._entry(start + timedelta(minutes=76), f"Infusion {number}", f"infusion:{infusion.pk}")
        LedgerLine.objects.bulk_create(
            [
                LedgerLine(entry=entry, account=LedgerAccount.PREPAID, amount_cents=share),
                LedgerLine(entry=entry, account=LedgerAccount.REVENUE, amount_cents=-share),
            ]
        )
        return [start]

    def _of_today(self, plan: Plan, number: int) -> None:
        """The visit that is on the board at this moment."""
        since = {Today.RUNNING: 42, Today.RECOVERY: 78, Today.ARRIVED: 12, Today.BOOKED: -150}[self.life.today]
        place = 0 if self.life.today in (Today.RUNNING, Today.BOOKED) else 1
        spot = Spot(self.now - timedelta(minutes=since), self.places.chairs[place], self.places.nurses[place])
        states = {
            Today.RUNNING: InfusionState.RUNNING,
            Today.RECOVERY: InfusionState.RECOVERY,
            Today.ARRIVED: InfusionState.ARRIVED,
            Today.BOOKED: InfusionState.BOOKED,
        }
        infusion = self._book(plan, number, spot, states[self.life.today])
        if self.life.today in (Today.RUNNING, Today.RECOVERY):
            started = spot.starts_at + timedelta(minutes=20)
            self._course_of(infusion, spot, started, until_min=int((self.now - started).total_seconds() // 60))

    def _book(self, plan: Plan, number: int, spot: Spot, state: InfusionState) -> Infusion:
        ends = spot.starts_at + VISIT
        booking = Booking.objects.create(
            kind=BookingKind.INFUSION,
            location=self.places.location,
            patient=self.patient,
            starts_at=spot.starts_at,
            ends_at=ends,
            local_start=spot.starts_at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M"),
            zone=self.places.location.zone,
        )
        during = DateTimeTZRange(spot.starts_at, ends)
        holders = (
            (ResourceKind.CHAIR, spot.chair.pk),
            (ResourceKind.STAFF, spot.nurse.pk),
            (ResourceKind.PATIENT, self.patient.pk),
        )
        Claim.objects.bulk_create(
            Claim(booking=booking, resource_kind=kind, resource_id=pk, during=during) for kind, pk in holders
        )
        started = spot.starts_at + timedelta(minutes=20)
        ended = started + timedelta(minutes=RUN_MINUTES)
        began = state in (InfusionState.RUNNING, InfusionState.RECOVERY, InfusionState.DISCHARGED)
        over = state in (InfusionState.RECOVERY, InfusionState.DISCHARGED)
        return Infusion.objects.create(
            plan=plan,
            patient=self.patient,
            location=self.places.location,
            number=number,
            booking=booking,
            chair=spot.chair,
            nurse=spot.nurse,
            state=state,
            arrived_at=spot.starts_at if state != InfusionState.BOOKED else None,
            started_at=started if began else None,
            ended_at=ended if over else None,
            discharged_at=started + timedelta(minutes=75) if state == InfusionState.DISCHARGED else None,
            escort_name="Demo Escort",
            escort_phone="202-555-0188",
        )

    def _course_of(self, infusion: Infusion, spot: Spot, started: datetime, until_min: int) -> None:
        """Gate, dose, pump, vitals, drug and discharge, as far as the visit has come."""
        other = self.places.nurses[1] if spot.nurse == self.places.nurses[0] else self.places.nurses[0]
        before = started - timedelta(minutes=8)
        GateAnswer.objects.bulk_create(
            GateAnswer(infusion=infusion, item=item.id, passed=True, at=before, by=spot.nurse) for item in GATE
        )
        dose = compute_dose(
            weight_kg=Decimal(str(self.life.weight_kg)),
            mg_per_kg=Decimal("0.5"),
            minutes=RUN_MINUTES,
            strength_mg_per_ml=50,
            bag_ml=100,
        )
        vial = self._vial(dose.volume_ul, before, spot)
        order = DoseOrder.objects.create(
            infusion=infusion,
            weight_g=dose.weight_g,
            mg_per_kg=Decimal("0.500"),
            minutes=RUN_MINUTES,
            vial=vial,
            strength_mg_per_ml=50,
            dose_ug=dose.dose_ug,
            volume_ul=dose.volume_ul,
            bag_ml=100,
            rate_ml_per_h=dose.rate_ml_per_h,
            at=before,
            by=spot.nurse,
        )
        DoseConfirmation.objects.create(
            order=order,
            weight_g=dose.weight_g,
            label_mg_per_ml=50,
            dose_ug=dose.dose_ug,
            volume_ul=dose.volume_ul,
            rate_ml_per_h=dose.rate_ml_per_h,
            at=before,
            by=other,
        )
        self._pump(infusion, spot, started, dose, vial, ended=until_min >= RUN_MINUTES)
        self._chart(infusion, spot, started, until_min)
        if infusion.state == InfusionState.DISCHARGED:
            discharge = Discharge(
                infusion=infusion,
                at=started + timedelta(minutes=75),
                by=spot.nurse,
                aldrete=10,
                mpadss=10,
                answers={item: True for item, _ in CHECKLIST},
            )
            discharge.record_sha256 = record_sha256(infusion, discharge)
            discharge.save(force_insert=True)

    def _vial(self, volume_ul: int, at: datetime, spot: Spot) -> Vial:
        """The open vial of the location; a new one is taken in when it does not hold enough."""
        held = self.places.open_vial
        if held is None or held[1] < volume_ul or held[0].received_at > at:
            number = self.places.vials + 1
            vial = Vial.objects.create(
                location=self.places.location,
                lot=f"DEMO-{self.places.location.pk}-{number:03d}",
                strength_mg_per_ml=50,
                volume_ul=VIAL_UL,
                supplier="Demo Supplier",
                supplier_registration="DEMO00000",
                expires_on=self.today + timedelta(days=240),
                received_at=at - timedelta(hours=2),
                received_by=spot.nurse,
            )
            self._move(vial, Place.SUPPLIER, Place.ON_HAND, VIAL_UL, at - timedelta(hours=2), spot, None)
            held = (vial, VIAL_UL)
            self.places.vials = number
        self.places.open_vial = (held[0], held[1] - volume_ul)
        return held[0]

    def _move(
        self,
        vial: Vial,
        source: Place,
        target: Place,
        amount_ul: int,
        at: datetime,
        spot: Spot,
        infusion: Infusion | None,
    ) -> None:
        DrugMove.objects.create(
            vial=vial,
            source=source,
            target=target,
            amount_ul=amount_ul,
            at=at,
            by=spot.nurse,
            patient=self.patient if infusion else None,
            infusion_id=infusion.pk if infusion else None,
        )

    def _pump(self, infusion: Infusion, spot: Spot, started: datetime, dose: Dose, vial: Vial, *, ended: bool) -> None:
        self._move(vial, Place.ON_HAND, Place.DRAWN, dose.volume_ul, started, spot, infusion)
        rates = [(started, dose.rate_ml_per_h, dose.ug_per_min, "start")]
        if ended:
            end = started + timedelta(minutes=RUN_MINUTES)
            rates.append((end, Decimal(0), 0, "end"))
            self._move(vial, Place.DRAWN, Place.GIVEN, dose.volume_ul, end, spot, infusion)
        Segment.objects.bulk_create(
            Segment(infusion=infusion, from_at=at, rate_ml_per_h=rate, dose_ug_per_min=ug, by=spot.nurse, reason=why)
            for at, rate, ug, why in rates
        )

    def _chart(self, infusion: Infusion, spot: Spot, started: datetime, until_min: int) -> None:
        """Vitals that rise and fall as they do under an infusion: +16/+11 mmHg at 40 min (SD 11/8.5)."""
        base = self.rng.normal([122, 77, 72, 97.5], [9, 6, 9, 0.8])
        rise = np.clip(self.rng.normal([16, 11], [11, 8.5]), -4, 45)
        rows = []
        for minute in CHART_MINUTES:
            if minute > until_min:
                break
            part = float(np.interp(minute, [0, 40, 80], [0, 1, 0.1]))
            noise = self.rng.normal(0, 2.5, 4)
            systolic = int(np.clip(base[0] + rise[0] * part + noise[0], 90, 178))
            rows.append(
                Vitals(
                    infusion=infusion,
                    at=started + timedelta(minutes=minute),
                    systolic_mmhg=systolic,
                    diastolic_mmhg=int(np.clip(base[1] + rise[1] * part + noise[1], 50, systolic - 20)),
                    heart_rate_bpm=int(np.clip(base[2] + 8 * part + noise[2], 50, 118)),
                    spo2_pct=int(np.clip(base[3] + noise[3] / 4, 94, 100)),
                    breaths_per_min=14,
                    sedation_moaas=5 if part < 0.5 else 4,
                    dissociation_0_10=int(np.clip(6 * part**2 + self.rng.normal(0, 1), 0, 10)),
                    by=spot.nurse,
                )
            )
        Vitals.objects.bulk_create(rows)
        if until_min >= 30:
            kinds = [
                k
                for k, chance in (("dissociation", 0.5), ("dizziness", 0.2), ("nausea", 0.15))
                if self.rng.random() < chance
            ]
            InfusionEvent.objects.bulk_create(
                InfusionEvent(
                    infusion=infusion, at=started + timedelta(minutes=28), kind=kind, severity=1, by=spot.nurse
                )
                for kind in kinds
            )

    # --- scores, and what comes after -------------------------------------------------------------------
    def _scores(self, given: list[datetime]) -> None:
        if self.life.stage not in BEYOND_INTAKE:
            return
        origin = given[0] if given else self.known_since + timedelta(days=14)
        given_days = [(at - origin).total_seconds() / 86_400 for at in given]
        until = (self.now - origin).total_seconds() / 86_400
        if self.life.stage in (Stage.DISCHARGED, Stage.PAUSED) and given_days:
            until = min(until, given_days[-1] + 60)
        days = score_days(self.life, given_days, until) if given else [-10.0]
        dose_mg = round(self.life.weight_kg * 0.5, 1)
        rows = []
        for code, scale, items in (("phq9", "PHQ-9", 9), ("gad7", "GAD-7", 7)):
            pack = instrument(code)
            asked = days if code == "phq9" else days[::2]
            values = self._values(scale, given_days, asked, dose_mg)
            for day, value in zip(asked, values, strict=True):
                answers = phq9_answers(min(value, 3 * items), self.rng, items)
                rows.append(
                    Score(
                        patient=self.patient,
                        location=self.places.location,
                        instrument=code,
                        instrument_version=pack.version,
                        answers=answers,
                        total=Decimal(sum(answers)),
                        taken_at=origin + timedelta(days=day),
                        occasion=ScoreOccasion.INTAKE if day < -1 else ScoreOccasion.BETWEEN,
                    )
                )
        made = Score.objects.bulk_create(r for r in rows if r.taken_at <= self.now)
        fresh = self.now - timedelta(days=1)
        ScoreRead.objects.bulk_create(
            ScoreRead(score=s, by=self.places.physician, at=s.taken_at + timedelta(hours=4))
            for s in made
            if s.taken_at < fresh
        )
        Unread.objects.bulk_create(Unread(score=s, location=self.places.location) for s in made if s.taken_at >= fresh)

    def _values(self, scale: str, given_days: list[float], days: list[float], dose_mg: float) -> list[int]:
        """The model's scores. GAD-7 follows the PHQ-9 of the same person, on its own shorter scale."""
        seed = np.random.default_rng((7, self.life.number))
        phq9 = scores_of(self.life, given_days, days, dose_mg, "PHQ-9", seed)
        if scale == "PHQ-9":
            return phq9
        return [int(np.clip(round(v * 21 / 27 + self.rng.normal(0, 1.5)), 0, 21)) for v in phq9]

    def _after(self, given: list[datetime]) -> None:
        """Notes, tasks, and a booster where the stage has one."""
        if given:
            Note.objects.create(
                patient=self.patient,
                at=min(given[-1] + timedelta(hours=2), self.now),
                by=self.places.physician,
                text="Demonstration note: tolerated well; questions about sleep answered.",
            )
        if self.life.stage == Stage.BOOSTER_BOOKED:
            self._booster_to_come()
        if self.life.stage == Stage.BOOSTER_PROPOSED:
            self._booster("proposed")
            self._task(TaskKind.REVIEW, "A booster is proposed: sign or decline it.", self.now + timedelta(days=1))
        if self.life.number % 23 == 0:
            self._task(TaskKind.CALL_BACK, "Call the patient back about his next visit.", self.now - timedelta(hours=3))
        if self.life.number % 17 == 0:
            self._task(
                TaskKind.NEXT_DAY_CALL, "Call the patient after yesterday’s visit.", self.now + timedelta(hours=4)
            )

    def _booster_to_come(self) -> None:
        """A booster that was signed and agreed to, booked for the days to come."""
        day = self.today + timedelta(days=int(self.rng.integers(2, 10)))
        plan = self._plan(PlanKind.BOOSTER, day, [0], 47_500, PlanState.AGREED, 2 + len(self.life.boosters_on))
        self._sign(plan)
        self._book(plan, 1, self.places.spot(day), InfusionState.BOOKED)
        booster = self._booster("signed")
        booster.plan, booster.settled_at, booster.settled_by = plan, plan.made_at, self.places.physician
        booster.save()

    def _booster(self, state: str) -> Booster:
        return Booster.objects.create(
            patient=self.patient,
            location=self.places.location,
            state=state,
            because="The last two PHQ-9 scores have risen, and at least half of the gain is lost.",
            window_from=self.today + timedelta(days=2),
            window_to=self.today + timedelta(days=12),
            price_cents=47_500,
            proposed_at=self.now - timedelta(hours=20),
        )

    def _task(self, kind: TaskKind, what: str, due_at: datetime) -> None:
        Task.objects.create(
            kind=kind,
            location=self.places.location,
            patient=self.patient,
            what=what,
            opened_at=self.now - timedelta(days=1),
            due_at=due_at,
        )

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=self.zone)
