"""The forms that hand out, answer and settle the patient's button."""

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, LineField


class AnswerForm(ActForm):
    """“I am coming”: for every press that was on the screen."""

    up_to = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class SettleForm(AnswerForm):
    words = LineField(label="What you did, and how the patient is now", max_length=500)


class GiveForm(ActForm):
    by_email = forms.BooleanField(required=False, widget=forms.HiddenInput)
