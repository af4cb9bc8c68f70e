"""What a decision rests on: the best since loading ended beside the latest."""

from schedules.course import course_of
from schedules.evidence import Evidence, evidence_of
from schedules.rules import facts as rules
from schedules.rules.evaluate import evaluate
from tests.patient.ruth import TODAY, facts, on_record
from tests.record.desk import Desk, address, words


def evidence(found: rules.Facts, family: str = "molar") -> Evidence:
    return evidence_of(course_of(found, evaluate(found, as_of=TODAY), family=family))


def test_the_best_counts_from_the_end_of_loading() -> None:
    rows = {row.name: row for row in evidence(facts()).rows}
    assert (rows["Symptom score"].best, rows["Symptom score"].latest) == ("2", "4")
    assert (rows["MMA"].best, rows["MMA"].latest) == ("312 nmol/L", "312 nmol/L")
    # 440 pg/mL of May, converted, is the highest of the troughs; the one in between was none.
    assert (rows["Serum B12"].best, rows["Serum B12"].latest) == ("325 pmol/L", "262 pmol/L")


def test_with_nothing_on_record_nothing_is_claimed() -> None:
    assert evidence(rules.Facts()).rows == ()
    assert evidence(rules.Facts()).chart is None


def test_it_stands_beside_the_interval(desk: Desk) -> None:
    patient = on_record(desk)
    said = words(desk.physician.get(address("decide_interval", patient)))
    assert "Best since loading" in said
    assert "In each of the last 2 cycles the score is above its best" in said
    assert "What it rests on" not in words(desk.physician.get(address("decide_stop", patient)))
