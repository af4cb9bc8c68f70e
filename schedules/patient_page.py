"""What the patient page shows, gathered in a fixed number of queries and one evaluation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patients.models import CheckIn, Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER
from patients.templatetags.clinic_words import plain_date
from patients.vocabulary import CauseKind, CloseReason, ContactOutcome, Domain, Phase, Severity
from schedules.calendar_table import BLOOD, Booked, CalendarTable, calendar_table, how_far
from schedules.chart_parts import NARROW, WIDE, Part
from schedules.charts import RANGES, course_figure
from schedules.course import CourseOfPatient, course_of, points_of
from schedules.cycle_chart import Cycle, cycles_of, for_both_papers, in_words
from schedules.facts import facts_for
from schedules.flag_words import ShownFlag, shown
from schedules.lab_table import LabTable, lab_table
from schedules.models import Booking
from schedules.plan_words import closed_words, dose_words, plan_words
from schedules.queries import active_flags, answered_check_ins
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Facts
from schedules.rules.results import SEVERITY_ORDER, Evaluation, Event, EventKind
from schedules.said_gone import SAID, SAID_GONE
from schedules.score_table import ScoreRow, score_rows
from schedules.timeline import entries
from schedules.timeline_words import Line, line_of
from schedules.units import B12_UNIT

PLAN_SHOWN = 30
# Of the patient that is read.
_SAID_GONE = f"(SELECT outcome FROM ({SAID_GONE} AND c.patient_id = patients_patient.id) gone)"  # noqa: S608 (constants)
_DOMAINS = tuple(domain.value for domain in Domain)
SCORES_SHOWN = 6
_NAMES = (
    ("b12", "B12"),
    ("mma", "MMA"),
    ("homocysteine", gettext_lazy("homocysteine")),
    ("hb", "Hb"),
    ("mcv", "MCV"),
)


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for: the time shown, the unit family of B12, all dates or the nearest, all scores or the
    newest."""

    shown: str
    family: str
    all_dates: bool
    all_scores: bool

    @classmethod
    def of(cls, asked: Any, patient: Patient) -> "View":
        """From the address; what is not understood is as the clinic has it."""
        shown_range, family = asked.get("range", "all"), asked.get("units", patient.clinic.units)
        return cls(
            shown=shown_range if shown_range in RANGES else "all",
            family=family if family in B12_UNIT else patient.clinic.units,
            all_dates=asked.get("dates") == "all",
            all_scores=asked.get("scores") == "all",
        )


class PatientPage:
    """One patient on one day. The parts are worked out when asked for; only the facts are read at once."""

    def __init__(self, patient: Patient, *, today: dt.date, view: View) -> None:
        self.patient, self.today, self.view = patient, today, view
        self.facts: Facts = facts_for([patient])[patient.pk]
        self.now: Evaluation = evaluate(self.facts, as_of=today)

    @cached_property
    def _head(self) -> dict[str, Any]:
        """The responsible physician, further numbers, bookings, answers by link, whether said to be gone; one query."""
        booking = Booking.objects.filter(patient=OuterRef("pk")).order_by("-made_at")
        fields = JSONObject(
            kind="kind", on="on", at="at", for_due_on="for_due_on", after="after_dose_on", off="cancelled_at"
        )
        number = PatientIdentifier.objects.current().filter(patient=OuterRef("pk")).order_by("pk")
        answers = answered_check_ins(OuterRef("pk"), until=self.today)
        found = Patient.objects.filter(pk=self.patient.pk).values(
            physician_name=F("physician__name"),
            booked=ArraySubquery(booking.values(found=fields)),
            numbers=ArraySubquery(number.values(found=JSONObject(kind="system", value="value"))),
            answered=ArraySubquery(answers.values(found=JSONObject(on="on", **{d: d for d in _DOMAINS}))),
            said_gone=RawSQL(_SAID_GONE, []),
        )
        head: dict[str, Any] = dict(found.get())
        return head

    @property
    def physician(self) -> str:
        """The responsible physician's name, or nothing."""
        return self._head["physician_name"] or ""

    @property
    def numbers(self) -> list[dict[str, str]]:
        """The further numbers, each its kind and value; earlier record numbers, too."""
        found: list[dict[str, str]] = self._head["numbers"]
        return found

    @property
    def head_numbers(self) -> list[dict[str, str]]:
        """Those that stand in the head of the page: the first two, without earlier record numbers."""
        return [number for number in self.numbers if number["kind"] != EARLIER_NUMBER][:2]

    @cached_property
    def bookings(self) -> list[Booked]:
        """Newest first; one stands while it is not cancelled and no dose came since it was agreed."""
        last = self.now.last_dose_on
        return [
            Booked(
                kind=row["kind"],
                on=dt.date.fromisoformat(row["on"]),
                at=dt.time.fromisoformat(row["at"]) if row["at"] else None,
                for_due_on=_date(row["for_due_on"]),
                is_current=row["off"] is None and _date(row["after"]) == last,
            )
            for row in self._head["booked"]
        ]

    @property
    def causes(self) -> str:
        """The causes that still hold, in words."""
        kinds = [cause.kind for cause in self.facts.patient.causes if cause.counts_on(self.today)]
        return ", ".join(dict.fromkeys(CauseKind(kind).label for kind in kinds))

    # The plan in one line

    @property
    def plan(self) -> str:
        """ "Maintenance every 2 months", "Loading, alternate days"."""
        now = self.now
        if self.is_closed:
            return closed_words(self._closed_because)
        words = plan_words(now.phase, now.protocol or "", now.interval or "")
        if now.phase == "maintenance":
            return _("Maintenance %(interval)s") % {"interval": words[0].lower() + words[1:]}
        return words

    @property
    def is_closed(self) -> bool:
        """Whether the record is closed: nothing is given, booked or asked any more."""
        return self.now.phase == Phase.CLOSED

    @property
    def _closed_because(self) -> str | None:
        valid = (each for each in self.facts.decisions if not each.entered_in_error)
        closed = [each for each in valid if each.kind == "close"]
        return max(closed, key=lambda each: each.on).reason if closed else None

    @cached_property
    def said_gone(self) -> str:
        """How the patient was said to be gone while the record is open: an outcome of a contact, or nothing."""
        return "" if self.is_closed else self._head["said_gone"] or ""

    @property
    def said_gone_words(self) -> str:
        """ "Said to have died"."""
        return str(SAID[self.said_gone]) if self.said_gone else ""

    @property
    def died(self) -> bool:
        """Whether the patient has died, or was said to: nobody phones."""
        return self.said_gone == ContactOutcome.DIED or (
            self.is_closed and self._closed_because == CloseReason.DIED
        )

    @property
    def dose(self) -> str:
        """ "dose 10"."""
        return dose_words(self.now.phase, self.now.protocol or "", self.now.doses_in_phase)

    @cached_property
    def next_dose(self) -> Event | None:
        """The open injection."""
        return next((e for e in self.now.events if e.open and e.kind is EventKind.INJECTION), None)

    @property
    def next_dose_status(self) -> str:
        """upcoming, due, overdue or missed today."""
        return self.next_dose.status(self.today).value if self.next_dose else ""

    @property
    def how_far(self) -> str:
        """How far off the open injection is: "in 6 days", "9 days late"."""
        return how_far(self.next_dose, self.today) if self.next_dose else ""

    @cached_property
    def booked(self) -> Booked | None:
        """The date agreed for the open injection."""
        return next((b for b in self.bookings if b.is_current and b.kind == EventKind.INJECTION), None)

    @property
    def blood_first(self) -> bool:
        """Whether blood is to be taken at the next visit, before the dose."""
        visit = self.booked.on if self.booked else self.next_dose.book_on if self.next_dose else None
        if visit is None:
            return False
        blood = min((e for e in self.now.events if e.kind in BLOOD), key=lambda e: e.due_on, default=None)
        return blood is not None and blood.earliest_on <= max(visit, self.today)

    # Panels

    @cached_property
    def flags(self) -> list[ShownFlag]:
        """The standing flags, the most pressing first. One query."""
        rows = active_flags().filter(patient=self.patient).select_related("acknowledged_by", "snoozed_by")
        ordered = sorted(
            rows, key=lambda flag: (SEVERITY_ORDER[Severity(flag.severity)], flag.raised_on, flag.pk)
        )
        return [shown(flag, self.today) for flag in ordered]

    @property
    def pressing(self) -> list[ShownFlag]:
        """Flags that are shown unfolded."""
        return [flag for flag in self.flags if flag.severity != Severity.INFO]

    @property
    def for_information(self) -> list[ShownFlag]:
        """Flags that are folded into one line."""
        return [flag for flag in self.flags if flag.severity == Severity.INFO]

    @property
    def flag_counts(self) -> str:
        """ "1 urgent, 2 warnings, 2 for information"."""
        count = {severity: sum(f.severity == severity for f in self.flags) for severity in Severity}
        parts = [
            _("%(n)s urgent") % {"n": count[Severity.URGENT]},
            ngettext("%(n)s warning", "%(n)s warnings", count[Severity.WARNING])
            % {"n": count[Severity.WARNING]},
            _("%(n)s for information") % {"n": count[Severity.INFO]},
        ]
        numbers = (count[Severity.URGENT], count[Severity.WARNING], count[Severity.INFO])
        return ", ".join(part for part, number in zip(parts, numbers, strict=True) if number)

    @cached_property
    def calendar(self) -> CalendarTable:
        """What comes and what was done."""
        return calendar_table(self.facts, self.now, self.bookings, show_all=self.view.all_dates)

    @cached_property
    def results(self) -> LabTable:
        """The laboratory table."""
        return lab_table(self.facts, self.now, family=self.view.family)

    @cached_property
    def plan_lines(self) -> list[Line]:
        """Orders and decisions, newest first, struck ones too. One query."""
        found, _older = entries(self.patient, show="plan", clinical=True, limit=PLAN_SHOWN)
        return [line_of(entry, patient_uid=self.patient.uid, dose_names={}, clinical=True) for entry in found]

    @cached_property
    def course(self) -> CourseOfPatient:
        """What the charts are drawn from."""
        said = points_of(self._check_ins)
        return course_of(self.facts, self.now, family=self.view.family, check_ins=said)

    @cached_property
    def _check_ins(self) -> list[CheckIn]:
        """What the patient answered by link, oldest first."""
        return [CheckIn(**row | {"on": dt.date.fromisoformat(row["on"])}) for row in self._head["answered"]]

    @property
    def patient_scored(self) -> bool:
        """Whether the charts show answers of the patient."""
        return any(row.total is not None for row in self._check_ins)

    @cached_property
    def _score_rows(self) -> list[ScoreRow]:
        return score_rows(self.facts, self._check_ins, dose_days=self.course.dose_days, today=self.today)

    @property
    def score_rows(self) -> list[ScoreRow]:
        """The symptom scores as a table: the clinic's, and the patient's own; the newest unless all are asked for."""
        return self._score_rows if self.view.all_scores else self._score_rows[:SCORES_SHOWN]

    @property
    def has_more_scores(self) -> bool:
        """Whether the table leaves some out."""
        return len(self._score_rows) > len(self.score_rows)

    @property
    def score_domains(self) -> list[str]:
        """What the five domains are called."""
        return [domain.label for domain in Domain]

    @cached_property
    def course_chart(self) -> Part:
        """The course for both papers: the marks are the same, the layout is not."""
        wide = course_figure(self.course, shown=self.view.shown, paper=WIDE)
        narrow = course_figure(self.course, shown=self.view.shown, paper=NARROW)
        return {"data": wide["data"], "wide": wide["layout"], "narrow": narrow["layout"]}

    @cached_property
    def _cycles(self) -> list[Cycle]:
        return cycles_of(self.course.dose_days, self.course.scores, self.today)

    @property
    def cycle_in_words(self) -> str:
        """What the cycle chart shows, in a sentence."""
        return in_words(self._cycles)

    @cached_property
    def cycle_chart(self) -> Part | None:
        """The injection cycles for both papers; None while there is nothing to compare."""
        return for_both_papers(self._cycles)

    @property
    def has_course(self) -> bool:
        """Whether there is anything to draw."""
        return self.course.first_on is not None

    @property
    def course_in_words(self) -> str:
        """The chart for those who do not see it: the latest value of each panel."""
        said = []
        for analyte, name in _NAMES:
            points = self.course.series[analyte]
            if points:
                said.append(f"{name} {points[-1].reported}, {plain_date(points[-1].on)}")
        totals = [score for score in self.course.scores if score.total is not None and not score.by_patient]
        if totals:
            said.append(_("symptom score %(score)s of 15") % {"score": totals[-1].total})
        return "; ".join(said)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def units_offered() -> Sequence[tuple[str, str]]:
    """The unit families of B12 and how they are written."""
    return tuple(B12_UNIT.items())
