"""Every case file under tests/cases is an executable piece of the clinical specification."""

from pathlib import Path

import pytest

from schedules.rules.case_results import differences, result_of
from schedules.rules.cases import parse_case
from schedules.rules.defaults import Defaults
from schedules.rules.flags import TABLE as FLAGS
from schedules.rules.requests import TABLE as REQUESTS
from schedules.rules.sources import DEFAULTS, RULES

CASES = Path(__file__).parents[1] / "cases"
FILES = sorted(CASES.rglob("*.json"))


def _expected(kind: str) -> set[str]:
    """The codes some case expects, of flags or of requests."""
    found: set[str] = set()
    for path in FILES:
        expect = parse_case(path.read_text()).expect
        if kind == "flags":
            found |= {*expect.get("flag_codes", ()), *(flag["code"] for flag in expect.get("flags", ()))}
        else:
            found |= {code for codes in expect.get("request_codes", ()) for code in codes}
    return found


def _named_rules() -> set[str]:
    return {rule for path in FILES for rule in parse_case(path.read_text()).rules}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = parse_case(path.read_text())
    assert case.expect
    assert list(differences(case.expect, result_of(case))) == []


def test_every_case_has_a_title_and_a_name_of_its_own() -> None:
    cases = [parse_case(path.read_text()) for path in FILES]
    assert all(case.title for case in cases)
    assert [case.id for case in cases] == [path.stem for path in FILES]
    assert len({case.id for case in cases}) == len(cases)


def test_every_flag_has_a_case() -> None:
    assert {row.code for row in FLAGS} - _expected("flags") == set()


def test_every_request_code_has_a_case() -> None:
    assert {row.code for row in REQUESTS} - _expected("requests") == set()


def test_every_rule_and_default_has_a_case() -> None:
    assert {*RULES, *DEFAULTS} - _named_rules() == set()
    assert _named_rules() - {*RULES, *DEFAULTS} == set()


def test_every_changeable_number_belongs_to_a_default() -> None:
    assert {name.split("_")[0].upper() for name in Defaults.__slots__} <= set(DEFAULTS)


def test_flags_and_codes_name_rules_that_exist() -> None:
    named = {rule for row in (*FLAGS, *REQUESTS) for rule in row.rules}
    assert named <= {*RULES, *DEFAULTS}
