"""What must hold for any record (quality of the rules, not of examples)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.vocabulary import Phase
from schedules.rules.asked import RecordInjection
from schedules.rules.dates import add_months
from schedules.rules.evaluate import CHANGE_BOUND_DAYS, evaluate, forecast
from schedules.rules.facts import Decision, Facts, Injection
from schedules.rules.requests import judge
from schedules.rules.results import KIND_ORDER, SEVERITY_ORDER, EventKind
from tests.rules.random_facts import FIRST_DAY, SPAN_DAYS, days, facts

ordinary = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
TWO_YEARS = 730


def _flags(records: Facts, on: date) -> tuple[object, ...]:
    return evaluate(records, as_of=on, horizon_days=0).findings


def _state(records: Facts, on: date) -> tuple[object, ...]:
    found = evaluate(records, as_of=on, horizon_days=0)
    return (found.phase, found.protocol, found.interval, found.doses_in_phase, found.open_events)


@ordinary
@given(facts(), days)
def test_events_and_flags_are_listed_in_order(records: Facts, on: date) -> None:
    found = evaluate(records, as_of=on)
    order = [(event.due_on, KIND_ORDER[event.kind]) for event in found.events]
    assert order == sorted(order)
    listed = [(SEVERITY_ORDER[flag.severity], flag.code) for flag in found.findings]
    assert listed == sorted(set(listed))


@ordinary
@given(facts(), days)
def test_every_event_s_dates_make_sense(records: Facts, on: date) -> None:
    found = evaluate(records, as_of=on)
    in_force = found.phase in (Phase.LOADING, Phase.MAINTENANCE, Phase.PROPHYLAXIS)
    assert sum(event.open and event.kind == EventKind.INJECTION for event in found.events) == in_force
    for event in found.events:
        assert event.earliest_on <= event.due_on or event.due_on < (found.plan_started_on or on)
        assert max(event.due_on, event.book_on) < event.missed_on
        assert records.clinic.first_open(event.book_on) == event.book_on


@ordinary
@given(facts(), days, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(records: Facts, on: date, random) -> None:
    """Between days; within a day the order recorded counts, so rows of one day keep theirs."""

    def shuffled(rows, day_of):
        by_day: dict[date, list] = {}
        for row in rows:
            by_day.setdefault(day_of(row), []).append(row)
        groups = list(by_day.values())
        random.shuffle(groups)
        return tuple(row for group in groups for row in group)

    mixed = replace(
        records,
        decisions=shuffled(records.decisions, lambda row: row.on),
        assessments=shuffled(records.assessments, lambda row: row.on),
        injections=shuffled(records.injections, lambda row: row.on),
        labs=shuffled(records.labs, lambda row: row.drawn_on),
    )
    before, after = evaluate(records, as_of=on), evaluate(mixed, as_of=on)
    assert replace(before, labs=()) == replace(after, labs=())
    assert sorted(map(repr, before.labs)) == sorted(map(repr, after.labs))


@ordinary
@given(facts(), days)
def test_records_of_later_days_do_not_count(records: Facts, on: date) -> None:
    known = replace(
        records,
        decisions=tuple(row for row in records.decisions if row.on <= on),
        assessments=tuple(row for row in records.assessments if row.on <= on),
        injections=tuple(row for row in records.injections if row.on <= on),
        labs=tuple(row for row in records.labs if row.drawn_on <= on),
    )
    one, other = evaluate(records, as_of=on), evaluate(known, as_of=on)
    unknown = {"labs": (), "next_change_on": None, "next_event_change_on": None}
    assert replace(one, **unknown) == replace(other, **unknown)


def _check_next_change(records: Facts, on: date) -> None:
    found = evaluate(records, as_of=on, horizon_days=0)
    last = min(found.next_change_on or on + timedelta(TWO_YEARS), on + timedelta(TWO_YEARS))
    for ahead in range(1, (last - on).days):
        assert _flags(records, on + timedelta(ahead)) == found.findings
    if found.next_change_on:
        assert _flags(records, found.next_change_on) != found.findings


def _check_next_event_change(records: Facts, on: date) -> None:
    found = evaluate(records, as_of=on, horizon_days=0)
    state = _state(records, on)
    last = min(found.next_event_change_on or on + timedelta(TWO_YEARS), on + timedelta(TWO_YEARS))
    for ahead in range(1, (last - on).days):
        assert _state(records, on + timedelta(ahead)) == state


@settings(ordinary, max_examples=25)
@given(facts(), days)
def test_nothing_changes_before_the_next_change(records: Facts, on: date) -> None:
    _check_next_change(records, on)
    _check_next_event_change(records, on)


@pytest.mark.slow
@settings(ordinary, max_examples=600)
@given(facts(), days)
def test_nothing_changes_before_the_next_change_in_many_records(records: Facts, on: date) -> None:
    _check_next_change(records, on)
    _check_next_event_change(records, on)


@settings(ordinary, max_examples=40)
@given(facts(), days)
def test_the_forecast_is_what_each_day_will_show(records: Facts, on: date) -> None:
    until = on + timedelta(200)
    spans = forecast(records, as_of=on, until=until)
    assert all(span.falls_on is None or span.rises_on < span.falls_on <= until for span in spans)
    for ahead in range(201):
        day = on + timedelta(ahead)
        standing = [
            span.finding
            for span in spans
            if span.rises_on <= day and (not span.falls_on or day < span.falls_on)
        ]
        assert sorted(map(repr, standing)) == sorted(map(repr, _flags(records, day)))


@ordinary
@given(facts(), days)
def test_a_dose_on_its_due_or_booked_date_never_adds_a_missed_dose(records: Facts, on: date) -> None:
    found = evaluate(records, as_of=on, horizon_days=0)
    event = next((e for e in found.events if e.kind == EventKind.INJECTION), None)
    if event is None or event.due_on <= on or found.next_event_change_on:
        return
    for day in (event.due_on, event.book_on):
        given_then = replace(records, injections=(*_until(records, on), Injection(day)))
        given_then = replace(given_then, decisions=tuple(row for row in records.decisions if row.on <= on))
        codes = {flag.code for flag in evaluate(given_then, as_of=day, horizon_days=0).findings}
        assert "MISSED_INJECTION" not in codes


def _until(records: Facts, on: date) -> tuple[Injection, ...]:
    return tuple(row for row in records.injections if row.on <= on)


@ordinary
@given(facts(), days, st.integers(1, 60))
def test_a_later_dose_does_not_change_what_an_earlier_day_saw(records: Facts, on: date, later: int) -> None:
    more = replace(records, injections=(*records.injections, Injection(on + timedelta(later))))
    unknown = {"next_change_on": None, "next_event_change_on": None}
    assert replace(evaluate(records, as_of=on), **unknown) == replace(evaluate(more, as_of=on), **unknown)


@ordinary
@given(facts(), days, st.integers(1, 120))
def test_time_alone_changes_only_what_time_changes(records: Facts, on: date, ahead: int) -> None:
    """Without records or turns ahead, open events, readings and the plan are the same on a later day."""
    now = evaluate(records, as_of=on, horizon_days=0)
    then = on + timedelta(ahead)
    if now.next_event_change_on and now.next_event_change_on <= then:
        return
    later = evaluate(records, as_of=then, horizon_days=0)
    assert now.open_events == later.open_events
    assert (now.phase, now.interval, now.doses_in_phase) == (
        later.phase,
        later.interval,
        later.doses_in_phase,
    )


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 8, 31), date(2024, 2, 29), date(2026, 3, 30)])
@pytest.mark.parametrize(("interval", "months"), [("1mo", 1), ("2mo", 2), ("3mo", 3)])
def test_doses_given_on_time_do_not_drift_at_month_ends(day: date, interval: str, months: int) -> None:
    records, now = Facts(decisions=(Decision(day, "start_prophylaxis", interval=interval),)), day
    for number in range(25):
        events = evaluate(records, as_of=now, horizon_days=0).events
        due_on = next(event.due_on for event in events if event.kind == EventKind.INJECTION)
        assert due_on == add_months(day, months * number)
        records, now = replace(records, injections=(*records.injections, Injection(due_on))), due_on


@ordinary
@given(facts(), days, st.integers(-30, 30))
def test_what_was_truly_given_can_be_recorded(records: Facts, on: date, away: int) -> None:
    """Never refused for being late, early or unsafe: only for a date ahead or before birth."""
    request = RecordInjection(
        on=on + timedelta(away), dose=Decimal(7), unit="mg", route="iv", drug="cyanocobalamin"
    )
    codes = {code.code for code in judge(records, request, as_of=on).codes if code.strength != "info"}
    assert codes <= {"FUTURE_DATE", "BEFORE_BIRTH"}


def test_the_bound_of_the_next_change_covers_the_forecast_horizon() -> None:
    assert CHANGE_BOUND_DAYS > TWO_YEARS
    assert SPAN_DAYS < CHANGE_BOUND_DAYS
    closed = Facts(decisions=(Decision(FIRST_DAY, "close"),))
    assert evaluate(closed, as_of=FIRST_DAY).next_change_on is None
