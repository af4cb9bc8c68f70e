"""What a patient's charts are drawn from: doses, phases, results and scores on one time axis. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.utils.translation import gettext as _

from patients.models import CheckIn
from patients.vocabulary import Interval, Phase, Protocol
from schedules.rules.defaults import Defaults
from schedules.rules.doses import Course, Plan, plan_of
from schedules.rules.facts import Assessment, Decision, Facts
from schedules.rules.results import Evaluation, LabReading
from schedules.rules.situation import Situation
from schedules.units import in_unit, reported_words, shown_unit, unit_words, value_words

CHARTED = ("b12", "mma", "homocysteine", "hb", "mcv")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one phase, from its first day to its last."""

    words: str
    start: dt.date
    end: dt.date
    is_loading: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One result in the unit shown; `value` is for drawing, the words are for reading."""

    on: dt.date
    value: float
    words: str
    reported: str
    unit: str
    reading: LabReading

    @property
    def shown(self) -> str:
        """The value with its unit: "312 nmol/L"."""
        return f"{self.words} {unit_words(self.unit)}"


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """A symptom score, 0 to 15; none where the assessment was incomplete. `by_patient`: given by link."""

    on: dt.date
    total: int | None
    by_patient: bool = False


@dataclass(frozen=True, slots=True)
class CourseOfPatient:
    """All that the course chart shows; `family` is the unit family of serum B12."""

    today: dt.date
    family: str
    dose_days: tuple[dt.date, ...]
    spans: tuple[Span, ...]
    series: dict[str, tuple[Point, ...]]
    scores: tuple[ScorePoint, ...]
    defaults: Defaults

    @property
    def first_on(self) -> dt.date | None:
        """The first day on which anything is on record."""
        days = [*self.dose_days, *(span.start for span in self.spans), *(score.on for score in self.scores)]
        days += [point.on for points in self.series.values() for point in points]
        return min(days, default=None)

    @property
    def changes(self) -> list[Span]:
        """The stretches that began with another interval than the one before."""
        pairs = zip(self.spans, self.spans[1:], strict=False)
        return [after for before, after in pairs if before.words != after.words and not after.is_loading]


def course_of(
    facts: Facts, evaluation: Evaluation, *, family: str, check_ins: Sequence[ScorePoint] = ()
) -> CourseOfPatient:
    """Put the records on the time axis. `check_ins` are what the patient answered by link."""
    today = evaluation.as_of
    situation = Situation(facts, until=today, on=today)
    series: dict[str, tuple[Point, ...]] = {}
    for analyte in CHARTED:
        readings = [r for r in evaluation.labs if r is not None and r.lab.analyte == analyte]
        points = [_point(reading, family) for reading in readings]
        series[analyte] = tuple(sorted(points, key=attrgetter("on")))
    scores = [ScorePoint(row.on, score_of(row)) for row in situation.assessments]
    dose_days = tuple(dose.on for dose in situation.doses)
    return CourseOfPatient(
        today=today,
        family=family,
        dose_days=dose_days,
        spans=tuple(spans_of(facts, dose_days, today)),
        series=series,
        scores=tuple(sorted([*scores, *check_ins], key=attrgetter("on"))),
        defaults=facts.defaults,
    )


def points_of(check_ins: Iterable[CheckIn]) -> list[ScorePoint]:
    """What the patient answered by link."""
    return [ScorePoint(row.on, row.total, by_patient=True) for row in check_ins]


def score_of(assessment: Assessment) -> int | None:
    """The symptom score: the sum of the five domains; an incomplete assessment has none."""
    if not assessment.is_complete:
        return None
    return sum(score for score in assessment.scores if score is not None)


def _point(reading: LabReading, family: str) -> Point:
    lab = reading.lab
    unit = shown_unit(lab.analyte, family)
    return Point(
        lab.drawn_on, float(in_unit(lab, unit)), value_words(lab, unit), reported_words(lab), unit, reading
    )


def spans_of(facts: Facts, dose_days: Sequence[dt.date], today: dt.date) -> list[Span]:
    """The phases from the first plan to today, as each decision left them until the next one."""
    decisions = sorted(
        (row for row in facts.decisions if not row.entered_in_error and row.on <= today),
        key=attrgetter("on"),
    )
    spans: list[Span] = []
    for position, row in enumerate(decisions):
        end = decisions[position + 1].on if position + 1 < len(decisions) else today
        for span in _spans_after(facts, decisions[: position + 1], dose_days, row.on, end):
            before = spans[-1] if spans else None
            if before and before.words == span.words and before.end >= span.start:
                spans[-1] = Span(before.words, before.start, span.end, before.is_loading)
            else:
                spans.append(span)
    return spans


def _spans_after(
    facts: Facts, decisions: list[Decision], dose_days: Sequence[dt.date], start: dt.date, end: dt.date
) -> list[Span]:
    """The one or two phases between a decision and the next: loading may end by itself."""
    plan = plan_of(
        decisions, [day for day in dose_days if day <= end], facts.clinic, facts.defaults.d17_interval
    )
    course = plan.course
    if course is None or end < start:
        return []
    ended_on = course.loading_ended_on
    if course.is_loading:
        return [Span(_loading_words(course), start, end, is_loading=True)]
    if ended_on is not None and ended_on > start:
        loading = Span(_loading_words(course), start, ended_on, is_loading=True)
        return [loading, Span(_kept_words(plan), ended_on, end, is_loading=False)]
    return [Span(_kept_words(plan), start, end, is_loading=False)]


def _loading_words(course: Course) -> str:
    return _("Loading, %(protocol)s") % {"protocol": Protocol(course.protocol).label.lower()}


def _kept_words(plan: Plan) -> str:
    interval = Interval(plan.course.interval).label if plan.course else ""
    return f"{Phase(plan.phase).label}, {interval}"
