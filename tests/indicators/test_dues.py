"""Living the plans through again says the same of the open dose and check as the calendar does, on every day."""

import datetime as dt
from dataclasses import replace

from hypothesis import given

from schedules.indicators.dues import Due, checks_due, doses_due, missing_parts
from schedules.rules.facts import Facts
from schedules.rules.results import EventKind
from schedules.rules.situation import Situation
from tests.rules.random_facts import FIRST_DAY, days, facts
from tests.rules.test_properties import ordinary


@ordinary
@given(facts(), days)
def test_the_last_due_date_is_the_open_dose_of_the_calendar(records: Facts, on: dt.date) -> None:
    now = Situation(records, until=on, on=on)
    found = doses_due(now)
    still_open = [due for due in found if due.done_on is None and due.ended_on is None]
    event = now.open_injection
    assert still_open == ([Due(event.due_on, event.missed_on)] if event else [])


@ordinary
@given(facts(), days)
def test_the_calendar_of_the_day_before_knew_each_due_date(records: Facts, on: dt.date) -> None:
    """A dose alone on its day closes the date that was open the day before, whatever plan it was under."""
    busy = {row.on for row in records.decisions}
    for due in doses_due(Situation(records, until=on, on=on)):
        if due.done_on and due.done_on not in busy:
            before = due.done_on - dt.timedelta(1)
            event = Situation(records, until=before, on=before).open_injection
            assert event is not None
            assert (event.due_on, event.missed_on) == (due.due_on, due.missed_on)


@ordinary
@given(facts(), days)
def test_later_days_only_add(records: Facts, on: dt.date) -> None:
    """What became of a date does not change by time alone, nor by what happens later."""
    now, later = (doses_due(Situation(records, until=day, on=day)) for day in (on, on + dt.timedelta(45)))
    settled = [due for due in now if due.done_on or due.ended_on]
    assert later[: len(settled)] == settled


@ordinary
@given(facts(), days)
def test_open_checks_are_those_of_the_calendar(records: Facts, on: dt.date) -> None:
    now = Situation(records, until=on, on=on)
    found = checks_due(records, now, since=FIRST_DAY - dt.timedelta(400))
    still_open = {due.due_on: due.missed_on for due in found if not (due.done_on or due.ended_on)}
    checks = {event.due_on: event.missed_on for event in now.open_checks if event.kind == EventKind.CHECK}
    assert list(still_open) == list(checks)
    assert all(still_open[due_on] <= missed_on for due_on, missed_on in checks.items())
    assert [due.due_on for due in found] == sorted(due.due_on for due in found)
    for due in found:
        assert set(missing_parts(due, now)) <= set(due.contents)


def test_a_check_not_done_lacks_all_it_asks_for() -> None:
    now = Situation(Facts(), until=FIRST_DAY, on=FIRST_DAY)
    due = Due(FIRST_DAY, FIRST_DAY, contents=("b12", "cbc"))
    assert missing_parts(due, now) == ("b12", "cbc")
    assert missing_parts(replace(due, done_on=FIRST_DAY), now) == ("b12", "cbc")
