"""The reason of a blood test names the rules that decide its date, and says why it is that date."""

import json
from pathlib import Path
from typing import Any

import pytest

from schedules.rules.cases import parse_case
from schedules.rules.evaluate import evaluate
from schedules.rules.results import Event, EventKind

CASES = Path(__file__).parents[1] / "cases"
WANTED = "since once a year takes two normal checks in a row"
LATER = {"drawn_on": "2026-10-10", "analyte": "b12", "value": "500", "unit": "pg/mL", "before_dose": True}


def first_of(name: str, kind: EventKind = EventKind.CHECK, *, more: dict[str, Any] | None = None) -> Event:
    """The first blood test of a case; `more` is one result on top, on whose day it is asked."""
    found = json.loads((CASES / f"{name}.json").read_text())
    if more:
        found["labs"].append(more)
        found["as_of"] = more["drawn_on"]
    case = parse_case(json.dumps(found))
    return next(event for event in evaluate(case.facts, as_of=case.as_of).events if event.kind is kind)


@pytest.mark.parametrize(
    ("name", "rules", "why"),
    [
        (
            "annual",
            ("R35", "R36"),
            "A year after the last B12 of 13 Mar 2027, since the last two checks that count were normal.",
        ),
        (
            "own/check-with-iron",
            ("D14", "R36"),
            f"3 months after the last B12 of 13 Mar 2027, {WANTED}: one counts so far.",
        ),
        (
            "own/take-over-low",
            ("D14", "R36"),
            f"3 months after the last B12 of 9 Jul 2026, {WANTED}: 150 pg/mL on 9 Jul 2026 was low.",
        ),
        (
            "own/take-over-stable",
            ("R35", "D24", "R36"),
            "A year after the last B12 of 15 Nov 2025, since treatment begun elsewhere counts as stable.",
        ),
        ("check-before-dose", ("R27", "R36"), "3 months after the first dose, 2 Mar 2026."),
    ],
)
def test_the_rules_that_decide_the_date_and_why(name: str, rules: tuple[str, ...], why: str) -> None:
    event = first_of(name)
    assert event.rules == rules
    assert event.reason.startswith(f"{why} Best drawn with the injection planned for ")
    assert event.reason.endswith(", before the dose.")


def test_one_normal_check_after_the_one_that_was_not_is_said() -> None:
    event = first_of("own/take-over-low", more=LATER)
    assert event.rules == ("D14", "R36")
    assert "150 pg/mL on 9 Jul 2026 was low, and one normal check came after it." in event.reason


def test_two_normal_checks_after_the_one_that_was_not_are_a_year() -> None:
    second = LATER | {"drawn_on": "2027-01-10"}
    found = json.loads((CASES / "own/take-over-low.json").read_text())
    found |= {"labs": [*found["labs"], LATER, second], "as_of": "2027-01-10"}
    case = parse_case(json.dumps(found))
    event = next(e for e in evaluate(case.facts, as_of=case.as_of).events if e.kind is EventKind.CHECK)
    assert event.rules == ("R35", "R36")
    assert event.reason.startswith(
        "A year after the last B12 of 10 Jan 2027, since the last two checks that count were normal."
    )


def test_a_pregnancy_check_names_its_rule() -> None:
    assert first_of("pregnancy-check", EventKind.PREGNANCY_CHECK).rules[0] == "R34"
