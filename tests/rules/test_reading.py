"""Bad input is refused with the path inside the case and what was expected there."""

import json
from typing import Any

import pytest

from schedules.rules.case_results import differences, result_of
from schedules.rules.cases import parse_case, read_case
from schedules.rules.reading import BadCase

GOOD = {"id": "one", "as_of": "2026-03-10"}


def _row(kind: str, **row: Any) -> dict[str, Any]:
    return {**GOOD, kind: [row]}


def _patient(**keys: Any) -> dict[str, Any]:
    return {**GOOD, "patient": keys}


START = {"on": "2026-03-02", "decision": "start_treatment", "protocol": "alternate_day"}
LAB = {"drawn_on": "2026-03-02", "analyte": "b12", "value": "1", "unit": "pg/mL"}

BAD: list[tuple[Any, str, str]] = [
    ([], "", "an object"),
    ({"as_of": "2026-03-10"}, "id", "required"),
    ({"id": "one"}, "as_of", "required"),
    ({**GOOD, "as_of": None}, "as_of", "required"),
    ({**GOOD, "id": 7}, "id", "text"),
    ({**GOOD, "colour": "red"}, "colour", "no such key"),
    ({**GOOD, "as_of": "10.03.2026"}, "as_of", "ISO date"),
    ({**GOOD, "as_of": "2026-02-30"}, "as_of", "a date that exists"),
    ({**GOOD, "as_of": "0026-02-20"}, "as_of", "ISO date"),
    ({**GOOD, "as_of": 20260310}, "as_of", "ISO date"),
    ({**GOOD, "horizon_days": 4001}, "horizon_days", "a whole number from 0 to 4000"),
    ({**GOOD, "horizon_days": -1}, "horizon_days", "a whole number"),
    ({**GOOD, "horizon_days": "1.5"}, "horizon_days", "a whole number"),
    ({**GOOD, "horizon_days": True}, "horizon_days", "a whole number"),
    ({**GOOD, "expect": []}, "expect", "an object"),
    ({**GOOD, "plan": {}}, "plan", "a list"),
    ({**GOOD, "plan": ["start"]}, "plan[0]", "an object"),
    ({**GOOD, "clinic": {"open_weekdays": []}}, "clinic.open_weekdays", "at least one open weekday"),
    ({**GOOD, "clinic": {"open_weekdays": ["monday"]}}, "clinic.open_weekdays[0]", "one of mon"),
    ({**GOOD, "clinic": {"defaults": {"D9_gold": 1}}}, "clinic.defaults.D9_gold", "no such key"),
    (
        {**GOOD, "clinic": {"defaults": {"D17_interval": "1mo"}}},
        "clinic.defaults.D17_interval",
        "one of 2mo, 3mo",
    ),
    (_patient(sex="f"), "patient.sex", "one of female, male, unknown"),
    (_patient(diabetic_nephropathy="yes"), "patient.diabetic_nephropathy", "true or false"),
    (_patient(causes=[{"kind": "ppi"}]), "patient.causes[0].kind", "one of pernicious_anaemia"),
    (_patient(causes=[{"kind": "dietary", "length_cm": 3}]), "patient.causes[0].length_cm", "crohns_ileal"),
    (_patient(causes=[{"kind": "other", "gene": "MTR"}]), "patient.causes[0].gene", "inherited"),
    (_patient(pregnancies=[{"status": "pregnant"}]), "patient.pregnancies[0].from", "required"),
    (_patient(medications=[{"drug": "aspirin"}]), "patient.medications[0].drug", "one of folic_acid"),
    (_row("plan", on="2026-03-02", decision="begin"), "plan[0].decision", "one of start_treatment"),
    (_row("plan", on="2026-03-02", decision="start_treatment"), "plan[0].protocol", "required"),
    (_row("plan", on="2026-03-02", decision="take_over"), "plan[0].interval", "required"),
    (
        _row("plan", on="2026-03-02", decision="change_interval", to="4mo"),
        "plan[0].to",
        "one of twice_weekly",
    ),
    (_row("plan", **START, interval="1mo"), "plan[0].interval", "no such key"),
    (_row("plan", **START, maintenance_interval="1mo"), "plan[0].maintenance_interval", "one of 2mo, 3mo"),
    (
        _row("assessments", on="2026-03-02", scores={"visual": 4}),
        "assessments[0].scores.visual",
        "from 0 to 3",
    ),
    (
        _row("assessments", on="2026-03-02", scores={"hearing": 1}),
        "assessments[0].scores.hearing",
        "no such key",
    ),
    (_row("injections", drug="cyanocobalamin"), "injections[0].on", "required"),
    (_row("injections", on="2026-03-02", drug="folic_acid"), "injections[0].drug", "one of hydroxocobalamin"),
    (_row("injections", on="2026-03-02", at="9:10"), "injections[0].at", "a time as 09:10"),
    (_row("injections", on="2026-03-02", at="25:10"), "injections[0].at", "a time that exists"),
    (_row("injections", on="2026-03-02", at=910), "injections[0].at", "a time as 09:10"),
    (_row("labs", **{**LAB, "unit": "g/L"}), "labs[0].unit", "one of pmol/L"),
    (_row("labs", **{**LAB, "value": "-1"}), "labs[0].value", "not negative"),
    (_row("labs", **{**LAB, "value": -1}), "labs[0].value", "not negative"),
    (_row("labs", **{**LAB, "value": "1_0"}), "labs[0].value", "not negative"),
    (_row("labs", **{**LAB, "value": "NaN"}), "labs[0].value", "not negative"),
    (_row("labs", **{**LAB, "value": True}), "labs[0].value", "not negative"),
    (_row("labs", **{**LAB, "value": "1e99"}), "labs[0].value", "below 10^30"),
    (_row("labs", **{**LAB, "value": "1." + "1" * 120}), "labs[0].value", "100 digits at most"),
    (_row("labs", **{**LAB, "comparator": "~"}), "labs[0].comparator", "one of <, <="),
    (_row("requests", type="beg"), "requests[0].type", "one of prescribe"),
    (_row("requests", type="prescribe", drug="folic_acid"), "requests[0].drug", "one of hydroxocobalamin"),
    (_row("requests", type="stop"), "requests[0].reason", "required"),
    (_row("requests", type="folic_acid"), "requests[0].dose_mg", "required"),
    (_row("requests", type="change_interval", to="5mo"), "requests[0].to", "12mo"),
    (_row("requests", type="record_injection", dose=1, unit="g"), "requests[0].unit", "one of ug, mg"),
    (
        _row("requests", type="record_lab", analyte="iron", value=1, unit="x"),
        "requests[0].analyte",
        "one of b12",
    ),
]


@pytest.mark.parametrize(("value", "path", "expected"), BAD, ids=lambda part: str(part)[:60])
def test_bad_input_names_the_path_and_what_was_expected(value: Any, path: str, expected: str) -> None:
    with pytest.raises(BadCase) as raised:
        parse_case(json.dumps(value))
    assert raised.value.path == path
    assert expected in raised.value.expected
    assert (path or "case") in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "JSON"),
        ('{"id": "one", "as_of": NaN}', "not NaN"),
        ('{"id": "one", "id": "two"}', "id is there twice"),
        ("[" * 100_000, "nested"),
    ],
)
def test_text_that_is_no_case(text: str, expected: str) -> None:
    with pytest.raises(BadCase, match=expected):
        parse_case(text)


def test_null_is_absent_and_numbers_may_be_strings() -> None:
    quiet = {**GOOD, "horizon_days": "35", "patient": None, "plan": [{**START, "entered_in_error": None}]}
    case = parse_case(json.dumps({**quiet, "labs": [{**LAB, "value": 1.5, "comparator": None}]}))
    assert case.horizon_days == 35
    assert str(case.facts.labs[0].value) == "1.5"
    assert case.facts.decisions[0].entered_in_error is False


def test_a_number_keeps_every_digit() -> None:
    value = "30.0000000000000000000000000000000000001"
    case = parse_case(
        json.dumps(_row("labs", **{**LAB, "analyte": "ferritin", "unit": "ug/L", "value": value}))
    )
    assert str(case.facts.labs[0].value) == value
    assert result_of(case)["flag_codes"] == []


def test_rows_are_named_by_their_place() -> None:
    case = read_case(_row("labs", **LAB))
    assert case.facts.labs[0].ref == "labs[0]"


@pytest.mark.parametrize(
    ("expected", "found", "path"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, "a"),
        ({"a": 1}, {}, "a"),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": 0}]}, "a[1].b"),
        ([1], [1, 2], ""),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": []}, {"a": None}, "a"),
    ],
)
def test_a_difference_is_found_and_named(expected: Any, found: Any, path: str) -> None:
    (difference,) = differences(expected, found)
    assert difference.startswith(f"{path}: expected")


def test_keys_that_are_not_expected_do_not_matter() -> None:
    assert list(differences({"a": [{}, 1]}, {"a": [{"b": 2}, 1], "c": 3})) == []
