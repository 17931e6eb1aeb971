"""The forecast on a patient's pages: of what was given, of a treatment of years, and of none that can be computed."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from euthymia.clinic.foundation.forecasts import service
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.journey.boosters.history import FORECAST_DAYS, SHOWN_DAYS, course_of, history_now
from euthymia.clinic.journey.boosters.jobs import proposal_for
from euthymia.clinic.journey.infusions import acts
from tests import visits
from tests.cast import NOW


@pytest.fixture
def crew(cast):
    return visits.crew_of(cast)


def chart_of(cast):
    page = cast.client(cast.physician).get(reverse("desk:chart", args=[cast.patient.ref]))
    return page.status_code, re.sub(r"\s+", " ", page.content.decode())


def rate(crew, infusion, now, ml_per_h):
    acts.change_rate(
        by=crew.nurse, now=now, key=None, infusion_id=infusion.pk, rate_ml_per_h=Decimal(ml_per_h), reason="nausea"
    )


def test_it_rests_on_what_the_pump_gave(cast, crew):
    began = NOW - timedelta(hours=3)
    infusion = visits.running(crew, began)
    ordered = course_of(cast.patient).infusions[0]
    rate(crew, infusion, began + timedelta(minutes=10), 0)
    acts.end_infusion(by=crew.nurse, now=began + timedelta(minutes=20), key=None, infusion_id=infusion.pk)
    (given,) = course_of(cast.patient).infusions
    assert given.minutes == pytest.approx(10)
    assert given.dose_mg == pytest.approx(ordered.dose_mg * 10 / ordered.minutes, rel=0.01)


def test_a_pause_reaches_the_model(cast, crew):
    began = NOW - timedelta(hours=3)
    infusion = visits.running(crew, began)
    rate(crew, infusion, began + timedelta(minutes=10), 0)
    infusion.refresh_from_db()
    rate(crew, infusion, began + timedelta(minutes=25), 10)
    acts.end_infusion(by=crew.nurse, now=began + timedelta(minutes=35), key=None, infusion_id=infusion.pk)
    visits.a_score(crew, NOW)
    status, page = chart_of(cast)
    assert status == 200
    assert "Forecast from 1 infusion" in page
    (kept,) = Forecast.objects.all()
    (asked,) = kept.inputs["infusions"]
    assert [piece[0] for piece in asked["segments"]] == [0.0, 25.0]


def test_a_treatment_of_years_has_one_and_its_last_year_is_drawn(cast, crew):
    visits.discharged(crew, NOW - timedelta(days=1200))
    visits.a_score(crew, NOW - timedelta(days=1190))
    visits.a_score(crew, NOW - timedelta(days=20))
    status, page = chart_of(cast)
    assert status == 200
    assert "Forecast from 1 infusion and 3 PHQ-9 scores" in page
    assert "The last thirteen months are drawn" in page
    days = Forecast.objects.get().result["days"]
    assert days[-1] - days[0] == SHOWN_DAYS
    assert days[-1] >= 1180 + FORECAST_DAYS
    proposal_for(cast.patient, NOW)


def test_where_the_model_has_no_number_the_page_says_why(cast, crew, monkeypatch):
    visits.discharged(crew, NOW - timedelta(days=3))
    visits.a_score(crew, NOW - timedelta(days=1))
    history = history_now(course_of(cast.patient), NOW)
    with pytest.raises(service.NoForecast, match="pounds"):
        service.compute(replace(history, weight_kg=900.0))

    def none(_):
        raise service.NoForecast("That is beyond what is computed.")

    monkeypatch.setattr(service, "compute", none)
    status, page = chart_of(cast)
    assert status == 200
    assert "There is no forecast. That is beyond what is computed." in page
    assert proposal_for(cast.patient, NOW)[1] is None
