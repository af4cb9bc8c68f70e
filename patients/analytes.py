"""Analytes: codes, units, exact conversions and plausible limits, as data rows. No Django here.

A unit's factor is kept as two exact numbers (``times`` / ``per``); nothing is rounded before a comparison.
Source of the rows: clinical specification, section 5 (LOINC codes, UCUM spellings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from patients.vocabulary import Analyte

MASS = "mass"
MOLAR = "molar"


@dataclass(frozen=True, slots=True)
class Unit:
    """One accepted unit of an analyte: canonical value = reported value * times / per.

    ``family`` and ``family_times`` serve comparison in the family a result was reported in (D5): reported
    value * family_times is the value in the family's base unit.
    """

    code: str
    times: Decimal = Decimal(1)
    per: Decimal = Decimal(1)
    family: str = MOLAR
    family_times: Decimal = Decimal(1)

    @property
    def factor(self) -> Fraction:
        """The exact factor to the analyte's canonical unit."""
        return Fraction(self.times) / Fraction(self.per)


@dataclass(frozen=True, slots=True)
class AnalyteRow:
    """One analyte: stored code, LOINC codes, units (the first of the row first), plausible limits.

    ``lowest`` and ``highest`` are in the canonical unit, both inside the plausible range.
    """

    code: Analyte
    loinc: tuple[tuple[str, str], ...]
    canonical_unit: str
    units: tuple[Unit, ...]
    lowest: Decimal
    highest: Decimal
    by_code: dict[str, Unit] = field(init=False, compare=False, hash=False)

    @property
    def label(self) -> str:
        """The words people read for it."""
        return self.code.label

    @property
    def english(self) -> str:
        """The same for the sentences of the rules."""
        return self.code.english

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {unit.code: unit for unit in self.units})

    def unit(self, written: str) -> Unit | None:
        """The unit meant by what was written (usual aliases accepted), or None if it is none of this row."""
        found = self.by_code.get(written)
        return found if found is not None else self.by_code.get(_ALIASES[self.code].get(_plain(written), ""))

    def is_plausible(self, value: Decimal, unit: Unit) -> bool:
        """Whether a value, reported in ``unit``, lies inside the plausible range (both ends in)."""
        canonical = Fraction(value) * unit.factor
        return Fraction(self.lowest) <= canonical <= Fraction(self.highest)

    def hint(self, value: Decimal) -> str | None:
        """The first unit of the row in which the value would be plausible, or None."""
        return next((unit.code for unit in self.units if self.is_plausible(value, unit)), None)


def canonical_text(value: Decimal, unit: Unit) -> str:
    """The value in the canonical unit with two decimals, half up, from an exact product."""
    hundredths = Fraction(value) * unit.factor * 100
    rounded = (2 * hundredths.numerator + hundredths.denominator) // (2 * hundredths.denominator)
    return f"{rounded // 100}.{rounded % 100:02d}"


def loinc_check_digit(body: str) -> int:
    """The check digit LOINC appends to a code's digits (modulus 10, alternate digits doubled)."""
    total = 0
    for position, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


def is_loinc(code: str) -> bool:
    """Whether a code is written as LOINC codes are and its check digit is right."""
    body, dash, check = code.partition("-")
    return bool(dash and body.isdecimal() and check.isdecimal()) and str(loinc_check_digit(body)) == check


def _u(code: str, times: str = "1", per: str = "1", family: str = MOLAR, family_times: str = "1") -> Unit:
    return Unit(code, Decimal(times), Decimal(per), family, Decimal(family_times))


def _row(code: Analyte, loinc: str, canonical: str, units: tuple[Unit, ...], limits: str) -> AnalyteRow:
    lowest, highest = (Decimal(limit) for limit in limits.split(" to "))
    codes = tuple((part, kind) for part, _, kind in (each.partition(" ") for each in loinc.split(", ")))
    return AnalyteRow(code, codes, canonical, units, lowest, highest)


ROWS = (
    _row(
        Analyte.B12,
        "2132-9 mass, 14685-2 molar",
        "pmol/L",
        (
            _u("pmol/L"),
            _u("nmol/L", "1000", family_times="1000"),
            _u("pg/mL", "1000", "1355.4", MASS),
            _u("ng/L", "1000", "1355.4", MASS),
        ),
        "15 to 37000",
    ),
    _row(Analyte.ACTIVE_B12, "72160-5", "pmol/L", (_u("pmol/L"),), "2 to 1000"),
    _row(
        Analyte.MMA,
        "13964-2",
        "nmol/L",
        (
            _u("nmol/L"),
            _u("umol/L", "1000"),
            _u("nmol/mL", "1000"),
            _u("ng/mL", "1000", "118.09", MASS),
            _u("ug/L", "1000", "118.09", MASS),
        ),
        "30 to 500000",
    ),
    _row(
        Analyte.HOMOCYSTEINE,
        "13965-9 molar, 2428-1 mass",
        "umol/L",
        (_u("umol/L"), _u("mg/L", "1000", "135.19", MASS)),
        "2 to 500",
    ),
    _row(
        Analyte.FOLATE,
        "2284-8 mass, 14732-2 molar",
        "nmol/L",
        (_u("nmol/L"), _u("ng/mL", "2.266", family=MASS), _u("ug/L", "2.266", family=MASS)),
        "0.5 to 230",
    ),
    _row(
        Analyte.FERRITIN,
        "2276-4",
        "ug/L",
        (_u("ug/L", family=MASS), _u("ng/mL", family=MASS), _u("pmol/L", "1", "2.247")),
        "1 to 100000",
    ),
    _row(Analyte.TRANSFERRIN_SATURATION, "2502-3", "%", (_u("%"),), "0 to 150"),
    _row(
        Analyte.HB,
        "718-7 mass, 59260-0 molar",
        "g/L",
        (_u("g/L", family=MASS), _u("g/dL", "10", family=MASS), _u("mmol/L", "16.114")),
        "20 to 250",
    ),
    _row(Analyte.MCV, "787-2", "fL", (_u("fL"),), "50 to 160"),
    _row(Analyte.PLATELETS, "777-3", "10*9/L", (_u("10*9/L"),), "1 to 3000"),
    _row(Analyte.RETICULOCYTES, "60474-4", "10*9/L", (_u("10*9/L"),), "0 to 1000"),
    _row(
        # The molar code is left out until it has been verified.
        Analyte.VITAMIN_D,
        "62292-8 mass",
        "nmol/L",
        (_u("nmol/L"), _u("ng/mL", "2.496", family=MASS), _u("ug/L", "2.496", family=MASS)),
        "5 to 750",
    ),
    _row(Analyte.THIAMINE, "32554-8", "nmol/L", (_u("nmol/L"),), "10 to 1000"),
    _row(
        Analyte.CALCIUM,
        "17861-6 mass, 2000-8 molar",
        "mmol/L",
        (_u("mmol/L"), _u("mg/dL", "0.2495", family=MASS)),
        "1 to 5",
    ),
    _row(
        Analyte.VITAMIN_A,
        "2923-1 mass, 14905-4 molar",
        "umol/L",
        (_u("umol/L"), _u("ug/dL", "0.0349", family=MASS)),
        "0.05 to 18",
    ),
    _row(
        Analyte.EGFR,
        "98979-8, 62238-1, 33914-3",
        "mL/min/{1.73_m2}",
        (_u("mL/min/{1.73_m2}"),),
        "1 to 250",
    ),
    _row(Analyte.POTASSIUM, "2823-3", "mmol/L", (_u("mmol/L"), _u("meq/L")), "1 to 10"),
)

ANALYTES: dict[str, AnalyteRow] = {row.code: row for row in ROWS}
BY_LOINC: dict[str, AnalyteRow] = {code: row for row in ROWS for code, _ in row.loinc}

# Spellings met on reports, besides another case, "µ" and "mcg": plain form -> UCUM.
_OTHER_SPELLINGS = {
    "mL/min/{1.73_m2}": ("ml/min/1.73m2", "ml/min/1.73_m2", "ml/min/{1.73m2}", "ml/min/1.73m^2"),
    "10*9/L": ("10^9/l", "10e9/l", "x10*9/l", "x10^9/l", "x10e9/l"),
    "%": ("percent", "pct"),
    "ug/L": ("mcg/l",),
    "ug/dL": ("mcg/dl",),
}


def _plain(written: str) -> str:
    """A spelling without case, blanks, and the two signs for micro."""
    text = re.sub(r"\s+", "", written).replace("µ", "u").replace("μ", "u").replace("²", "2").lower()
    return re.sub(r"^mc(?=[gm])", "u", text)


def _aliases(row: AnalyteRow) -> dict[str, str]:
    spelled = {_plain(unit.code): unit.code for unit in row.units}
    for unit in row.units:
        spelled |= {_plain(other): unit.code for other in _OTHER_SPELLINGS.get(unit.code, ())}
    return spelled


_ALIASES = {row.code: _aliases(row) for row in ROWS}
