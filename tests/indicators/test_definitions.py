"""The definitions of the indicators as a table: a history, a month, today, and what each says of it."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from patients.vocabulary import ContactOutcome
from schedules.indicators.reasons import COUNTS_FAILURES, Indicator, Outcome, Why
from schedules.indicators.verdicts import (
    Contact,
    History,
    OrderSpan,
    last_day,
    months_up_to,
    verdicts_of,
)
from schedules.indicators.words import FILLED, HOLLOW, HOW, SAID, TITLES, WHY
from schedules.rules.facts import Assessment, Clinic, Decision, Facts, Injection, Lab

D = dt.date
WEEKDAYS = frozenset(range(5))
CLEAR = (0, 0, 0, 0, 0)
NUMB = (1, 0, 0, 0, 0)


def start(on: D, protocol: str = "three_times_weekly", maintenance: str = "3mo") -> Decision:
    return Decision(on, "start_treatment", protocol, maintenance)


def prevent(on: D, interval: str = "1mo") -> Decision:
    return Decision(on, "start_prophylaxis", interval=interval)


def over(on: D, interval: str = "3mo", began: str = "unknown") -> Decision:
    return Decision(on, "take_over", interval=interval, began_with=began)


def change(on: D, to: str, *reasons: str) -> Decision:
    return Decision(on, "change_interval", to=to, reasons=reasons)


def end(on: D, kind: str = "stop", reason: str = "other") -> Decision:
    return Decision(on, kind, reason=reason)


def doses(*days: D) -> tuple[Injection, ...]:
    return tuple(Injection(day) for day in days)


def every(first: D, days: int, count: int) -> list[D]:
    return [first + dt.timedelta(days * number) for number in range(count)]


def lab(on: D, analyte: str, value: str, comparator: str | None = None) -> Lab:
    units = {
        "b12": "pmol/L", "mma": "nmol/L", "homocysteine": "umol/L", "hb": "g/L", "mcv": "fL", "ferritin": "ug/L",
        "transferrin_saturation": "%",
    }  # fmt: skip
    return Lab(on, analyte, Decimal(value), units[analyte], comparator)


def bloods(on: D, *analytes: str) -> tuple[Lab, ...]:
    values = {
        "b12": "500", "mma": "150", "homocysteine": "8", "hb": "140", "mcv": "90", "ferritin": "80",
        "transferrin_saturation": "30",
    }  # fmt: skip
    return tuple(lab(on, analyte, values[analyte]) for analyte in analytes)


@dataclass(frozen=True)
class Told:
    """One row: what is recorded, which month is asked on which day, and the reasons expected, in order."""

    what: str
    indicator: Indicator
    month: str
    today: D
    expect: tuple[Why, ...]
    decisions: tuple[Decision, ...] = ()
    injections: tuple[Injection, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    labs: tuple[Lab, ...] = ()
    orders: tuple[OrderSpan, ...] = ()
    contacts: tuple[Contact, ...] = ()
    clinic: Clinic = field(default_factory=Clinic)
    registered_on: D = D(2025, 1, 1)


def verdicts(told: Told) -> tuple[Why, ...]:
    facts = Facts(
        clinic=told.clinic,
        decisions=told.decisions,
        injections=told.injections,
        assessments=told.assessments,
        labs=told.labs,
    )
    history = History(facts, told.registered_on, told.orders, told.contacts)
    month = D.fromisoformat(f"{told.month}-01")
    found = verdicts_of(history, months_up_to(told.today), today=told.today)
    return tuple(verdict.why for each, which, verdict in found if each == month and which == told.indicator)


# Loading on Monday, Wednesday, Friday for two weeks from Mon 1 June 2026; the sixth on Fri 12 June.
SIX = doses(*(D(2026, 6, day) for day in (1, 3, 5, 8, 10, 12)))
LOADED = {"decisions": (start(D(2026, 6, 1)),), "injections": SIX}
ALTERNATE = {
    "decisions": (start(D(2026, 6, 1), "alternate_day"), Decision(D(2026, 7, 1), "plateau_confirmed")),
    "injections": doses(*every(D(2026, 6, 1), 2, 16)),
}
R, T, M = Indicator.RIGHT_INTERVAL, Indicator.ON_TIME, Indicator.MISSED
C, G, S, K = Indicator.CHECKS, Indicator.AT_TARGET, Indicator.RECURRENCES, Indicator.CONTACTS


def with_(base: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A history with more rows."""
    return {**base, **{name: (*base.get(name, ()), *rows) for name, rows in more.items()}}


END_OF_AUGUST = D(2026, 8, 31)
INTERVALS = [
    Told("every 3 months after the standard loading", R, "2026-08", END_OF_AUGUST, (Why.STANDARD,), **LOADED),
    Told("the sixth dose ends loading within the month", R, "2026-06", END_OF_AUGUST, (Why.STANDARD,), **LOADED),
    Told(
        "still in loading on the last day", R, "2026-06", END_OF_AUGUST, (Why.IN_LOADING,),
        decisions=(start(D(2026, 6, 24)),), injections=doses(D(2026, 6, 24), D(2026, 6, 26), D(2026, 6, 29)),
    ),
    Told("every 2 months after alternate days", R, "2026-07", END_OF_AUGUST, (Why.STANDARD,), **ALTERNATE),
    Told("alternate days going on", R, "2026-06", END_OF_AUGUST, (Why.IN_LOADING,), **ALTERNATE),
    Told(
        "every 3 months after alternate days", R, "2026-08", END_OF_AUGUST, (Why.LONGER_AFTER_ALTERNATE_DAYS,),
        **with_(ALTERNATE, decisions=[change(D(2026, 8, 3), "3mo", "patient_preference")]),
    ),
    Told(
        "the month before that change is as it was", R, "2026-07", END_OF_AUGUST, (Why.STANDARD,),
        **with_(ALTERNATE, decisions=[change(D(2026, 8, 3), "3mo", "patient_preference")]),
    ),
    Told(
        "a change on the last day of the month counts", R, "2026-07", END_OF_AUGUST,
        (Why.LONGER_AFTER_ALTERNATE_DAYS,),
        **with_(ALTERNATE, decisions=[change(D(2026, 7, 31), "3mo", "patient_preference")]),
    ),
    Told(
        "taken over from alternate days on 3 months", R, "2026-08", END_OF_AUGUST,
        (Why.LONGER_AFTER_ALTERNATE_DAYS,), decisions=(over(D(2026, 8, 3), "3mo", "alternate_day"),),
    ),
    Told(
        "taken over, beginning not known, on 3 months", R, "2026-08", END_OF_AUGUST, (Why.STANDARD,),
        decisions=(over(D(2026, 8, 3)),),
    ),
    Told(
        "monthly is allowed without a reason", R, "2026-08", END_OF_AUGUST, (Why.MONTHLY,),
        **with_(ALTERNATE, decisions=[change(D(2026, 8, 3), "1mo")]),
    ),
    Told(
        "shorter with a clinical reason", R, "2026-08", END_OF_AUGUST, (Why.INDIVIDUAL,),
        **with_(LOADED, decisions=[change(D(2026, 8, 3), "2wk", "symptoms_returned", "b12_level")]),
    ),
    Told(
        "every 4 weeks is shorter than monthly", R, "2026-08", END_OF_AUGUST, (Why.SHORTER_WITHOUT_REASON,),
        **with_(LOADED, decisions=[change(D(2026, 8, 3), "4wk")]),
    ),
    Told(
        "shorter for laboratory values alone", R, "2026-08", END_OF_AUGUST, (Why.SHORTER_BY_LEVELS,),
        **with_(LOADED, decisions=[change(D(2026, 8, 3), "twice_weekly", "b12_level", "mma_level")]),
    ),
    Told(
        "the last change to the interval is the one that counts", R, "2026-08", END_OF_AUGUST, (Why.INDIVIDUAL,),
        **with_(
            LOADED,
            decisions=[
                change(D(2026, 7, 3), "2wk"), change(D(2026, 7, 13), "1mo", "symptom_free"),
                change(D(2026, 8, 3), "2wk", "symptoms_returned"),
            ],
        ),
    ),
    Told(
        "a change asked for in loading had no effect", R, "2026-08", END_OF_AUGUST, (Why.STANDARD,),
        decisions=(start(D(2026, 6, 1)), change(D(2026, 6, 3), "1wk", "symptoms_persist")), injections=SIX,
    ),
    Told(
        "taken over on every 2 weeks", R, "2026-08", END_OF_AUGUST, (Why.TAKEN_OVER_SHORTER,),
        decisions=(over(D(2026, 8, 3), "2wk"),),
    ),
    Told(
        "prevention monthly", R, "2026-08", END_OF_AUGUST, (Why.MONTHLY,), decisions=(prevent(D(2026, 8, 3)),)
    ),
    Told(
        "prevention every 2 months", R, "2026-08", END_OF_AUGUST, (Why.LONGER_THAN_MONTHLY,),
        decisions=(prevent(D(2026, 8, 3), "2mo"),),
    ),
    Told(
        "prevention changed to every 3 months with a reason", R, "2026-08", END_OF_AUGUST,
        (Why.LONGER_THAN_MONTHLY,),
        decisions=(prevent(D(2026, 6, 1)), change(D(2026, 8, 3), "3mo", "patient_preference")),
    ),
    Told(
        "prevention begun shorter than monthly", R, "2026-08", END_OF_AUGUST, (Why.SHORTER_WITHOUT_REASON,),
        decisions=(prevent(D(2026, 8, 3), "2wk"),),
    ),
    Told(
        "prevention made shorter with a reason", R, "2026-08", END_OF_AUGUST, (Why.INDIVIDUAL,),
        decisions=(prevent(D(2026, 6, 1)), change(D(2026, 8, 3), "2wk", "bariatric")),
    ),
    Told(
        "ordered every 6 months, the calendar keeps 3", R, "2026-08", END_OF_AUGUST, (Why.ORDERED_LONGER,),
        **LOADED, orders=(OrderSpan("6mo", D(2026, 8, 31)),),
    ),
    Told(
        "that order was ended on the last day", R, "2026-08", END_OF_AUGUST, (Why.STANDARD,),
        **LOADED, orders=(OrderSpan("6mo", D(2026, 7, 1), D(2026, 8, 31)),),
    ),
    Told(
        "stopped within the month", R, "2026-08", END_OF_AUGUST, (Why.STOPPED,),
        **with_(LOADED, decisions=[end(D(2026, 8, 3))]),
    ),
    Told(
        "closed within the month", R, "2026-08", END_OF_AUGUST, (Why.CLOSED,),
        **with_(LOADED, decisions=[end(D(2026, 8, 1), "close", "died")]),
    ),
    Told(
        "closed the month before", R, "2026-08", END_OF_AUGUST, (),
        **with_(LOADED, decisions=[end(D(2026, 7, 31), "close", "died")]),
    ),
    Told(
        "closed twice, the first time counts", R, "2026-08", END_OF_AUGUST, (),
        **with_(
            LOADED,
            decisions=[end(D(2026, 7, 31), "close", "declined"), end(D(2026, 8, 10), "close", "died")],
        ),
    ),
    Told(
        "closed and begun again", R, "2026-08", END_OF_AUGUST, (Why.MONTHLY,),
        **with_(LOADED, decisions=[end(D(2026, 7, 31), "close", "declined"), prevent(D(2026, 8, 10))]),
    ),
    Told("registered, no plan", R, "2026-08", END_OF_AUGUST, (Why.NO_PLAN,), registered_on=D(2026, 8, 31)),
    Told("not registered yet", R, "2026-07", END_OF_AUGUST, (), registered_on=D(2026, 8, 1)),
    Told(
        "registered later than the plan that is on record", R, "2026-07", END_OF_AUGUST, (Why.STANDARD,),
        **LOADED, registered_on=D(2026, 8, 1),
    ),
    Told(
        "the present month is asked today, not on its last day", R, "2026-08", D(2026, 8, 2), (Why.STANDARD,),
        **with_(ALTERNATE, decisions=[change(D(2026, 8, 3), "3mo", "patient_preference")]),
    ),
    Told(
        "a decision struck out does not count", R, "2026-08", END_OF_AUGUST, (Why.STANDARD,),
        **with_(
            ALTERNATE,
            decisions=[
                replace(change(D(2026, 8, 3), "3mo", "patient_preference"), entered_in_error=True)
            ],
        ),
    ),
]  # fmt: skip

JANUARY_31 = (prevent(D(2028, 1, 31)),)
EASTER = Clinic(WEEKDAYS, frozenset({D(2026, 4, 3), D(2026, 4, 6)}))  # Good Friday, Easter Monday
DOSES = [
    Told(
        "loading: five on time; the sixth a day past its grace", T, "2026-06", D(2026, 8, 31),
        (*(Why.GIVEN_ON_TIME,) * 5, Why.GIVEN_LATE),
        decisions=(start(D(2026, 6, 1)),),
        injections=doses(*(D(2026, 6, day) for day in (1, 3, 5, 8, 10, 14))),
    ),
    Told(
        "plan begun in the middle of the month, first dose the same day", T, "2026-08", END_OF_AUGUST,
        (Why.GIVEN_ON_TIME, Why.DOSE_OPEN),
        decisions=(prevent(D(2026, 8, 14), "2wk"),), injections=doses(D(2026, 8, 14)),
    ),
    Told(
        "given on the last day of the grace, in the next month", T, "2026-08", D(2026, 9, 20),
        (Why.GIVEN_ON_TIME,),
        decisions=(prevent(D(2026, 8, 31)),), injections=doses(D(2026, 9, 7)),
    ),
    Told(
        "given a day later, it had been missed", T, "2026-08", D(2026, 9, 20), (Why.GIVEN_LATE,),
        decisions=(prevent(D(2026, 8, 31)),), injections=doses(D(2026, 9, 8)),
    ),
    Told(
        "due on the last day, the grace runs: not counted yet", T, "2026-08", D(2026, 9, 7), (Why.DOSE_OPEN,),
        decisions=(prevent(D(2026, 8, 31)),),
    ),
    Told(
        "the day on which it counts as missed", T, "2026-08", D(2026, 9, 8), (Why.NOT_GIVEN,),
        decisions=(prevent(D(2026, 8, 31)),),
    ),
    Told(
        "due later in the present month", T, "2026-08", D(2026, 8, 11), (Why.GIVEN_ON_TIME, Why.DOSE_OPEN),
        decisions=(prevent(D(2026, 8, 10), "2wk"),), injections=doses(D(2026, 8, 10)),
    ),
    Told(
        "given before it was due; the next counts from then", T, "2026-09", D(2026, 9, 30),
        (Why.GIVEN_EARLY, Why.DOSE_OPEN),
        decisions=(prevent(D(2026, 8, 10)),), injections=doses(D(2026, 8, 10), D(2026, 8, 28)),
    ),
    Told(
        "not given for months: one failure, in the month it was due", T, "2026-09", D(2026, 12, 31), (),
        decisions=(prevent(D(2026, 8, 10)),),
    ),
    Told(
        "31 January and a month is 29 February in a leap year", T, "2028-02", D(2028, 3, 31),
        (Why.GIVEN_ON_TIME,), decisions=JANUARY_31, injections=doses(D(2028, 1, 31), D(2028, 2, 29)),
    ),
    Told(
        "and 31 March again, without a drift", T, "2028-03", D(2028, 4, 20), (Why.GIVEN_ON_TIME,),
        decisions=JANUARY_31, injections=doses(D(2028, 1, 31), D(2028, 2, 29), D(2028, 3, 31)),
    ),
    Told(
        "weekly over Easter: due on Good Friday, given on Tuesday", T, "2026-04", D(2026, 4, 9),
        (Why.GIVEN_ON_TIME, Why.DOSE_OPEN), clinic=EASTER,
        decisions=(prevent(D(2026, 3, 27), "1wk"),), injections=doses(D(2026, 3, 27), D(2026, 4, 7)),
    ),
    Told(
        "loading over Easter is booked on Tuesday and not missed before Thursday", T, "2026-04", D(2026, 4, 9),
        (Why.GIVEN_ON_TIME, Why.GIVEN_LATE, Why.DOSE_OPEN), clinic=EASTER,
        decisions=(start(D(2026, 3, 30)),),
        injections=doses(D(2026, 3, 30), D(2026, 4, 1), D(2026, 4, 9)),
    ),
    Told(
        "the interval changed a day after the due date: that date is not counted", T, "2026-08", D(2026, 8, 29),
        (Why.DOSE_REPLANNED, Why.GIVEN_ON_TIME, Why.DOSE_OPEN),
        decisions=(prevent(D(2026, 6, 10)), change(D(2026, 8, 11), "2wk", "symptoms_returned")),
        injections=doses(D(2026, 6, 10), D(2026, 7, 10), D(2026, 8, 12)),
    ),
    Told(
        "a change that leaves the due date as it was", T, "2026-08", D(2026, 8, 29),
        (Why.GIVEN_ON_TIME, Why.DOSE_OPEN),
        decisions=(prevent(D(2026, 6, 10)), change(D(2026, 8, 10), "2wk", "symptoms_returned")),
        injections=doses(D(2026, 6, 10), D(2026, 7, 10), D(2026, 8, 12)),
    ),
    Told(
        "the interval changed before the due date: that date never came", T, "2026-08", D(2026, 8, 31), (),
        decisions=(prevent(D(2026, 6, 10)), change(D(2026, 8, 3), "2mo", "symptom_free")),
        injections=doses(D(2026, 6, 10), D(2026, 7, 10)),
    ),
    Told(
        "stopped after it was missed: a failure all the same", T, "2026-07", END_OF_AUGUST, (Why.NOT_GIVEN,),
        decisions=(prevent(D(2026, 7, 6)), end(D(2026, 7, 14))),
    ),
    Told(
        "stopped before it was missed", T, "2026-07", END_OF_AUGUST, (Why.DOSE_REPLANNED,),
        decisions=(prevent(D(2026, 7, 6)), end(D(2026, 7, 13))),
    ),
    Told(
        "closed on the due date", T, "2026-07", END_OF_AUGUST, (Why.DOSE_REPLANNED,),
        decisions=(prevent(D(2026, 7, 6)), end(D(2026, 7, 6), "close", "transferred")),
    ),
    Told(
        "doses before a take-over are not judged", T, "2026-07", END_OF_AUGUST, (),
        decisions=(over(D(2026, 8, 3), "1mo"),), injections=doses(D(2026, 6, 1), D(2026, 7, 20)),
    ),
    Told(
        "the dose due since the take-over is", T, "2026-08", END_OF_AUGUST, (Why.GIVEN_ON_TIME,),
        decisions=(over(D(2026, 8, 3), "1mo"),), injections=doses(D(2026, 7, 20), D(2026, 8, 20)),
    ),
    Told(
        "a plan begun again takes the dose of its day", T, "2026-08", END_OF_AUGUST,
        (Why.DOSE_REPLANNED, Why.GIVEN_ON_TIME, Why.DOSE_REPLANNED),
        decisions=(prevent(D(2026, 7, 6)), start(D(2026, 8, 7)), end(D(2026, 8, 9))),
        injections=doses(D(2026, 7, 6), D(2026, 8, 7)),
    ),
    Told(
        "an injection into a vein and one struck out are no doses", T, "2026-08", END_OF_AUGUST, (Why.NOT_GIVEN,),
        decisions=(prevent(D(2026, 8, 3)),),
        injections=(Injection(D(2026, 8, 3), route="iv"), Injection(D(2026, 8, 4), entered_in_error=True)),
    ),
    Told(
        "one of two doses of a day counts", T, "2026-08", END_OF_AUGUST, (Why.GIVEN_ON_TIME,),
        decisions=(prevent(D(2026, 8, 3)),), injections=doses(D(2026, 8, 3), D(2026, 8, 3)),
    ),
    Told("nobody with a plan", T, "2026-08", END_OF_AUGUST, ()),
]  # fmt: skip

MISSED = [
    Told(
        "missed on the last day", M, "2026-08", D(2026, 9, 30), (Why.MISSED,), decisions=(prevent(D(2026, 8, 23)),)
    ),
    Told(
        "in its grace on the last day", M, "2026-08", D(2026, 9, 30), (Why.NONE_MISSED,),
        decisions=(prevent(D(2026, 8, 24)),),
    ),
    Told(
        "missed on the last day though given since", M, "2026-08", D(2026, 9, 30), (Why.MISSED,),
        decisions=(prevent(D(2026, 8, 10)),), injections=doses(D(2026, 9, 1)),
    ),
    Told(
        "still missed a month later", M, "2026-09", D(2026, 9, 30), (Why.MISSED,),
        decisions=(prevent(D(2026, 8, 10)),),
    ),
    Told(
        "loading counts", M, "2026-06", D(2026, 6, 30), (Why.MISSED,),
        decisions=(start(D(2026, 6, 24)),), injections=doses(D(2026, 6, 24)),
    ),
    Told("no plan", M, "2026-08", END_OF_AUGUST, (Why.NO_PLAN,)),
    Told(
        "stopped", M, "2026-08", END_OF_AUGUST, (Why.STOPPED,),
        decisions=(prevent(D(2026, 6, 1)), end(D(2026, 7, 1))),
    ),
]  # fmt: skip

# Prevention from 1 March 2026 on, monthly and on time; checks at 1 June, 1 September, 1 March.
MONTHLY = {
    "decisions": (prevent(D(2026, 3, 1)),),
    "injections": doses(*(D(2026, month, 1) for month in range(3, 11))),
}
FIRST_PARTS = ("b12", "hb", "mcv", "homocysteine")
ASSESSED = (Assessment(D(2026, 6, 1), CLEAR),)
CHECKS = [
    Told(
        "done with all its parts, before the dose", C, "2026-06", D(2026, 7, 31), (Why.CHECK_COMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)), assessments=ASSESSED,
    ),
    Told(
        "done from the first day of its window", C, "2026-06", D(2026, 7, 31), (Why.CHECK_COMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 5, 18), *FIRST_PARTS)), assessments=ASSESSED,
    ),
    Told(
        "drawn a day before its window it is still open, and then missed", C, "2026-06", D(2026, 7, 31),
        (Why.CHECK_NOT_DONE,),
        **with_(MONTHLY, labs=bloods(D(2026, 5, 17), *FIRST_PARTS)),
    ),
    Told(
        "no blood count within 14 days", C, "2026-06", D(2026, 7, 31), (Why.CHECK_INCOMPLETE,),
        **with_(
            MONTHLY,
            labs=[*bloods(D(2026, 6, 1), "b12", "homocysteine", "mcv"), *bloods(D(2026, 6, 16), "hb")],
        ),
        assessments=ASSESSED,
    ),
    Told(
        "the assessment on the fourteenth day", C, "2026-06", D(2026, 7, 31), (Why.CHECK_COMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)),
        assessments=(Assessment(D(2026, 6, 15), CLEAR),),
    ),
    Told(
        "an assessment with a domain left out is none", C, "2026-06", D(2026, 7, 31), (Why.CHECK_INCOMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)),
        assessments=(Assessment(D(2026, 6, 1), (0, 0, 0, 0, None)),),
    ),
    Told(
        "parts may still come until the fourteenth day", C, "2026-06", D(2026, 6, 15), (Why.CHECK_PARTS_COMING,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)),
    ),
    Told(
        "and no longer on the next", C, "2026-06", D(2026, 6, 16), (Why.CHECK_INCOMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)),
    ),
    Told("doses on time and never any blood", C, "2026-06", D(2026, 6, 16), (Why.CHECK_NOT_DONE,), **MONTHLY),
    Told("and the day before", C, "2026-06", D(2026, 6, 15), (Why.CHECK_OPEN,), **MONTHLY),
    Told(
        "booked with a dose after the due date, and drawn then", C, "2026-06", D(2026, 8, 31),
        (Why.CHECK_COMPLETE,),
        decisions=(start(D(2026, 2, 27)),),
        injections=doses(*(D(2026, 3, day) for day in (2, 4, 6, 9, 11, 13)), D(2026, 6, 13)),
        labs=bloods(D(2026, 6, 13), *FIRST_PARTS), assessments=(Assessment(D(2026, 6, 13), CLEAR),),
    ),
    Told(
        "not done yet, not missed yet, no dose since", C, "2026-06", D(2026, 6, 15), (Why.CHECK_OPEN,),
        decisions=MONTHLY["decisions"], injections=MONTHLY["injections"][:3],
    ),
    Told(
        "missed, no dose since", C, "2026-06", D(2026, 6, 16), (Why.CHECK_NOT_DONE,),
        decisions=MONTHLY["decisions"], injections=MONTHLY["injections"][:3],
    ),
    Told(
        "drawn on the day it counts as missed", C, "2026-06", D(2026, 7, 31), (Why.CHECK_LATE,),
        decisions=MONTHLY["decisions"], injections=MONTHLY["injections"][:3],
        labs=bloods(D(2026, 6, 16), *FIRST_PARTS), assessments=ASSESSED,
    ),
    Told(
        "a dose given without the blood does not put the check off", C, "2026-06", D(2026, 7, 31),
        (Why.CHECK_LATE,),
        **with_(MONTHLY, labs=bloods(D(2026, 7, 1), *FIRST_PARTS)), assessments=(Assessment(D(2026, 7, 1), CLEAR),),
    ),
    Told(
        "one late draw does two checks: the first", C, "2026-06", D(2026, 9, 30), (Why.CHECK_LATE,),
        decisions=MONTHLY["decisions"], injections=MONTHLY["injections"][:1],
        labs=bloods(D(2026, 8, 25), *FIRST_PARTS), assessments=(Assessment(D(2026, 8, 25), CLEAR),),
    ),
    Told(
        "and the second", C, "2026-09", D(2026, 9, 30), (Why.CHECK_COMPLETE,),
        decisions=MONTHLY["decisions"], injections=MONTHLY["injections"][:1],
        labs=bloods(D(2026, 8, 25), *FIRST_PARTS), assessments=(Assessment(D(2026, 8, 25), CLEAR),),
    ),
    Told(
        "methylmalonic acid is asked for while there are symptoms", C, "2026-06", D(2026, 7, 31),
        (Why.CHECK_INCOMPLETE,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), *FIRST_PARTS)),
        assessments=(Assessment(D(2026, 5, 20), NUMB),),
    ),
    Told(
        "ferritin and transferrin saturation are asked for after the first year", C, "2026-06", D(2026, 7, 31),
        (Why.CHECK_INCOMPLETE,), decisions=(over(D(2026, 6, 1), "1mo"),),
        injections=doses(D(2026, 5, 15)), labs=bloods(D(2026, 6, 2), *FIRST_PARTS), assessments=ASSESSED,
    ),
    Told(
        "with them it is complete", C, "2026-06", D(2026, 7, 31), (Why.CHECK_COMPLETE,),
        decisions=(over(D(2026, 6, 1), "1mo"),), injections=doses(D(2026, 5, 15)),
        labs=bloods(D(2026, 6, 2), *FIRST_PARTS, "ferritin", "transferrin_saturation"), assessments=ASSESSED,
    ),
    Told(
        "stopped between due and missed", C, "2026-06", D(2026, 7, 31), (Why.CHECK_REPLANNED,),
        decisions=(prevent(D(2026, 3, 1)), end(D(2026, 6, 10))), injections=MONTHLY["injections"][:3],
    ),
    Told(
        "stopped before it was due", C, "2026-06", D(2026, 7, 31), (),
        decisions=(prevent(D(2026, 3, 1)), end(D(2026, 5, 31))), injections=MONTHLY["injections"][:3],
    ),
    Told("no dose, no check", C, "2026-06", D(2026, 7, 31), (), decisions=(prevent(D(2026, 3, 1)),)),
]  # fmt: skip

TARGETS = [
    Told(
        "both below", G, "2026-08", END_OF_AUGUST, (Why.AT_TARGET,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), "mma", "homocysteine")),
    ),
    Told(
        "one alone is enough", G, "2026-08", END_OF_AUGUST, (Why.AT_TARGET,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), "homocysteine")),
    ),
    Told(
        "271 is not below 271", G, "2026-08", END_OF_AUGUST, (Why.MMA_HIGH,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "mma", "271"), *bloods(D(2026, 6, 1), "homocysteine")]),
    ),
    Told(
        "homocysteine 10", G, "2026-08", END_OF_AUGUST, (Why.HOMOCYSTEINE_HIGH,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "homocysteine", "10")]),
    ),
    Told(
        "both above", G, "2026-08", END_OF_AUGUST, (Why.BOTH_HIGH,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "homocysteine", "12"), lab(D(2026, 6, 1), "mma", "400")]),
    ),
    Told(
        "the latest counts", G, "2026-08", END_OF_AUGUST, (Why.AT_TARGET,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "mma", "400"), lab(D(2026, 8, 31), "mma", "200")]),
    ),
    Told(
        "a result of the next month does not", G, "2026-07", END_OF_AUGUST, (Why.MMA_HIGH,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "mma", "400"), lab(D(2026, 8, 1), "mma", "200")]),
    ),
    Told(
        "from before the first dose, or of its day", G, "2026-08", END_OF_AUGUST, (Why.NO_RESULT,),
        **with_(MONTHLY, labs=[lab(D(2026, 3, 1), "mma", "900")]),
    ),
    Told(
        "no dose yet", G, "2026-08", END_OF_AUGUST, (Why.NO_RESULT,),
        decisions=(prevent(D(2026, 8, 3)),), labs=(lab(D(2026, 8, 4), "mma", "900"),),
    ),
    Told(
        "fifteen months ago to the day", G, "2027-08", D(2027, 8, 31), (Why.AT_TARGET,),
        **with_(MONTHLY, labs=bloods(D(2026, 5, 31), "mma")),
    ),
    Told(
        "a day longer ago", G, "2027-08", D(2027, 8, 31), (Why.NO_RESULT,),
        **with_(MONTHLY, labs=bloods(D(2026, 5, 30), "mma")),
    ),
    Told(
        "reported as more than 5", G, "2026-08", END_OF_AUGUST, (Why.UNDECIDED,),
        **with_(MONTHLY, labs=[lab(D(2026, 6, 1), "homocysteine", "5", ">"), *bloods(D(2026, 6, 1), "mma")]),
    ),
    Told(
        "normal serum B12 is no target", G, "2026-08", END_OF_AUGUST, (Why.NO_RESULT,),
        **with_(MONTHLY, labs=bloods(D(2026, 6, 1), "b12")),
    ),
    Told("in loading", G, "2026-06", D(2026, 6, 10), (Why.IN_LOADING,), decisions=LOADED["decisions"]),
]  # fmt: skip


def scored(*rows: tuple[D, tuple[int | None, ...]]) -> tuple[Assessment, ...]:
    return tuple(Assessment(on, scores) for on, scores in rows)


RECURRENCES = [
    Told(
        "worse than the best since the phase began", S, "2026-08", END_OF_AUGUST, (Why.SYMPTOMS_BACK,),
        **ALTERNATE, assessments=scored((D(2026, 6, 1), NUMB), (D(2026, 7, 1), CLEAR), (D(2026, 8, 31), NUMB)),
    ),
    Told(
        "not found yet in the month before", S, "2026-07", END_OF_AUGUST, (Why.NOTHING_TO_COMPARE,),
        **ALTERNATE, assessments=scored((D(2026, 6, 1), NUMB), (D(2026, 7, 1), CLEAR), (D(2026, 8, 31), NUMB)),
    ),
    Told(
        "it stands until an assessment is as good as before", S, "2026-09", D(2026, 10, 31), (Why.SYMPTOMS_BACK,),
        **ALTERNATE,
        assessments=scored((D(2026, 7, 1), CLEAR), (D(2026, 8, 31), NUMB), (D(2026, 10, 2), CLEAR)),
    ),
    Told(
        "which it then is", S, "2026-10", D(2026, 10, 31), (Why.NOT_WORSE,), **ALTERNATE,
        assessments=scored((D(2026, 7, 1), CLEAR), (D(2026, 8, 31), NUMB), (D(2026, 10, 2), CLEAR)),
    ),
    Told(
        "the first finding ever under prevention", S, "2026-08", END_OF_AUGUST, (Why.FIRST_FINDING,),
        **MONTHLY, assessments=scored((D(2026, 3, 1), CLEAR), (D(2026, 8, 3), NUMB)),
    ),
    Told(
        "one assessment alone", S, "2026-08", END_OF_AUGUST, (Why.NOTHING_TO_COMPARE,),
        **MONTHLY, assessments=scored((D(2026, 8, 3), CLEAR)),
    ),
    Told("never assessed", S, "2026-08", END_OF_AUGUST, (Why.NOT_ASSESSED,), **MONTHLY),
    Told(
        "not assessed in fifteen months", S, "2027-08", D(2027, 8, 31), (Why.NOT_ASSESSED,),
        **MONTHLY, assessments=scored((D(2026, 3, 1), CLEAR), (D(2026, 5, 30), CLEAR)),
    ),
    Told("no plan", S, "2026-08", END_OF_AUGUST, (Why.NO_PLAN,)),
]  # fmt: skip

CONTACTS = [
    Told(
        "the last of the month counts", K, "2026-08", END_OF_AUGUST, (Why.AGREED_DATE,),
        contacts=(Contact(D(2026, 8, 1), "no_answer"), Contact(D(2026, 8, 31), "agreed_date")),
    ),
    Told(
        "not one of another month", K, "2026-07", END_OF_AUGUST, (),
        contacts=(Contact(D(2026, 8, 1), "no_answer"),),
    ),
    Told(
        "to be called again within the month", K, "2026-08", END_OF_AUGUST, (Why.CALL_LATER,),
        contacts=(Contact(D(2026, 8, 3), "call_later", D(2026, 8, 31)),),
    ),
    Told(
        "to be called again after it", K, "2026-08", D(2026, 9, 30), (Why.CALL_COMING,),
        contacts=(Contact(D(2026, 8, 3), "call_later", D(2026, 9, 1)),),
    ),
    Told(
        "to be called again after today", K, "2026-08", D(2026, 8, 10), (Why.CALL_COMING,),
        contacts=(Contact(D(2026, 8, 3), "call_later", D(2026, 8, 11)),),
    ),
    Told(
        "to be called again, no day said", K, "2026-08", END_OF_AUGUST, (Why.CALL_LATER,),
        contacts=(Contact(D(2026, 8, 3), "call_later"),),
    ),
]  # fmt: skip
ALL = [*INTERVALS, *DOSES, *MISSED, *CHECKS, *TARGETS, *RECURRENCES, *CONTACTS]


@pytest.mark.parametrize("told", ALL, ids=lambda told: f"{told.indicator}: {told.what}")
def test_what_each_indicator_says(told: Told) -> None:
    assert verdicts(told) == told.expect


@pytest.mark.parametrize("outcome", ContactOutcome)
def test_every_outcome_of_a_contact_is_counted(outcome: ContactOutcome) -> None:
    told = Told("", K, "2026-08", END_OF_AUGUST, (), contacts=(Contact(D(2026, 8, 3), outcome),))
    (why,) = verdicts(told)
    assert why == outcome


def test_every_reason_is_told_by_a_history_or_a_contact() -> None:
    told = {why for each in ALL for why in each.expect} | {Why(outcome.value) for outcome in ContactOutcome}
    assert set(Why) - told == set()


def test_everything_has_its_words() -> None:
    assert set(WHY) == set(Why)
    for words in (TITLES, SAID, FILLED, HOLLOW, HOW):
        assert list(words) == list(Indicator)
    assert {Indicator.MISSED, Indicator.RECURRENCES} == COUNTS_FAILURES


def test_months_end_where_they_end() -> None:
    months = months_up_to(D(2028, 3, 31))
    assert (len(months), months[0], months[-1]) == (13, D(2027, 3, 1), D(2028, 3, 1))
    assert [last_day(each) for each in months[-3:]] == [D(2028, 1, 31), D(2028, 2, 29), D(2028, 3, 31)]


def test_each_patient_and_month_says_pass_fail_or_not_eligible_once() -> None:
    """Whoever is looked at says one thing for each indicator over patients."""
    facts = Facts(decisions=ALTERNATE["decisions"], injections=ALTERNATE["injections"])
    today = D(2026, 8, 20)
    found = list(verdicts_of(History(facts, D(2025, 1, 1)), months_up_to(today), today=today))
    for indicator in (R, M, G, S):
        months = [month for month, which, _ in found if which == indicator]
        assert months == months_up_to(today)
    assert {verdict.why.outcome for _, _, verdict in found} <= set(Outcome)
