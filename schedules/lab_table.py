"""The results of a patient as a table: a row a draw, newest first, with what each value means. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.analytes import ANALYTES
from patients.vocabulary import Analyte, Sex
from schedules.rules.defaults import Defaults
from schedules.rules.facts import Facts, Lab
from schedules.rules.labs import is_above, is_below, limit_as_reported
from schedules.rules.results import Evaluation, LabReading, ResultClass
from schedules.units import is_converted, reported_words, shown_unit, unit_words, value_words

COLUMNS = (Analyte.B12, Analyte.MMA, Analyte.HOMOCYSTEINE, Analyte.HB, Analyte.MCV)
_SHORT = {Analyte.B12: "B12", Analyte.MMA: "MMA", Analyte.HB: "Hb"}


@dataclass(frozen=True, slots=True)
class Column:
    """One analyte of the table and the unit its values stand in."""

    analyte: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in the column's unit, a word if it is not as it should be, and the reported value if converted."""

    words: str
    mark: str
    reported: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class DrawRow:
    """All results of one day."""

    on: dt.date
    when: str
    cells: tuple[tuple[Cell, ...], ...]
    others: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class LabTable:
    """The table: fixed columns for what every check has, the rest in words behind them."""

    columns: tuple[Column, ...]
    rows: tuple[DrawRow, ...]

    @property
    def has_others(self) -> bool:
        """Whether any row has results beyond the columns."""
        return any(row.others for row in self.rows)


def lab_table(facts: Facts, evaluation: Evaluation, *, family: str) -> LabTable:
    """The results up to the evaluation's day; `family` is the unit family of serum B12."""
    columns = tuple(
        Column(analyte, _SHORT.get(analyte, analyte.label), unit_words(shown_unit(analyte, family)))
        for analyte in COLUMNS
    )
    by_day: dict[dt.date, list[LabReading]] = {}
    for reading in evaluation.labs:
        if reading is not None:
            by_day.setdefault(reading.lab.drawn_on, []).append(reading)
    limits = Limits(facts)
    rows = tuple(_row(day, by_day[day], family, limits) for day in sorted(by_day, reverse=True))
    return LabTable(columns, rows)


class Limits:
    """The limits that make a value low or high for this patient."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.defaults = facts, facts.defaults

    def haemoglobin(self, on: dt.date) -> Decimal:
        """The limit of D6: by sex, lower in pregnancy."""
        defaults, patient = self.defaults, self.facts.patient
        if any(p.status == "pregnant" and p.is_active_on(on) for p in patient.pregnancies):
            return defaults.d6_hb_pregnant_g_l
        return defaults.d6_hb_male_g_l if patient.sex == Sex.MALE else defaults.d6_hb_female_g_l


def _row(on: dt.date, readings: Sequence[LabReading], family: str, limits: Limits) -> DrawRow:
    cells = tuple(
        tuple(_cell(reading, family, limits) for reading in readings if reading.lab.analyte == analyte)
        for analyte in COLUMNS
    )
    others = tuple(
        _cell(reading, family, limits) for reading in readings if reading.lab.analyte not in COLUMNS
    )
    return DrawRow(on, when_words(readings), cells, others)


def when_words(readings: Iterable[LabReading]) -> str:
    """Where in the cycle the blood was drawn: "before a dose, day 61", "34 days after a dose"."""
    ordered = sorted(readings, key=lambda reading: reading.lab.analyte != Analyte.B12)
    first = ordered[0]
    days = first.days_since_dose
    if days is None:
        return _("before the first dose")
    if first.trough:
        return _("before a dose, day %(n)s") % {"n": days}
    if days == 0:
        return _("after the dose of that day")
    return ngettext("%(n)s day after a dose", "%(n)s days after a dose", days) % {"n": days}


def _cell(reading: LabReading, family: str, limits: Limits) -> Cell:
    lab = reading.lab
    unit = shown_unit(lab.analyte, family)
    in_column = lab.analyte in COLUMNS
    return Cell(
        words=value_words(lab, unit) if in_column else reported_words(lab),
        mark=mark_of(reading, limits),
        reported=reported_words(lab) if in_column and is_converted(lab, unit) else "",
        label="" if in_column else ANALYTES[lab.analyte].label,
    )


def mark_of(reading: LabReading, limits: Limits) -> str:
    """One of "low", "borderline", "high", "cannot be classed", or nothing: each with the limit the rules use."""
    lab, defaults = reading.lab, limits.defaults
    if reading.lab_class is not None:
        return "" if reading.lab_class == ResultClass.NORMAL else reading.lab_class.label.lower()
    if reading.at_target is False:
        return _("low") if lab.analyte == Analyte.VITAMIN_D else _("high")
    if lab.analyte == Analyte.MCV:
        return _("high") if _is_above(lab, defaults.d6_mcv_fl) else ""
    low = _low_limit(lab, limits, defaults)
    return (
        _("low") if low is not None and is_below(lab, limit_as_reported(lab.analyte, lab.unit, low)) else ""
    )


def _is_above(lab: Lab, limit: Decimal) -> bool:
    return is_above(lab, limit_as_reported(lab.analyte, lab.unit, limit))


def _low_limit(lab: Lab, limits: Limits, defaults: Defaults) -> Decimal | None:
    if lab.analyte == Analyte.HB:
        return limits.haemoglobin(lab.drawn_on)
    return {
        Analyte.FERRITIN.value: defaults.d9_ferritin_ug_l,
        Analyte.TRANSFERRIN_SATURATION.value: defaults.d9_transferrin_saturation_percent,
        Analyte.POTASSIUM.value: defaults.d22_potassium_mmol_l,
    }.get(str(lab.analyte))
