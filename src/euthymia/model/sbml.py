"""Writes the model of one typical patient and a course as SBML (level 3, version 1), for other simulators.

Time is in hours, amounts in mg, volumes in L. Variables: a1, a2, a3 (amounts), conc (ng/mL, arterial), fast
and slow (hours of full occupancy), benefit (logits).
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from euthymia.model.course import Course, timed_segments
from euthymia.model.plasma import structure_named
from euthymia.model.population import calibrated, model_version

MATHML = "http://www.w3.org/1998/Math/MathML"


def _apply(operator: str, *parts: str) -> str:
    return f"<apply><{operator}/>{''.join(parts)}</apply>"


def _name(identifier: str) -> str:
    return f"<ci>{identifier}</ci>"


def _number(value: float) -> str:
    return f"<cn>{value!r}</cn>"


def _rate(course: Course) -> str:
    """Return the infusion rate over time, mg/h, as MathML."""
    clock = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
    pieces = [
        f"<piece>{_number(rate)}"
        + _apply("and", _apply("geq", clock, _number(start)), _apply("lt", clock, _number(start + length)))
        + "</piece>"
        for start, length, rate in timed_segments(course.infusions)
    ]
    if not pieces:
        return _number(0.0)
    return f"<piecewise>{''.join(pieces)}<otherwise><cn>0</cn></otherwise></piecewise>"


def _product(*names: str) -> str:
    return _apply("times", *(_name(name) for name in names))


def _rules() -> list[tuple[str, str, str]]:
    """Return kind, variable and MathML of each rule but the infusion's."""
    taken = _apply("divide", _name("conc"), _apply("plus", _name("conc"), _name("half")))
    out1 = _apply("times", _apply("plus", _name("k10"), _name("k12"), _name("k13")), _name("a1"))
    into1 = _apply("plus", _name("rate"), _product("k21", "a2"), _product("k31", "a3"))
    drive = _apply("plus", _name("fast"), _name("slow"))
    filled = _apply("divide", _apply("times", _name("gain"), drive), _name("ceiling"))
    fall = _apply("exp", _apply("minus", filled))
    return [
        ("assignment", "conc", _apply("divide", _apply("times", _number(1000.0), _name("a1")), _name("v1"))),
        ("assignment", "benefit", _apply("times", _name("ceiling"), _apply("minus", _number(1.0), fall))),
        ("rate", "a1", _apply("minus", into1, out1)),
        ("rate", "a2", _apply("minus", _product("k12", "a1"), _product("k21", "a2"))),
        ("rate", "a3", _apply("minus", _product("k13", "a1"), _product("k31", "a3"))),
        ("rate", "fast", _apply("minus", taken, _product("kf", "fast"))),
        ("rate", "slow", _apply("minus", _product("kfs", "fast"), _product("ks", "slow"))),
    ]


def _parameters(course: Course, structure: str) -> dict[str, float]:
    body = structure_named(structure).scaled_to(course.weight_kg)
    point = calibrated().fixed
    kf = 0.6931471805599453 / (24.0 * point["half_fast_days"])
    ks = 0.6931471805599453 / (24.0 * (point["half_fast_days"] + point["half_slow_extra_days"]))
    return {
        "v1": body.v1_l,
        "k10": body.cl_l_per_h / body.v1_l,
        "k12": body.q2_l_per_h / body.v1_l,
        "k21": body.q2_l_per_h / body.v2_l,
        "k13": body.q3_l_per_h / body.v1_l,
        "k31": body.q3_l_per_h / body.v3_l if body.v3_l else 0.0,
        "half": point["half_occupancy_ng_per_ml"],
        "kf": kf,
        "ks": ks,
        "kfs": point["slow_share"] * (kf - ks),
        "gain": point["gain"],
        "ceiling": point["ceiling"],
    }


def sbml_of(course: Course, *, structure: str = "kamp2020") -> str:
    """Return the SBML document of a typical patient under a course.

    Examples
    --------
    >>> text = sbml_of(Course.from_template("single", weight_kg=70))
    >>> text.startswith("<?xml"), text.count("<rateRule")
    (True, 5)
    """
    moving = ("a1", "a2", "a3", "fast", "slow", "conc", "benefit", "rate")
    parameters = "".join(
        f'<parameter id="{name}" value="{value!r}" constant="true"/>'
        for name, value in _parameters(course, structure).items()
    ) + "".join(f'<parameter id="{name}" value="0" constant="false"/>' for name in moving)
    rules = "".join(
        f'<{kind}Rule variable="{variable}"><math xmlns="{MATHML}">{math}</math></{kind}Rule>'
        for kind, variable, math in [("assignment", "rate", _rate(course)), *_rules()]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        f'<model id="ketamine" name="{escape(model_version())}">'
        f"<listOfParameters>{parameters}</listOfParameters>"
        f"<listOfRules>{rules}</listOfRules></model></sbml>\n"
    )
