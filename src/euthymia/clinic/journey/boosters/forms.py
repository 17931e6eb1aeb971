"""The physician's answer to a proposed booster."""

from euthymia.clinic.foundation.audit.forms import ActForm, DayField, NumberField, TextField


class SignForm(ActForm):
    mg_per_kg = NumberField(label="Dose", unit="mg/kg", most=2)
    minutes = NumberField(label="Over", unit="min", least=10, most=600, whole=True)
    on = DayField(label="Day of the booster")


class DeclineForm(ActForm):
    reason = TextField(
        label="Why not", max_length=1000, rows=2, error_messages={"required": "Say why the booster is declined."}
    )
