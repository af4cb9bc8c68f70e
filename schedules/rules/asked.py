"""What a person asks to do: one frozen dataclass a type of request (clinical specification, section 6).

``on`` is the day of the request; None means the day of asking. Units and words are those of the case files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

MICROGRAMS = {"ug": 1, "mg": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescribe:
    """A B12 drug: dose in ``unit`` (ug or mg), route, and a loading regimen, daily, or an interval."""

    drug: str
    dose: Decimal
    unit: str
    regimen: str
    route: str = "im"
    on: date | None = None

    @property
    def dose_ug(self) -> Fraction:
        """The dose in micrograms, exactly."""
        return Fraction(self.dose) * MICROGRAMS[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMaintenance:
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInterval:
    """Another interval; ``to`` may also be one that is too long to keep."""

    to: str
    reasons: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    reason: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolicAcid:
    """Folic acid, milligrams daily."""

    dose_mg: Decimal
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInjection:
    dose: Decimal
    unit: str
    drug: str = "hydroxocobalamin"
    route: str = "im"
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLab:
    """A result as reported; an unknown unit is judged, an unknown analyte is an error."""

    analyte: str
    value: Decimal
    unit: str
    comparator: str | None = None
    on: date | None = None


Request = Prescribe | StartMaintenance | ChangeInterval | Stop | FolicAcid | RecordInjection | RecordLab
