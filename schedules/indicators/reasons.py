"""The indicators, and the reason words of their verdicts. Each reason belongs to one indicator's one outcome."""

from __future__ import annotations

from enum import StrEnum


class Indicator(StrEnum):
    """In the order shown."""

    RIGHT_INTERVAL = "right-interval"
    ON_TIME = "on-time"
    MISSED = "missed"
    CHECKS = "checks"
    AT_TARGET = "at-target"
    RECURRENCES = "recurrences"
    CONTACTS = "contacts"


# Where few is good: what is counted are those who fail.
COUNTS_FAILURES = frozenset({Indicator.MISSED, Indicator.RECURRENCES})


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_ELIGIBLE = "not_eligible"


class Why(StrEnum):
    """A verdict in one word; `outcome` follows from it."""

    outcome: Outcome

    def __new__(cls, code: str, outcome: Outcome = Outcome.PASS) -> Why:
        member = str.__new__(cls, code)
        member._value_ = code
        member.outcome = outcome
        return member

    # Any indicator over patients: who is not asked.
    NO_PLAN = "no_plan", Outcome.NOT_ELIGIBLE
    IN_LOADING = "in_loading", Outcome.NOT_ELIGIBLE
    STOPPED = "stopped", Outcome.NOT_ELIGIBLE
    CLOSED = "closed", Outcome.NOT_ELIGIBLE

    # On the right interval
    STANDARD = "standard", Outcome.PASS
    MONTHLY = "monthly", Outcome.PASS
    INDIVIDUAL = "individual", Outcome.PASS
    TAKEN_OVER_SHORTER = "taken_over_shorter", Outcome.PASS
    LONGER_AFTER_ALTERNATE_DAYS = "longer_after_alternate_days", Outcome.FAIL
    LONGER_THAN_MONTHLY = "longer_than_monthly", Outcome.FAIL
    ORDERED_LONGER = "ordered_longer", Outcome.FAIL
    SHORTER_WITHOUT_REASON = "shorter_without_reason", Outcome.FAIL
    SHORTER_BY_LEVELS = "shorter_by_levels", Outcome.FAIL

    # Given on time
    GIVEN_ON_TIME = "given_on_time", Outcome.PASS
    GIVEN_EARLY = "given_early", Outcome.PASS
    GIVEN_LATE = "given_late", Outcome.FAIL
    NOT_GIVEN = "not_given", Outcome.FAIL
    DOSE_OPEN = "dose_open", Outcome.NOT_ELIGIBLE
    DOSE_REPLANNED = "dose_replanned", Outcome.NOT_ELIGIBLE

    # Missed
    NONE_MISSED = "none_missed", Outcome.PASS
    MISSED = "missed", Outcome.FAIL

    # Checks done and complete
    CHECK_COMPLETE = "check_complete", Outcome.PASS
    CHECK_LATE = "check_late", Outcome.FAIL
    CHECK_NOT_DONE = "check_not_done", Outcome.FAIL
    CHECK_INCOMPLETE = "check_incomplete", Outcome.FAIL
    CHECK_OPEN = "check_open", Outcome.NOT_ELIGIBLE
    CHECK_PARTS_COMING = "check_parts_coming", Outcome.NOT_ELIGIBLE
    CHECK_REPLANNED = "check_replanned", Outcome.NOT_ELIGIBLE

    # At target
    AT_TARGET = "at_target", Outcome.PASS
    MMA_HIGH = "mma_high", Outcome.FAIL
    HOMOCYSTEINE_HIGH = "homocysteine_high", Outcome.FAIL
    BOTH_HIGH = "both_high", Outcome.FAIL
    NO_RESULT = "no_result", Outcome.NOT_ELIGIBLE
    UNDECIDED = "undecided", Outcome.NOT_ELIGIBLE

    # Recurrences
    NOT_WORSE = "not_worse", Outcome.PASS
    SYMPTOMS_BACK = "symptoms_back", Outcome.FAIL
    FIRST_FINDING = "first_finding", Outcome.FAIL
    NOT_ASSESSED = "not_assessed", Outcome.NOT_ELIGIBLE
    NOTHING_TO_COMPARE = "nothing_to_compare", Outcome.NOT_ELIGIBLE

    # Contact outcomes
    AGREED_DATE = "agreed_date", Outcome.PASS
    TOLD_IN_PERSON = "told_in_person", Outcome.PASS
    CALL_LATER = "call_later", Outcome.FAIL
    NO_ANSWER = "no_answer", Outcome.FAIL
    WRONG_NUMBER = "wrong_number", Outcome.FAIL
    DECLINED = "declined", Outcome.FAIL
    CALL_COMING = "call_coming", Outcome.NOT_ELIGIBLE
    MOVED_AWAY = "moved_away", Outcome.NOT_ELIGIBLE
    DIED = "died", Outcome.NOT_ELIGIBLE
    OTHER = "other", Outcome.NOT_ELIGIBLE
