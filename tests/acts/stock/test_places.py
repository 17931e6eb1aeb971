"""The rules of the drug log and its table know the same places and the same ways."""

from euthymia.clinic.foundation.stock.models import DrugMove, Place
from euthymia.clinic.foundation.stock.rules import DRUG_WAYS, At


def test_rule_and_table_name_the_same_places():
    assert [p.value for p in Place] == [a.value for a in At]


def test_the_table_allows_the_ways_of_the_rule_and_no_other():
    (way,) = [c for c in DrugMove._meta.constraints if c.name == "stock_move_way"]
    allowed = {
        (source, target)
        for child in way.condition.children
        for source in [dict(child.children)["source"]]
        for target in dict(child.children).get("target__in") or [dict(child.children)["target"]]
    }
    assert allowed == {(Place(s), Place(t)) for s, targets in DRUG_WAYS.items() for t in targets}
