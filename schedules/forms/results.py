"""The panel form for laboratory results: a row a test, the unit beside each value, judged as typed (record_lab)."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.labs import Draw, Reported
from patients.analytes import ANALYTES, MASS, AnalyteRow, Unit
from patients.forms.base import ClockInput, DayInput
from patients.forms.clinical import PatientDayForm
from patients.models.clinic import UnitFamily
from patients.vocabulary import Analyte, Comparator, OverrideReason
from schedules.rules.asked import RecordLab
from schedules.rules.facts import Facts
from schedules.rules.requests import judge
from schedules.rules.results import RequestCode, Strength
from schedules.units import unit_words

# What an event's contents mean as tests to type in.
CONTENTS = {"cbc": (Analyte.HB, Analyte.MCV), "neuro_assessment": ()}
USUAL = (Analyte.B12, Analyte.MMA, Analyte.HOMOCYSTEINE, Analyte.HB, Analyte.MCV)
NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+", re.ASCII)
# "1,250" is 1250 to one laboratory and 1.25 to another, and both may be plausible.
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+", re.ASCII)
SIGNS = {"≤": "<=", "≥": ">="}


@dataclass(slots=True)
class ResultRow:
    """One line of the panel: what was typed, and what is wrong with it or asks for a reason."""

    analyte: AnalyteRow
    typed: str
    unit: str
    due: bool
    reason: str = ""
    note: str = ""
    codes: Sequence[RequestCode] = ()
    hint: str | None = None
    problems: list[str] = field(default_factory=list)
    reported: Reported | None = None

    @property
    def name(self) -> str:
        return self.analyte.code.value

    @property
    def units(self) -> list[tuple[str, str]]:
        """Accepted units: code, and as people read it."""
        return [(unit.code, unit_words(unit.code)) for unit in self.analyte.units]

    @property
    def asks(self) -> bool:
        """Whether the recorder must confirm it with a reason."""
        return any(code.strength == Strength.SOFT for code in self.codes)

    @property
    def other_family(self) -> str:
        """The value in the analyte's canonical unit, when that is not the one typed: "310 pmol/L"."""
        found = self.reported
        if found is None or found.comparator or found.unit == self.analyte.canonical_unit:
            return ""
        value = found.canonical
        return "" if value is None else f"{_three_figures(value)} {self.analyte.canonical_unit}"


def _three_figures(value: Decimal) -> str:
    return f"{float(value):.3g}" if value < 1000 else f"{value:.0f}"


def usual_unit(analyte: AnalyteRow, family: str) -> Unit:
    """The unit of a clinic's usual family, else the first of the row."""
    wanted = MASS if family == UnitFamily.MASS else None
    return next((unit for unit in analyte.units if wanted and unit.family == wanted), analyte.units[0])


def read_value(typed: str) -> tuple[str, Decimal]:
    """Comparator and number of a typed value: "<30", "≥ 1476", "12,5". Raises ValueError in the user's words."""
    text = typed.strip()
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    comparator = next(
        (c.value for c in (Comparator.LE, Comparator.GE, Comparator.LT, Comparator.GT) if text.startswith(c)),
        "",
    )
    number = text[len(comparator) :].strip()
    if number.startswith("-"):
        raise ValueError(_("A result cannot be negative."))
    if THOUSANDS.fullmatch(number):
        raise ValueError(
            _(
                "The comma may mean thousands or decimals. Without the comma it is clear: %(whole)s, or %(point)s."
            )
            % {"whole": number.replace(",", ""), "point": number.replace(",", ".", 1).replace(",", "")}
        )
    number = number.replace(",", ".")
    if not NUMBER.fullmatch(number):
        raise ValueError(_("Not a number. Write 262, 9.6 or <30."))
    value = Decimal(number)
    if len(number) > 24 or len(number.partition(".")[2]) > 5 or value >= 10**9:
        raise ValueError(_("Too many digits. Write it as on the report, at most five decimals."))
    return comparator, value


class ResultsForm(PatientDayForm):
    """When the blood was drawn. The rows of the panel are read beside it (`rows`)."""

    past_dates = ("drawn_on",)
    drawn_on = forms.DateField(label=gettext_lazy("Drawn on"), widget=DayInput())
    drawn_at = forms.TimeField(label=gettext_lazy("Time"), widget=ClockInput(), required=False)
    before_dose = forms.TypedChoiceField(
        label=gettext_lazy("If a dose was given that day"),
        choices=[
            ("", gettext_lazy("Not known")),
            ("yes", gettext_lazy("Before it")),
            ("no", gettext_lazy("After it")),
        ],
        coerce=lambda word: word == "yes",
        empty_value=None,
        required=False,
    )
    laboratory = forms.CharField(label=gettext_lazy("Laboratory"), max_length=120, required=False)

    def __init__(self, *args: Any, facts: Facts, due: set[str], family: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts, self.due, self.family = facts, due, family
        self.rows = [self._row(analyte) for analyte in self._order()]

    def _order(self) -> list[AnalyteRow]:
        """Tests of the check that is due first, then the usual ones, then the others."""
        codes = [*(c for c in Analyte if c.value in self.due), *USUAL, *Analyte]
        return [ANALYTES[code] for code in dict.fromkeys(codes)]

    @property
    def first_rows(self) -> list[ResultRow]:
        """Shown at once: what is due, the usual, and what was typed in."""
        return [row for row in self.rows if row.due or row.analyte.code in USUAL or row.typed]

    @property
    def more_rows(self) -> list[ResultRow]:
        return [row for row in self.rows if not (row.due or row.analyte.code in USUAL or row.typed)]

    def _row(self, analyte: AnalyteRow) -> ResultRow:
        name = analyte.code.value
        data = self.data if self.is_bound else {}
        return ResultRow(
            analyte=analyte,
            typed=data.get(f"{name}-value", "").strip(),
            unit=data.get(f"{name}-unit", "") or usual_unit(analyte, self.family).code,
            due=name in self.due,
            reason=data.get(f"{name}-reason", ""),
            note=data.get(f"{name}-note", "").strip(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for row in self.rows:
            if row.typed:
                judge_row(row, facts=self.facts, drawn_on=cleaned.get("drawn_on"), today=self.today)
        if not any(row.typed for row in self.rows):
            raise forms.ValidationError(_("No result is typed in yet."))
        if any(row.problems for row in self.rows):
            raise forms.ValidationError(
                _("Some results need a second look; they are marked below. Nothing is saved yet.")
            )
        return cleaned

    @property
    def reported(self) -> list[Reported]:
        return [row.reported for row in self.rows if row.reported is not None]

    @property
    def draw(self) -> Draw:
        data = self.cleaned_data
        return Draw(data["drawn_on"], data["drawn_at"], data["before_dose"], data["laboratory"])


def judge_row(row: ResultRow, *, facts: Facts, drawn_on: dt.date | None, today: dt.date) -> None:
    """Read and judge one typed value; fills the row's codes, hint, problems and, if it may be kept, `reported`."""
    try:
        comparator, value = read_value(row.typed)
    except ValueError as error:
        row.problems.append(str(error))
        return
    unit = row.analyte.unit(row.unit)
    request = RecordLab(
        analyte=row.name,
        value=value,
        unit=unit.code if unit else row.unit,
        comparator=comparator or None,
        on=drawn_on or today,
    )
    judgement = judge(facts, request, as_of=today)
    row.codes, row.hint = judgement.codes, judgement.hint
    hard = [code.reason for code in row.codes if code.strength == Strength.HARD]
    row.problems += hard
    confirmed = row.reason in set(OverrideReason) and row.note
    if row.asks and not confirmed:
        row.problems += [code.reason for code in row.codes if code.strength == Strength.SOFT]
    if unit is not None and not hard:
        row.reported = Reported(
            analyte=row.name,
            value=value,
            value_text=row.typed.lstrip("<>=≤≥ ").strip(),
            unit=unit.code,
            comparator=comparator,
            override_reason=row.reason if row.asks else "",
            override_note=row.note if row.asks else "",
        )
