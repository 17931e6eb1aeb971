"""Keeps a forecast as it was shown."""

from dataclasses import asdict
from datetime import datetime

from euthymia.clinic.foundation.audit.actors import SYSTEM, Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.forecasts import service
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.people.models import Patient


@act
def record_forecast(*, by: Actor, now: datetime, key: str | None, patient_id: int, history: service.History) -> int:
    """Compute and keep the forecast for this history. Gives the id of the kept one when it is there already."""
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk)
    known = kept(patient_id, history)
    if known is not None:
        return known.pk
    forecast = Forecast.objects.create(
        patient=patient,
        at=now,
        inputs_sha256=history.digest(),
        inputs=asdict(history),
        result=service.compute(history),
        model_version=service.version(),
    )
    return forecast.pk


def kept(patient_id: int, history: service.History) -> Forecast | None:
    """The forecast kept for exactly this history by this version of the model."""
    rows = Forecast.objects.filter(
        patient_id=patient_id, inputs_sha256=history.digest(), model_version=service.version()
    )
    return rows.only("result", "model_version").first()


def forecast_for(patient_id: int, history: service.History, now: datetime) -> Forecast:
    """The forecast for this history: the kept one, or a new one, kept by the program; or `NoForecast` with a reason."""
    known = kept(patient_id, history)
    if known is not None:
        return known
    made = record_forecast(by=SYSTEM, now=now, key=None, patient_id=patient_id, history=history)
    return Forecast.objects.get(pk=made)


# A kept forecast never changes, so a process may remember those that pages have shown.
REMEMBERED = 400
_shown: dict[tuple[int, service.History], Forecast] = {}


def forecast_for_page(patient_id: int, history: service.History, now: datetime) -> Forecast:
    """As `forecast_for`; a page that is opened again does not fetch it again."""
    forecast = _shown.get((patient_id, history))
    if forecast is None:
        if len(_shown) >= REMEMBERED:
            _shown.clear()
        forecast = _shown[patient_id, history] = forecast_for(patient_id, history, now)
    return forecast
