"""A patient's calendar as a table: what comes with its reason, and what was done, by year. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patients.templatetags.clinic_words import distance, plain_date
from patients.vocabulary import Phase, Protocol
from schedules.rules.doses import STANDARD_LOADING_DOSES, Course, Given
from schedules.rules.facts import Clinic, Facts
from schedules.rules.results import Evaluation, Event, EventKind, EventStatus
from schedules.rules.situation import Situation

COMING_SHOWN, PAST_SHOWN = 4, 5
_NAMES = {
    EventKind.CHECK: gettext_lazy("Blood test"),
    EventKind.PREGNANCY_CHECK: gettext_lazy("Blood test, pregnancy"),
    EventKind.PANEL: gettext_lazy("Vitamin panel"),
    EventKind.NEURO_REVIEW: gettext_lazy("Symptom review"),
    EventKind.FOLATE_REVIEW: gettext_lazy("Folic acid review"),
}
EVENT_WORDS = {EventKind.INJECTION: gettext_lazy("Injection")} | _NAMES
BLOOD = frozenset({EventKind.CHECK, EventKind.PREGNANCY_CHECK, EventKind.PANEL})
# Drawn just before a dose (R36); a panel is not bound to one.
BEFORE_A_DOSE = BLOOD - {EventKind.PANEL}


@dataclass(frozen=True, slots=True)
class Booked:
    """A date agreed with a person for the open event of a kind."""

    kind: str
    on: dt.date
    at: dt.time | None
    for_due_on: dt.date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One line: when it was or is due, for which day it was or should be booked, when it was done.

    `with_dose_on`: the day a person booked the injection for, where blood is best drawn at that visit.
    """

    what: str
    sort_on: dt.date
    due_on: dt.date | None = None
    due_note: str = ""
    booked_on: dt.date | None = None
    booked_at: dt.time | None = None
    with_dose_on: dt.date | None = None
    to_book_on: dt.date | None = None
    done: str = ""
    done_on: dt.date | None = None
    late: str = ""
    with_blood: bool = False
    is_today: bool = False
    is_late: bool = False
    why: str = ""
    rules: tuple[str, ...] = ()

    @property
    def is_lump(self) -> bool:
        """Whether several doses stand in one line, without dates of their own."""
        return self.due_on is None and self.done_on is None


@dataclass(frozen=True, slots=True)
class CalendarTable:
    """Rows of each year, newest first, and whether more are there than shown."""

    years: tuple[tuple[int, tuple[CalendarRow, ...]], ...]
    has_more: bool
    dose_names: Mapping[dt.date, str] = field(default_factory=dict)


def calendar_table(
    facts: Facts, evaluation: Evaluation, bookings: Sequence[Booked], *, show_all: bool
) -> CalendarTable:
    """The coming events of the evaluation and the doses and draws on record."""
    today = evaluation.as_of
    situation = Situation(facts, until=today, on=today)
    coming = _coming(evaluation, bookings)
    names = dose_names(situation)
    past = _past(situation, names, bookings, facts.clinic)
    has_more = len(coming) > COMING_SHOWN or len(past) > PAST_SHOWN
    if not show_all:
        coming, past = coming[:COMING_SHOWN], past[:PAST_SHOWN]
    rows = sorted([*coming, *past], key=lambda row: row.sort_on, reverse=True)
    years = tuple((year, tuple(of_year)) for year, of_year in groupby(rows, key=lambda row: row.sort_on.year))
    return CalendarTable(years, has_more, names)


def _coming(evaluation: Evaluation, bookings: Sequence[Booked]) -> list[CalendarRow]:
    """The next first. Blood that is taken with a dose is marked on the dose as well."""
    booked = {each.kind: each for each in reversed(bookings) if each.is_current}
    visit = booked.get(EventKind.INJECTION.value)
    blood_days = {_blood_on(event, visit) for event in evaluation.events if event.kind in BLOOD}
    rows, doses = [], 0
    for event in evaluation.events:
        row = _coming_row(event, evaluation.as_of, booked.get(event.kind.value) if event.open else None)
        if event.kind is EventKind.INJECTION:
            name = _next_name(evaluation, doses)
            row = replace(row, what=name, with_blood=(row.booked_on or event.book_on) in blood_days)
            doses += 1
        elif row.booked_on is None and visit is not None and _blood_on(event, visit) == visit.on:
            row = replace(row, with_dose_on=visit.on, to_book_on=None)
        rows.append(row)
    return rows


def _blood_on(event: Event, visit: Booked | None) -> dt.date:
    """The day blood is best drawn: at the injection somebody booked if the window has opened by then."""
    if visit is not None and event.kind in BEFORE_A_DOSE and event.earliest_on <= visit.on:
        return visit.on
    return event.book_on


def _coming_row(event: Event, today: dt.date, booked: Booked | None) -> CalendarRow:
    status = event.status(today)
    is_late = event.open and status in {EventStatus.OVERDUE, EventStatus.MISSED}
    late = ""
    if is_late:
        late = distance(event.due_on, today)
        late = _("missed, %(late)s") % {"late": late} if status == EventStatus.MISSED else late
    return CalendarRow(
        what=str(_NAMES.get(event.kind, event.kind.label)),
        sort_on=event.due_on,
        due_on=event.due_on,
        due_note="" if is_late or not event.open else how_far(event, today),
        booked_on=booked.on if booked else None,
        booked_at=booked.at if booked else None,
        to_book_on=None if booked else event.book_on,
        done=_("not yet") if event.open and event.due_on <= today else "",
        late=late,
        is_today=event.due_on == today or (booked is not None and booked.on == today),
        is_late=is_late,
        why=event.reason,
        rules=event.rules,
    )


def how_far(event: Event, today: dt.date) -> str:
    """ "in 6 days", "9 days late"; "due now" while the day to book it is still to come."""
    if event.due_on < today and event.status(today) == EventStatus.DUE:
        return _("due now")
    return distance(event.due_on, today)


def _next_name(evaluation: Evaluation, ahead: int) -> str:
    """ "Dose 10" for the `ahead`-th injection to come, "Loading dose 4 of 6" while loading lasts."""
    number = evaluation.doses_in_phase + 1 + ahead
    if evaluation.phase != Phase.LOADING:
        return _("Dose %(n)s") % {"n": number}
    if evaluation.protocol == Protocol.ALTERNATE_DAY:
        return _("Loading dose %(n)s") % {"n": number}
    if number > STANDARD_LOADING_DOSES:
        return _("Dose %(n)s") % {"n": number - STANDARD_LOADING_DOSES}
    return _("Loading dose %(n)s of %(all)s") % {"n": number, "all": STANDARD_LOADING_DOSES}


def dose_names(situation: Situation) -> dict[dt.date, str]:
    """What each dose of the plan in force is called, by its day."""
    course = situation.course
    if course is None:
        return {}
    kept = [given.on for given in course.given]
    names = {on: _("Dose %(n)s") % {"n": number} for number, on in enumerate(kept, 1)}
    loading = [on for on in course.doses if on >= course.started_on and on not in names]
    return names | {on: _("Loading dose %(n)s") % {"n": number} for number, on in enumerate(loading, 1)}


def _past(
    situation: Situation, names: Mapping[dt.date, str], bookings: Sequence[Booked], clinic: Clinic
) -> list[CalendarRow]:
    """What was done, newest first: doses of the plan one by one, loading in one line, blood on days of its own."""
    course = situation.course
    draws = {lab.drawn_on for lab in situation.labs.of("b12")}
    rows = []
    given_on: set[dt.date] = set()
    if course is not None:
        for given in course.given:
            row = _given_row(given, names[given.on], bookings, clinic)
            rows.append(replace(row, with_blood=given.on in draws))
        given_on = {given.on for given in course.given}
    rows += _lumped(course, [dose.on for dose in situation.doses if dose.on not in given_on])
    rows += [CalendarRow(what=_("Blood test"), sort_on=on, done_on=on) for on in draws if on not in given_on]
    return sorted(rows, key=lambda row: row.sort_on, reverse=True)


def _given_row(given: Given, name: str, bookings: Sequence[Booked], clinic: Clinic) -> CalendarRow:
    """A dose of maintenance or prevention, with the due date it was given against."""
    agreed = next((b for b in bookings if b.kind == "injection" and b.for_due_on == given.due_on), None)
    days = (given.on - given.due_on).days
    is_late = given.on > clinic.first_open(given.due_on)
    late = distance(given.due_on, given.on) if is_late else ""
    early = ngettext("%(n)s day early", "%(n)s days early", -days) % {"n": -days} if days < 0 else ""
    return CalendarRow(
        what=name,
        sort_on=given.on,
        due_on=given.due_on,
        booked_on=agreed.on if agreed else None,
        booked_at=agreed.at if agreed else None,
        done_on=given.on,
        late=late or early,
        is_late=is_late,
    )


def _lumped(course: Course | None, doses: Iterable[dt.date]) -> list[CalendarRow]:
    """Doses without a due date of their own: loading, and whatever was before this plan."""
    loading: list[dt.date] = []
    before: list[dt.date] = []
    for on in doses:
        (loading if course is not None and on >= course.started_on else before).append(on)
    return [
        _lump(name, days) for name, days in ((_("Loading"), loading), (_("Before this plan"), before)) if days
    ]


def _lump(name: str, days: list[dt.date]) -> CalendarRow:
    count = ngettext("%(n)s dose", "%(n)s doses", len(days)) % {"n": len(days)}
    first, last = plain_date(days[0]), plain_date(days[-1])
    done = (
        _("%(count)s, %(first)s to %(last)s") % {"count": count, "first": first, "last": last}
        if len(days) > 1
        else f"{count}, {first}"
    )
    return CalendarRow(what=name, sort_on=days[-1], done=done)
