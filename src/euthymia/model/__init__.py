"""How ketamine acts: from dose to plasma, receptor, acute effects and mood, for one patient or many.

Units: mg, kg, hours within an infusion, days between infusions, ng/mL, mmHg, points of a named scale.
"""

from euthymia.model.acute import AcuteEffects, Band, acute_effects
from euthymia.model.course import BadInput, Course, Infusion, template_names
from euthymia.model.forecast import FadeDay, Forecast, ForecastInput, Score, forecast
from euthymia.model.plasma import norketamine_ng_per_ml, plasma_ng_per_ml, structures
from euthymia.model.population import Draws, Population, calibrated, model_version
from euthymia.model.receptor import Occupancy, occupancy
from euthymia.model.scales import Scale, convert_score, scale_named, scales
from euthymia.model.simulate import VirtualPatient, simulate_scores, virtual_patient


def warm() -> None:
    """Load the compiled kernel, in a second or two (ten, the first time on a machine).

    Until then NumPy computes the same, some five times slower: a short process need not wait for a compiler. A
    server calls this when it starts; once it is done, nothing is compiled any more.
    """
    from euthymia.model.kernel import warm as load

    load()


__all__ = [
    "AcuteEffects",
    "BadInput",
    "Band",
    "Course",
    "Draws",
    "FadeDay",
    "Forecast",
    "ForecastInput",
    "Infusion",
    "Occupancy",
    "Population",
    "Scale",
    "Score",
    "VirtualPatient",
    "acute_effects",
    "calibrated",
    "convert_score",
    "forecast",
    "model_version",
    "norketamine_ng_per_ml",
    "occupancy",
    "plasma_ng_per_ml",
    "scale_named",
    "scales",
    "simulate_scores",
    "structures",
    "template_names",
    "virtual_patient",
    "warm",
]
