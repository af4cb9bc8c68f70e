"""What a change of the plan rests on: how the effect wears off, the best and the latest of what is followed. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from schedules.chart_parts import Part
from schedules.charts import MMA_TARGET
from schedules.course import CourseOfPatient, Point
from schedules.cycle_chart import cycles_of, for_both_papers, in_words


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One thing that is followed: its best since loading ended, and its latest."""

    name: str
    under: str
    best: str
    latest: str
    latest_on: dt.date


@dataclass(frozen=True, slots=True)
class Evidence:
    """The cycle chart for both papers with its sentence, and the rows beneath it."""

    chart: Part | None
    words: str
    rows: tuple[FoundRow, ...]


def evidence_of(course: CourseOfPatient) -> Evidence:
    """From the same course as the patient page's charts."""
    cycles = cycles_of(course.dose_days, course.scores, course.today)
    kept_since = next((span.start for span in course.spans if not span.is_loading), None)
    troughs = [point for point in course.series["b12"] if point.reading.trough]
    found = [
        _scores(course, kept_since),
        _results(
            _("MMA"),
            _("target below %(limit)s") % {"limit": f"{MMA_TARGET:g}"},
            course.series["mma"],
            kept_since,
        ),
        _results(_("Serum B12"), _("just before a dose"), troughs, kept_since, highest=True),
    ]
    return Evidence(for_both_papers(cycles), in_words(cycles), tuple(row for row in found if row))


def _scores(course: CourseOfPatient, since: dt.date | None) -> FoundRow | None:
    # The clinic's own: what the patient answers is measured otherwise.
    scored = [(row.on, row.total) for row in course.scores if row.total is not None and not row.by_patient]
    if not scored:
        return None
    kept = [total for on, total in scored if since is not None and on >= since]
    on, total = scored[-1]
    return FoundRow(_("Symptom score"), _("of 15"), str(min(kept)) if kept else "–", str(total), on)


def _results(
    name: str, under: str, points: Sequence[Point], since: dt.date | None, *, highest: bool = False
) -> FoundRow | None:
    """`highest`: the highest is the best one, else the lowest."""
    if not points:
        return None
    kept = [point for point in points if since is not None and point.on >= since]
    best = (max if highest else min)(kept, key=lambda point: point.value, default=None)
    return FoundRow(name, under, best.shown if best else "–", points[-1].shown, points[-1].on)
