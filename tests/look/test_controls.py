"""Controls that are written directly are, but for blank lines, those of Django's templates."""

from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.look.controls import Controls

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = st.sampled_from(["dose", "a-b", 'x"y', "<n>"])
values = st.one_of(st.none(), words, words.map(mark_safe), st.integers(), st.booleans(), st.just("<b>&\"'"))
attributes = st.dictionaries(
    st.sampled_from(["id", "class", "required", "data-x", "aria-describedby"]),
    st.one_of(st.booleans(), words, st.integers(), st.just('"><script>')),
    max_size=4,
)
plain = st.sampled_from(
    [
        forms.TextInput,
        forms.NumberInput,
        forms.EmailInput,
        forms.URLInput,
        forms.PasswordInput,
        forms.HiddenInput,
        forms.CheckboxInput,
        forms.Textarea,
        forms.DateInput,
        forms.TimeInput,
    ]
)
choices = [("", "Nothing"), ("a", 'A "b" <c>'), ("Group", [(1, "One"), (2, mark_safe("<i>two</i>"))])]


def both(widget, name, value, attrs):
    return [str(widget.render(name, value, attrs, renderer)) for renderer in (Controls(), DjangoTemplates())]


@given(plain, names, values, attributes)
def test_plain_controls(kind, name, value, attrs):
    ours, theirs = both(kind(), name, value, attrs)
    assert ours == theirs


@given(names, st.sampled_from([None, "", "a", 1, "2", ["a", 1]]), attributes)
def test_selects(name, value, attrs):
    for kind in (forms.Select, forms.SelectMultiple):
        ours, theirs = both(kind(choices=choices), name, value, attrs)
        assert ours.split("\n") == [line for line in theirs.split("\n") if line.strip()]


@given(st.sampled_from([None, "a", 1]))
def test_radios_alone_and_in_their_labels(value):
    for kind in (forms.RadioSelect, forms.CheckboxSelectMultiple):
        ours, theirs = both(kind(choices=choices), "n", value, {"id": "x"})
        assert ours == theirs

        class OneForm(forms.Form):
            n = forms.ChoiceField(choices=choices[:2], widget=kind, initial=value)

        tags = [[str(radio.tag()) for radio in OneForm(renderer=r())["n"]] for r in (Controls, DjangoTemplates)]
        assert tags[0] == tags[1]


def test_they_are_the_ones_that_pages_use():
    assert isinstance(get_default_renderer(), Controls)
