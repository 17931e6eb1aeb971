"""Prints the house's tables as pages of the docs: `python -m tests.house.tables` rewrites them."""

from pathlib import Path

from euthymia.clinic.foundation.audit.actors import Role
from euthymia.clinic.foundation.audit.permissions import MAY_ACT, MAY_READ
from euthymia.clinic.foundation.people.rules import STAGE_MOVES
from euthymia.clinic.journey.consults.rules import CALL_MOVES
from euthymia.clinic.journey.infusions.button import CALL_MOVES as HELP_MOVES
from euthymia.clinic.journey.infusions.states import INFUSION_MOVES
from euthymia.clinic.journey.plans.rules import PLAN_MOVES

DOCS = Path(__file__).parents[2] / "docs"
COLUMNS = [r for r in Role if r is not Role.ANONYMOUS]


def permissions_page() -> str:
    """Who may do what, and who may read what."""
    lines = ["# Who may do what", "", "Printed from `audit/permissions.py`; a test compares the two.", ""]
    for title, table in (("Acts", MAY_ACT), ("Readings", MAY_READ)):
        head = "| | " + " | ".join(str(r).replace("_", " ") for r in COLUMNS) + " |"
        lines += [f"## {title}", "", head, "|---|" + ":-:|" * len(COLUMNS)]
        for name, roles in table.items():
            lines.append(f"| `{name}` | " + " | ".join("x" if r in roles else "" for r in COLUMNS) + " |")
        lines.append("")
    return "\n".join(lines)


def stages_page() -> str:
    """The ways between the states of patients, calls, plans and infusions, as diagrams."""
    lines = ["# States", "", "Drawn from the tables in the code; a test compares the two.", ""]
    tables = {"Patient": STAGE_MOVES, "Free call": CALL_MOVES, "Plan": PLAN_MOVES, "Infusion": INFUSION_MOVES}
    tables["Call for help"] = HELP_MOVES
    for title, moves in tables.items():
        lines += [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {here} --> {there}" for here, ways in moves.items() for there in sorted(ways)]
        lines += ["```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    import django

    django.setup()
    (DOCS / "permissions.md").write_text(permissions_page())
    (DOCS / "states.md").write_text(stages_page())
