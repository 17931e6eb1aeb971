"""How ketamine works: a visitor sets a course and sees what the model says of it. Nothing is kept."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from euthymia import drawing
from euthymia.clinic.faces.website.forms import ExploreForm
from euthymia.clinic.foundation.forecasts.explorer import Explored, Setting, Spread, explore
from euthymia.clinic.look.form_parts import anchor, named, sentences

WIDE, NARROW = 760, 360
MOOD_TOP = 50.0
REMISSION_MADRS = 10.0
"""The customary limit on this scale (Zimmerman 2004, J Psychiatr Res 38:577)."""
KEPT_PAGES = 256


@require_safe
def explorer(request: HttpRequest) -> HttpResponse:
    """The page, or its pictures alone for a script that asks while a slider moves."""
    form = ExploreForm(request.GET) if request.GET else ExploreForm(ExploreForm.usual())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= pictures(form.setting)
    else:
        context["wrong"] = [
            (anchor(field), named(field, sentence), sentence)
            for field in form.visible_fields()
            for sentence in sentences(field)
        ]
    if request.headers.get("HX-Request"):
        return render(request, "website/_explored.html", context)
    return render(request, "website/explorer.html", context, status=200 if form.is_valid() else 422)


@lru_cache(maxsize=KEPT_PAGES)
def pictures(setting: Setting) -> dict[str, Any]:
    """Everything that is shown of one course."""
    seen = explore(setting)
    charts: dict[str, Any] = {
        "mood": _mood(seen),
        "plasma": _by_minute(
            seen, seen.plasma_ng_per_ml, "Ketamine in the blood", "ng/mL in a vein", ("all studies", "", "one study")
        ),
        "receptor": _by_minute(
            seen,
            seen.occupancy_pct,
            "NMDA receptors blocked",
            "% of receptors",
            ("all studies", "", "middle"),
            100,
        ),
        "pressure": _by_minute(
            seen, seen.systolic_rise_mmhg, "Rise in blood pressure", "mmHg, upper figure", ("9 of 10", "", "middle")
        ),
        "feeling": _by_minute(
            seen,
            seen.dissociation_pct,
            "Feeling far away",
            "% of the strongest",
            ("9 of 10", "", "middle"),
            100,
        ),
    }
    return {
        "seen": seen,
        "setting": setting,
        "charts": charts,
        "peak": max(seen.plasma_ng_per_ml.mid),
        "peak_low": max(seen.plasma_ng_per_ml.low),
        "peak_high": max(seen.plasma_ng_per_ml.high),
        "blocked_low": max(seen.occupancy_pct.low),
        "blocked_high": max(seen.occupancy_pct.high),
        "rise": max(seen.systolic_rise_mmhg.mid),
        "rise_high": max(seen.systolic_rise_mmhg.high),
        "dots": sum(p.mean_score is not None for p in seen.published),
        "told": [p for p in seen.published if p.response_pct is not None],
    }


def _mood(seen: Explored) -> dict[str, SafeString]:
    columns = (seen.mood[name] for name in ("p05", "p25", "median", "p75", "p95"))
    band = tuple(drawing.BandDay(*row) for row in zip(seen.days, *columns, strict=True))
    return _both(
        drawing.BandChart(
            title="Mood over the weeks",
            unit="MADRS points, 0-60; lower is better",
            low=0,
            high=MOOD_TOP,
            band=band,
            observed=tuple(drawing.Observed(p.day, p.mean_score) for p in seen.published if p.mean_score is not None),
            infusion_days=seen.infusion_days,
            references=(drawing.Reference(REMISSION_MADRS, "hardly depressed below this"),),
        )
    )


def _by_minute(
    seen: Explored, spread: Spread, title: str, unit: str, names: tuple[str, str, str], top: float | None = None
) -> SafeString:
    """A quantity over the minutes of one infusion, with the spread between studies or people."""
    rows = zip(seen.minutes, spread.low, spread.mid, spread.high, strict=True)
    band = tuple(drawing.BandDay(minute, max(0.0, low), mid, mid, mid, high) for minute, low, mid, high in rows)
    return _svg(
        drawing.BandChart(
            title=title,
            unit=unit,
            low=0,
            high=top or drawing.nice_top(max(spread.high)),
            band=band,
            day_axis="Minutes since the start",
            in_minutes=True,
            band_names=names,
            sentence=f"{title}: {max(spread.mid):.0f} at its highest, between {max(spread.low):.0f} and "
            f"{max(spread.high):.0f} {unit}.",
        ),
        NARROW,
    )


def _both(chart: drawing.BandChart) -> dict[str, SafeString]:
    return {"svg": _svg(chart, WIDE), "narrow": _svg(chart, NARROW)}


def _svg(chart: drawing.BandChart, width: int) -> SafeString:
    # Our own drawing escapes every text that goes into it.
    return mark_safe(str(drawing.band_chart(chart, width=width)))  # noqa: S308 - as said above
