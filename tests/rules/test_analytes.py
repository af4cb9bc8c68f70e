"""Units, conversions and codes of the analytes table."""

from decimal import Decimal

import pytest

from patients.analytes import ANALYTES, BY_LOINC, ROWS, canonical_text, is_loinc, loinc_check_digit
from patients.vocabulary import Analyte


def test_every_analyte_has_a_row_with_its_canonical_unit() -> None:
    assert [row.code for row in ROWS] == list(Analyte)
    assert all(row.by_code[row.canonical_unit].factor == 1 for row in ROWS)
    assert all(row.label and row.lowest < row.highest for row in ROWS)


def test_every_loinc_code_carries_its_check_digit() -> None:
    assert [code for code in BY_LOINC if not is_loinc(code)] == []
    assert sum(len(row.loinc) for row in ROWS) == len(BY_LOINC)


@pytest.mark.parametrize("code", ["13964-9", "13964", "13964-", "-2", "1396x-2", "13964-22"])
def test_a_wrong_loinc_code_is_told(code: str) -> None:
    assert not is_loinc(code)


def test_the_check_digit_of_mma() -> None:
    assert loinc_check_digit("13964") == 2
    assert is_loinc("13964-2")


@pytest.mark.parametrize(
    ("analyte", "written", "meant"),
    [
        ("b12", "ng/l", "ng/L"),
        ("mma", "µmol/L", "umol/L"),
        ("mma", "μmol/l", "umol/L"),
        ("ferritin", "mcg/L", "ug/L"),
        ("vitamin_a", "mcg/dL", "ug/dL"),
        ("platelets", "10^9/L", "10*9/L"),
        ("egfr", "mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("transferrin_saturation", "percent", "%"),
    ],
)
def test_usual_spellings_of_a_unit(analyte: str, written: str, meant: str) -> None:
    unit = ANALYTES[analyte].unit(written)
    assert unit is not None
    assert unit.code == meant


@pytest.mark.parametrize(
    ("analyte", "written"), [("b12", "g/L"), ("hb", "pg/mL"), ("mma", ""), ("mma", "mol")]
)
def test_a_unit_of_another_analyte_is_unknown(analyte: str, written: str) -> None:
    assert ANALYTES[analyte].unit(written) is None


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "text"),
    [
        ("b12", "420", "pg/mL", "309.87"),
        ("b12", "0.3", "nmol/L", "300.00"),
        ("folate", "4", "ng/mL", "9.06"),
        ("hb", "10.5", "g/dL", "105.00"),
        ("potassium", "0.005", "meq/L", "0.01"),
        ("potassium", "0.00499999", "meq/L", "0.00"),
    ],
)
def test_two_decimals_half_up_from_an_exact_product(analyte: str, value: str, unit: str, text: str) -> None:
    assert canonical_text(Decimal(value), ANALYTES[analyte].by_code[unit]) == text


def test_a_hint_names_the_first_unit_that_fits_or_none() -> None:
    assert ANALYTES["hb"].hint(Decimal(120)) == "g/L"
    assert ANALYTES["mma"].hint(Decimal("0.27")) == "umol/L"
    assert ANALYTES["potassium"].hint(Decimal(100)) is None
