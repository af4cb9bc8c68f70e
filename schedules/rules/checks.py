"""Blood tests, panels and reviews: what is due when, and booked with which injection (R27 to R40; D13, D14,
D23 to D25)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from patients.vocabulary import MedicationDrug, Phase, Protocol
from schedules.rules.dates import ONE_DAY, add_months, say
from schedules.rules.facts import Lab
from schedules.rules.results import Event, EventKind, ResultClass

if TYPE_CHECKING:
    from schedules.rules.situation import Situation

FIRST_YEAR_MONTHS = {3: "R27", 6: "R28", 12: "R29"}
ANNUAL_MONTHS = 12
STABLE_FROM = 2
PREGNANCY_MONTHS = 3
PANEL = ("calcium", "thiamine", "vitamin_a", "vitamin_d")
PANEL_MONTHS = 6
REVIEW_DAYS = 7
REVIEW_GRACE_DAYS = 7
FOLATE_COURSE_MONTHS = 4
FOLATE_COURSE_MG = 5


@dataclass(frozen=True, slots=True)
class Stability:
    """The B12 draws after *T0* (one a day), the counter over them, the last draw that put it back to nought, and
    whether the 12-month check is fulfilled."""

    draws: tuple[Lab, ...]
    counter: int
    reset_by: Lab | None
    past_first_year: bool


def stability_of(situation: Situation) -> Stability:
    """Count the draws after *T0* (R35, D23): normal adds one, low or borderline goes back to nought."""
    t0 = situation.first_dose_on
    if t0 is None or situation.course is None:
        return Stability((), 0, None, False)
    taken_over = situation.course.protocol == Protocol.TAKE_OVER
    last_of_day = {lab.drawn_on: lab for lab in situation.labs.of("b12") if lab.drawn_on > t0}
    draws = tuple(last_of_day.values())
    counter = STABLE_FROM if taken_over else 0  # D24
    reset_by = None
    for lab in draws:
        found = situation.labs.b12_class(lab)
        if found == ResultClass.NORMAL:
            if situation.labs.trough(lab) is not False:
                counter += 1
        elif found != ResultClass.UNDECIDABLE:
            counter, reset_by = 0, lab
    past_first_year = taken_over or _fulfils(draws, add_months(t0, ANNUAL_MONTHS), situation)
    return Stability(draws, counter, reset_by, past_first_year)


def _fulfils(draws: tuple[Lab, ...], due_on: date, situation: Situation) -> bool:
    """Whether a draw fulfils a first-year check: any on or after the day its window opens (D13)."""
    return bool(draws) and draws[-1].drawn_on >= due_on - timedelta(situation.defaults.d13_days)


def open_checks(situation: Situation) -> Iterator[Event]:
    """All open events that are not injections; none after stop and close."""
    if situation.phase in (Phase.STOPPED, Phase.CLOSED):
        return
    yield from _b12_checks(situation)
    yield from _pregnancy_check(situation)
    yield from _panel(situation)
    yield from _neuro_review(situation)
    yield from _folate_review(situation)


def _b12_checks(situation: Situation) -> Iterator[Event]:
    t0, course = situation.first_dose_on, situation.course
    if t0 is None or course is None:
        return
    stability = situation.stability
    contents = _contents(situation)
    if not stability.past_first_year:
        for months, rule in FIRST_YEAR_MONTHS.items():
            due_on = add_months(t0, months)
            if not _fulfils(stability.draws, due_on, situation):
                reason = f"{months} months after the first dose, {say(t0)}."
                yield _booked_with_injection(situation, EventKind.CHECK, due_on, contents, (rule,), reason)
        return
    stable = stability.counter >= STABLE_FROM
    months = ANNUAL_MONTHS if stable else situation.defaults.d14_months
    if course.protocol == Protocol.TAKE_OVER:
        last = situation.labs.latest("b12")
        due_on = max(add_months(last.drawn_on, months), course.started_on) if last else course.started_on
    else:
        last = stability.draws[-1]
        due_on = add_months(last.drawn_on, months)
    rules, why = _why_then(situation)
    reason = (
        f"{'A year' if stable else f'{months} months'} after the last B12 of {say(last.drawn_on)}, {why}."
        if last
        else f"No B12 is known; due since the plan was taken over on {say(due_on)}."
    )
    yield _booked_with_injection(situation, EventKind.CHECK, due_on, contents, rules, reason)


def _why_then(situation: Situation) -> tuple[tuple[str, ...], str]:
    """What decides between a year (R35) and sooner (D14): the rules, and the reason in words."""
    stability = situation.stability
    reset_by, counter = stability.reset_by, stability.counter
    if counter >= STABLE_FROM:
        if reset_by is None and situation.course and situation.course.protocol == Protocol.TAKE_OVER:
            return ("R35", "D24"), "since treatment begun elsewhere counts as stable"
        return ("R35",), "since the last two checks that count were normal"
    wanted = "since once a year takes two normal checks in a row"
    if reset_by is None:
        return ("D14",), f"{wanted}: {'one counts' if counter else 'none counts'} so far"
    found = (
        f"{reset_by.as_reported} on {say(reset_by.drawn_on)} was {situation.labs.b12_class(reset_by).value}"
    )
    return ("D14",), f"{wanted}: {found}{', and one normal check came after it' if counter else ''}"


def _contents(situation: Situation) -> tuple[str, ...]:
    """What belongs to a B12 check (R30 to R33, R37, R38), sorted."""
    contents = ["b12", "cbc", "homocysteine", "neuro_assessment"]
    latest = situation.labs.latest("b12")
    if situation.shows_involvement or (latest is not None and situation.labs.is_in_band(latest)):
        contents.append("mma")
    if situation.stability.past_first_year:
        contents += ["ferritin", "transferrin_saturation"]
    return tuple(sorted(contents))


def _booked_with_injection(
    situation: Situation,
    kind: EventKind,
    due_on: date,
    contents: tuple[str, ...],
    rules: tuple[str, ...],
    reason: str,
) -> Event:
    """A blood test for the first injection of its window, drawn before the dose (R36)."""
    earliest_on = due_on - timedelta(situation.defaults.d13_days)
    with_dose = situation.rhythm.first_booked(earliest_on)
    book_on = with_dose or situation.facts.clinic.first_open(due_on)
    if with_dose is not None:
        reason = f"{reason} Best drawn with the injection planned for {say(with_dose)}, before the dose."
        rules = (*rules, "R36")
    return _window(situation, kind, due_on, book_on, contents, rules, reason)


def _window(
    situation: Situation,
    kind: EventKind,
    due_on: date,
    book_on: date,
    contents: tuple[str, ...],
    rules: tuple[str, ...],
    reason: str,
) -> Event:
    """An event with the window of a check (D13): missed on the day after it, counted from due or booked."""
    before = timedelta(situation.defaults.d13_days)
    missed_on = max(due_on, book_on) + before + ONE_DAY
    return Event(kind, True, due_on - before, due_on, book_on, missed_on, contents, rules, reason)


def _pregnancy_check(situation: Situation) -> Iterator[Event]:
    if not situation.pregnancies or not situation.has_bariatric_surgery:
        return
    began_on = min(record.started_on for record in situation.pregnancies)
    last = situation.labs.latest("b12")
    due_on, reason = began_on, f"Pregnancy planned or begun on {say(began_on)}, after bariatric surgery."
    if last is not None and add_months(last.drawn_on, PREGNANCY_MONTHS) > began_on:
        due_on = add_months(last.drawn_on, PREGNANCY_MONTHS)
        reason = f"Every 3 months in pregnancy after bariatric surgery; last B12 {say(last.drawn_on)}."
    yield _booked_with_injection(situation, EventKind.PREGNANCY_CHECK, due_on, ("b12",), ("R34",), reason)


def _panel(situation: Situation) -> Iterator[Event]:
    if not situation.has_bariatric_surgery:
        return
    if situation.course is not None:
        from_day = situation.course.started_on
    else:
        tablets = situation.medications(MedicationDrug.ORAL_B12)
        if not tablets:
            return
        from_day = min(tablet.started_on for tablet in tablets)
    latest = [situation.labs.latest(analyte) for analyte in PANEL]
    drawn = [lab.drawn_on for lab in latest if lab is not None]
    if len(drawn) < len(PANEL):
        due_on, reason = from_day, "Vitamin D, thiamine, calcium and vitamin A have not all been measured."
    else:
        due_on = max(add_months(min(drawn), PANEL_MONTHS), from_day)
        reason = f"6 months after the oldest of the four latest results, {say(min(drawn))}."
    book_on = situation.facts.clinic.first_open(due_on)
    yield _window(situation, EventKind.PANEL, due_on, book_on, PANEL, ("R40",), reason)


def _neuro_review(situation: Situation) -> Iterator[Event]:
    course = situation.course
    if course is None or not course.is_alternate_day_loading:
        return
    latest = situation.latest_assessment
    since = max(latest.on, course.started_on) if latest else course.started_on
    due_on = since + timedelta(REVIEW_DAYS)
    yield Event(
        EventKind.NEURO_REVIEW,
        True,
        due_on,
        due_on,
        situation.facts.clinic.first_open(due_on),
        due_on + timedelta(REVIEW_GRACE_DAYS + 1),
        (),
        ("R6",),
        f"A week after {say(since)}, while doses are given on alternate days.",
    )


def _folate_review(situation: Situation) -> Iterator[Event]:
    running = [
        course
        for course in situation.medications(MedicationDrug.FOLIC_ACID)
        if course.dose_mg is not None and course.dose_mg >= FOLATE_COURSE_MG
    ]
    if not running:
        return
    started_on = max(course.started_on for course in running)
    due_on = add_months(started_on, FOLATE_COURSE_MONTHS)
    window = timedelta(situation.defaults.d13_days)
    yield Event(
        EventKind.FOLATE_REVIEW,
        True,
        due_on - window,
        due_on,
        situation.facts.clinic.first_open(due_on),
        due_on + window + ONE_DAY,
        (),
        ("R26",),
        f"4 months after folic acid was started on {say(started_on)}.",
    )
