"""Facts, rules' sources, and results: what is promised of them outside the cases."""

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest

from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Clinic, Decision, Facts, Lab, Medication, Patient
from schedules.rules.sources import DEFAULTS, GUIDELINE_VERSION, PENDING_REVIEW, RULES


def test_a_clinic_needs_an_open_weekday() -> None:
    with pytest.raises(ValueError, match="at least one open weekday"):
        Clinic(frozenset())
    assert Clinic(frozenset({2})).first_open(date(2026, 3, 5)) == date(2026, 3, 11)


def test_facts_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Facts().labs = ()  # type: ignore[misc]


def test_a_result_is_said_as_it_was_reported() -> None:
    lab = Lab(date(2026, 3, 1), "b12", Decimal("150"), "pg/mL")
    assert lab.as_reported == "150 pg/mL"
    assert Lab(lab.drawn_on, lab.analyte, lab.value, lab.unit, "<").as_reported == "<150 pg/mL"


def test_open_events_are_those_not_projected() -> None:
    start = Facts(decisions=(Decision(date(2026, 3, 2), "start_prophylaxis"),))
    found = evaluate(start, as_of=date(2026, 3, 2), horizon_days=100)
    assert [event.key for event in found.open_events] == ["injection/2026-03-02"]
    assert len(found.events) == 4


def test_a_change_beyond_the_bound_is_not_looked_for() -> None:
    far = Medication("folic_acid", date(2030, 1, 1))
    found = evaluate(Facts(patient=Patient(medications=(far,))), as_of=date(2026, 3, 2))
    assert (found.next_change_on, found.next_event_change_on) == (None, None)


def test_every_rule_and_default_is_there_with_its_source() -> None:
    assert list(RULES) == [f"R{number}" for number in range(1, 59)]
    assert list(DEFAULTS) == [f"D{number}" for number in range(26)]
    assert all(rule.text and rule.section and rule.strength for rule in (*RULES.values(), *DEFAULTS.values()))
    assert not any(rule.is_default for rule in RULES.values())
    assert all(rule.is_default for rule in DEFAULTS.values())


def test_the_source_is_pending_review_and_disputes_are_shown_with_both_sides() -> None:
    assert PENDING_REVIEW
    assert all(rule.pending_review and rule.version == GUIDELINE_VERSION for rule in RULES.values())
    disputed = {number for number, rule in RULES.items() if rule.disputed}
    assert disputed == {"R16", "R17", "R21", "R27", "R28", "R29", "R35", "R48"}
    assert all("guideline" in (RULES[number].disputed or "") for number in disputed)
