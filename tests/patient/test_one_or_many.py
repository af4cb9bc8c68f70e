"""Facts of one patient are read by a compiled statement: the same facts as with others beside them."""

from schedules.facts import facts_for
from tests.patient.ruth import facts, on_record
from tests.record.desk import Desk


def test_facts_of_one_are_those_of_many(desk: Desk) -> None:
    one, other = on_record(desk), on_record(desk, doses=[])
    both = facts_for([one, other])
    assert facts_for([one])[one.pk] == both[one.pk]
    assert facts_for([other])[other.pk] == both[other.pk]
    assert facts_for([]) == {}


def test_the_bridge_keeps_what_was_recorded(desk: Desk) -> None:
    read = facts_for([ruth := on_record(desk)])[ruth.pk]
    assert [row.on for row in read.injections] == [row.on for row in facts().injections]
    assert [(row.on, row.scores) for row in read.assessments] == [
        (row.on, row.scores) for row in facts().assessments
    ]
    assert [(row.analyte, row.value, row.before_dose) for row in read.labs] == [
        (row.analyte, row.value, row.before_dose) for row in facts().labs
    ]
