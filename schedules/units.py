"""Results in the units a clinic reads: conversion, and the words for units and values.

Only serum B12 changes with the unit family; everything else is shown in the analyte's canonical unit. A value
is never shown converted without the reported one beside it.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from patients.analytes import ANALYTES, MASS
from patients.vocabulary import Analyte
from schedules.rules.facts import Lab

B12_UNIT = {"molar": "pmol/L", "mass": "pg/mL"}
UNIT_WORDS = {
    "umol/L": "µmol/L",
    "ug/L": "micrograms/L",
    "ug/dL": "micrograms/dL",
    "10*9/L": "× 10⁹/L",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}
_COMPARATORS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}


def unit_words(code: str) -> str:
    """A unit as people read it: "umol/L" is "µmol/L"."""
    return UNIT_WORDS.get(code, code)


def shown_unit(analyte: str, family: str) -> str:
    """The unit a page shows an analyte in; `family` is "molar" or "mass"."""
    return B12_UNIT[family] if analyte == Analyte.B12 else ANALYTES[analyte].canonical_unit


def in_unit(lab: Lab, unit: str) -> Fraction:
    """The result's value in another unit of its analyte, exactly; the comparator stays with the result."""
    units = ANALYTES[lab.analyte].by_code
    return Fraction(lab.value) * units[lab.unit].factor / units[unit].factor


def is_converted(lab: Lab, unit: str) -> bool:
    """Whether showing the result in `unit` changes its number (pg/mL and ng/L are the same)."""
    return in_unit(lab, unit) != Fraction(lab.value)


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: 1000, 9.6."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_words(lab: Lab, unit: str) -> str:
    """The result in `unit`, as few digits as are honest: as reported, or converted to three figures."""
    sign = _COMPARATORS.get(lab.comparator or "", "")
    if not is_converted(lab, unit):
        return sign + plain(lab.value)
    found = in_unit(lab, unit)
    exact = Decimal(found.numerator) / Decimal(found.denominator)
    places = Decimal(1) if exact >= 100 else Decimal("0.1") if exact >= 10 else Decimal("0.01")
    return sign + plain(exact.quantize(places, ROUND_HALF_UP))


def reported_words(lab: Lab) -> str:
    """The result as the laboratory wrote it: "355 pg/mL"."""
    return f"{_COMPARATORS.get(lab.comparator or '', '')}{plain(lab.value)} {unit_words(lab.unit)}"


def is_mass(unit: str) -> bool:
    """Whether a unit of serum B12 is one of mass, with limits of its own (D5)."""
    return ANALYTES[Analyte.B12].by_code[unit].family == MASS
