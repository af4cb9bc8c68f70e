"""Typing a laboratory report in: values as written, odd ones confirmed, slips questioned."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from patients.models import LabResult, Patient
from tests.factories import InjectionFactory
from tests.record.desk import TODAY, Desk, address, typed, words

SURE = {"reason": "report_says_so", "note": "Read twice, phoned the laboratory."}


def save(
    desk: Desk, patient: Patient, *, on: str = TODAY.isoformat(), token: Any = None, **results: Any
) -> HttpResponse:
    """Save a panel: `b12=("262", "pmol/L")`, or with a confirmation as third."""
    fields: dict[str, Any] = {"drawn_on": on, "drawn_at": "", "before_dose": "", "laboratory": ""}
    for name, (value, unit, *sure) in results.items():
        fields |= {f"{name}-value": value, f"{name}-unit": unit}
        for confirmation in sure:
            fields |= {f"{name}-{key}": said for key, said in confirmation.items()}
    return desk.nurse.post(address("record_results", patient), typed(token=token, **fields))


def kept(desk: Desk, patient: Patient) -> list[tuple[str, str, str, str]]:
    """Analyte, comparator, text and unit of what is on record."""
    desk.look()
    rows = LabResult.objects.filter(patient=patient).order_by("pk")
    return list(rows.values_list("analyte", "comparator", "value_text", "unit"))


@pytest.mark.parametrize(
    ("written", "comparator", "text", "value"),
    [
        ("262", "", "262", "262"),
        ("<30", "<", "30", "30"),
        ("< 30", "<", "30", "30"),
        ("≥1476", ">=", "1476", "1476"),
        (">=1476", ">=", "1476", "1476"),
        ("≤ 30,5", "<=", "30,5", "30.5"),
        ("262.0", "", "262.0", "262"),
        ("262,5", "", "262,5", "262.5"),
        (" 262 ", "", "262", "262"),
        ("0262", "", "0262", "262"),
    ],
)
def test_a_value_is_kept_as_the_report_has_it(
    desk: Desk, written: str, comparator: str, text: str, value: str
) -> None:
    patient = desk.patient()
    assert save(desk, patient, b12=(written, "pmol/L")).status_code == 302
    assert kept(desk, patient) == [("b12", comparator, text, "pmol/L")]
    assert LabResult.objects.get(patient=patient).value == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        "abc", "-5", "<", "<<30", "<-3", "30-40", "1e3", "1_000", "NaN", "Infinity", "1.234,5", "12 5", "+5", ".",
        "\uff11\uff12", "1.123456", "1" * 10, "0" * 30 + "1", "<script>",
    ],
)  # fmt: skip
def test_what_is_no_number_is_said_kept_in_the_field_and_not_saved(desk: Desk, written: str) -> None:
    patient = desk.patient()
    answer = save(desk, patient, b12=(written, "pmol/L"), hb=("128", "g/L"))
    assert answer.status_code == 422
    assert "Nothing is saved yet" in words(answer)
    assert b'value="128"' in answer.content
    assert kept(desk, patient) == []


@pytest.mark.parametrize("written", ["1,250", "12,500", "1,250,000", "<1,250"])
def test_a_comma_before_three_digits_may_mean_a_thousand_and_is_asked_about(desk: Desk, written: str) -> None:
    """1,250 ug/L of ferritin is high, 1.25 is a deficiency; both are plausible."""
    patient = desk.patient()
    answer = save(desk, patient, ferritin=(written, "ug/L"))
    assert answer.status_code == 422
    assert "Without the comma" in words(answer)
    assert kept(desk, patient) == []


def test_zero_comma_three_digits_is_a_decimal(desk: Desk) -> None:
    patient = desk.patient()
    assert save(desk, patient, mma=("0,271", "umol/L")).status_code == 302
    assert LabResult.objects.get(patient=patient).canonical_value == 271


def test_150_percent_is_the_end_and_151_is_recorded_when_the_report_says_so(desk: Desk) -> None:
    patient = desk.patient()
    assert save(desk, patient, transferrin_saturation=("150", "%")).status_code == 302
    odd = ("151", "%")
    answer = save(desk, patient, transferrin_saturation=odd)
    assert answer.status_code == 422
    assert "lies outside 0 to 150" in words(answer)
    for half in ({"reason": "report_says_so"}, {"note": "Read twice."}, SURE | {"reason": "x"}):
        assert save(desk, patient, transferrin_saturation=(*odd, half)).status_code == 422
    assert save(desk, patient, transferrin_saturation=(*odd, SURE)).status_code == 302
    desk.look()
    result = LabResult.objects.filter(patient=patient).latest("pk")
    assert (result.value, result.override_reason) == (151, "report_says_so")
    assert result.override_note == "Read twice, phoned the laboratory."


def test_a_confirmation_is_not_kept_for_a_value_that_needs_none(desk: Desk) -> None:
    patient = desk.patient()
    save(desk, patient, hb=("128", "g/L", SURE))
    assert LabResult.objects.get(patient=patient).override_reason == ""


def test_an_implausible_value_is_questioned_with_the_unit_it_may_have(desk: Desk) -> None:
    answer = save(desk, desk.patient(), hb=("120", "g/dL"))
    assert answer.status_code == 422
    assert "Is the unit g/L?" in words(answer)


def test_a_comparator_is_never_implausible(desk: Desk) -> None:
    patient = desk.patient()
    assert save(desk, patient, b12=("<10", "pmol/L")).status_code == 302
    assert LabResult.objects.get(patient=patient).canonical_value is None


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-03-03", "in the future"),
        ("1961-03-02", "before the patient was born"),
        ("", "required"),
        ("2026-02-30", "valid date"),
    ],
)
def test_dates_on_which_no_blood_was_drawn(desk: Desk, on: str, said: str) -> None:
    patient = desk.patient()
    answer = save(desk, patient, on=on, b12=("262", "pmol/L"))
    assert answer.status_code == 422
    assert said in words(answer)
    assert kept(desk, patient) == []


def test_a_unit_that_is_none_is_refused(desk: Desk) -> None:
    patient = desk.patient()
    assert save(desk, patient, b12=("262", "furlong", SURE)).status_code == 422
    assert kept(desk, patient) == []


def test_an_empty_panel_says_so(desk: Desk) -> None:
    assert "No result is typed in yet" in words(save(desk, desk.patient()))


def test_the_same_panel_twice_is_recorded_once(desk: Desk) -> None:
    patient, token = desk.patient(), uuid.uuid4()
    answers = [save(desk, patient, token=token, b12=("262", "pmol/L")).status_code for _ in "12"]
    assert (answers, len(kept(desk, patient))) == ([302, 302], 1)


def test_flags_follow_at_once(desk: Desk) -> None:
    patient = desk.patient()
    save(desk, patient, b12=("100", "pmol/L"))
    assert "B12_DEFICIENT_TREAT" in desk.flags(patient)
    save(desk, patient, hb=("105", "g/L"), mcv=("108", "fL"))
    assert "START_IMMEDIATELY" in desk.flags(patient)


def test_before_the_dose_is_kept_as_answered(desk: Desk) -> None:
    patient = desk.patient()
    InjectionFactory(patient=patient, on=TODAY)
    for answer, stored in [("yes", True), ("no", False), ("", None)]:
        fields = {"drawn_on": TODAY.isoformat(), "before_dose": answer, "hb-value": "128", "hb-unit": "g/L"}
        desk.nurse.post(address("record_results", patient), typed(**fields))
        desk.look()
        assert LabResult.objects.filter(patient=patient).latest("pk").before_dose is stored


def test_a_row_is_judged_as_typed_and_nothing_is_written(desk: Desk) -> None:
    patient = desk.patient()
    where = address("check_result", patient) + "?analyte=hb"
    fields = typed(**{"drawn_on": TODAY.isoformat(), "hb-value": "120", "hb-unit": "g/dL"})
    assert "Is the unit g/L?" in words(desk.nurse.post(where, fields))
    assert kept(desk, patient) == []
    assert desk.nurse.post(address("check_result", patient) + "?analyte=x", fields).status_code == 400
    assert desk.nurse.get(where).status_code == 400
    assert desk.coordinator.post(where, fields).status_code == 403


def test_the_largest_number_fits(desk: Desk) -> None:
    patient = desk.patient()
    assert save(desk, patient, mma=("999999999", "umol/L", SURE)).status_code == 302
    assert dt.date.fromisoformat(str(LabResult.objects.get(patient=patient).drawn_on)) == TODAY
