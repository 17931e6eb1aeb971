"""Fields are wired to their label, hint, unit and error; no page carries an inline script or style."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

import euthymia.clinic.look
from euthymia.clinic.look.templatetags.look import STATUS_SHAPES, icon_names
from euthymia.clinic.look.views import guide_context

HERE = Path(euthymia.clinic.look.__file__).parent
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


class Tags(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice: {attrs}"
        self.found.append((tag, dict(attrs)))

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        fitting = [a for t, a in self.found if t == tag and wanted.items() <= a.items()]
        assert len(fitting) == 1, f"{len(fitting)} of <{tag} {wanted}>"
        return fitting[0]


class Everything(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, initial="k1")
    weight = forms.CharField(help_text="Without shoes.", widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    place = forms.ChoiceField(choices=[("a", "Harbor"), ("b", "Hillside")])
    nausea = forms.ChoiceField(choices=[("0", "None"), ("1", "Mild")], widget=forms.RadioSelect)
    now = forms.MultipleChoiceField(
        choices=[("t", "Talk"), ("d", "Drug")], widget=forms.CheckboxSelectMultiple, required=False
    )
    fasted = forms.BooleanField()
    note = forms.CharField(widget=forms.Textarea, required=False)


def tags_of(source: str, **context: object) -> Tags:
    return Tags(rendered(source, **context))


def rendered(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context))


def test_a_field_says_its_hint_unit_and_error_to_those_who_listen() -> None:
    form = Everything({"weight": "", "nausea": "0"})
    page = tags_of('{% field form.weight unit="kg" %}', form=form)
    control = page.one("input", id="id_weight")
    assert control["aria-invalid"] == "true"
    ids = (control["aria-describedby"] or "").split()
    assert ids == ["id_weight_unit", "id_weight_hint", "id_weight_error"]
    assert set(ids) <= {a.get("id") for _, a in page.found}
    page.one("label", **{"for": "id_weight"})


def test_what_was_typed_stays_when_it_is_refused() -> None:
    form = Everything({"weight": '72,5 <b>"', "place": "nowhere", "nausea": "1", "now": ["d"], "note": "so"})
    form.add_error("weight", "Enter the weight in kg, such as 72.5.")
    html = rendered("{% fields form %}", form=form)
    page = Tags(html)
    assert page.one("input", id="id_weight")["value"] == '72,5 <b>"'
    assert "checked" in page.one("input", name="nausea", value="1")
    assert "checked" in page.one("input", name="now", value="d")
    assert "checked" not in page.one("input", name="now", value="t")
    assert ">\nso</textarea>" in html


def test_every_error_in_the_summary_leads_to_something_that_is_there() -> None:
    form = Everything({})
    page = tags_of("{% fields form %}", form=form)
    targets = [a["href"] for t, a in page.found if t == "a"]
    assert targets == ["#id_weight", "#id_place", "#id_nausea_0", "#id_fasted"]
    assert {t[1:] for t in targets if t} <= {a.get("id") for _, a in page.found}


def test_an_empty_field_is_told_what_to_do_with_it() -> None:
    html = rendered("{% fields form %}", form=Everything({}))
    for sentence in (
        "Weight: fill this in.",
        "Place: choose one from the list.",
        "Nausea: choose an answer.",
    ):
        assert sentence in html
    assert "This field is required" not in html


def test_an_error_of_no_field_and_one_of_the_hidden_key_are_both_shown() -> None:
    form = Everything({"weight": "1", "place": "a", "nausea": "0", "fasted": "on"})
    form.add_error(None, "The chair was taken a moment ago.")
    html = rendered("{% fields form %}", form=form)
    assert "2 things to put right" in html
    assert "The chair was taken a moment ago." in html


def test_hidden_fields_come_along_once() -> None:
    page = tags_of("{% fields form %}", form=Everything())
    assert page.one("input", name="key")["value"] == "k1"


def test_a_group_of_choices_is_a_fieldset_and_each_choice_has_its_label() -> None:
    page = tags_of("{% field form.nausea chips=True %}", form=Everything())
    page.one("fieldset")
    assert [a["for"] for t, a in page.found if t == "label"] == ["id_nausea_0", "id_nausea_1"]
    assert {"id_nausea_0", "id_nausea_1"} <= {a.get("id") for _, a in page.found}


def test_an_icon_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no icon named"):
        rendered('{% icon "unicorn" %}')


def test_a_status_is_a_word_and_a_shape() -> None:
    assert set(STATUS_SHAPES.values()) <= icon_names()
    assert len(set(STATUS_SHAPES.values())) == len(STATUS_SHAPES)
    html = rendered('{% status "settled" words %}', words="<Signed>")
    assert "#circle-check" in html
    assert "&lt;Signed&gt;" in html
    with pytest.raises(ValueError, match="A status is one of"):
        rendered('{% status "purple" "x" %}')


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "$0.00"),
        (5, "$0.05"),
        (123400, "$1,234.00"),
        (-2550, "−$25.50"),
        (None, ""),
        (100000001, "$1,000,000.01"),
    ],
)
def test_cents_are_said_as_dollars(cents: int | None, words: str) -> None:
    assert rendered("{{ cents|dollars }}", cents=cents) == words


def test_an_instant_is_said_on_the_local_clock_across_the_change_of_the_clocks() -> None:
    before, after = datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    source = '{{ at|local:"America/New_York" }}'
    assert rendered(source, at=before) == "Sun 8 Mar 2026, 1:59 am"
    assert rendered(source, at=after) == "Sun 8 Mar 2026, 3:00 am"
    assert rendered('{{ at|local_clock:"America/New_York" }}', at=after) == "3:00 am"


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=4), "in 4 min"),
        (timedelta(minutes=-59), "59 min ago"),
        (timedelta(minutes=-60), "1 h ago"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(hours=-23, minutes=-40), "1 day ago"),
        (timedelta(days=3), "in 3 days"),
    ],
)
def test_how_far_away_is_said_in_words(away: timedelta, words: str) -> None:
    now = datetime(2026, 7, 14, 12, tzinfo=UTC)
    assert rendered("{{ at|ago:now }}", at=now + away, now=now) == words


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_carries_what_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href)=[\"']https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_that_a_template_names_is_in_the_sprite(path: Path) -> None:
    assert set(re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text())) <= icon_names()


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_context_and_says_what_to_do(page: str) -> None:
    html = render_to_string(f"{page}.html")
    assert html.count("<h1>") == 1
    assert "988" in html


def test_the_style_guide_shows_every_component() -> None:
    html = render_to_string("look/styleguide.html", guide_context(datetime(2026, 7, 14, 12, tzinfo=UTC)))
    sheet = (HERE / "static" / "look" / "parts.css").read_text()
    for part in (
        "card",
        "banner--call",
        "dialog",
        "toast",
        "state--stop",
        "skeleton",
        "timeline",
        "facts",
        "steps",
        "stat__figure",
    ):
        assert f".{part}" in sheet
        assert part in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), "an id stands twice on the page"


@pytest.mark.parametrize("name", ["nausea", "weight"])
def test_the_only_question_of_a_page_is_its_heading(name: str) -> None:
    html = rendered("{% field bound heading=True %}", bound=Everything()[name])
    assert html.count("<h1>") == html.count("</h1>") == 1
    assert html.index("<h1>") < html.index(name.capitalize()) < html.index("</h1>")
