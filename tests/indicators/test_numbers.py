"""Percentages, and how a month compares with the one before, in words."""

import datetime as dt

import pytest

from schedules.indicators.numbers import Number, trend_words
from schedules.indicators.reasons import Indicator, Why

OCTOBER, SEPTEMBER = dt.date(2026, 10, 1), dt.date(2026, 9, 1)


def interval(good: int, bad: int, month: dt.date = OCTOBER) -> Number:
    counts = {Why.MONTHLY: good, Why.LONGER_THAN_MONTHLY: bad, Why.IN_LOADING: 3}
    return Number(Indicator.RIGHT_INTERVAL, month, counts)


def missed(good: int, bad: int, month: dt.date = OCTOBER) -> Number:
    return Number(Indicator.MISSED, month, {Why.NONE_MISSED: good, Why.MISSED: bad})


@pytest.mark.parametrize(
    ("good", "bad", "percent"),
    [(41, 7, 85), (1, 1, 50), (1, 7, 13), (3, 5, 38), (0, 4, 0), (199, 1, 100), (0, 0, None)],
)
def test_percent_is_rounded_half_up(good: int, bad: int, percent: int | None) -> None:
    assert interval(good, bad).percent == percent


def test_what_is_counted_are_those_who_pass_or_where_few_is_good_those_who_fail() -> None:
    assert interval(41, 7).words == "41 of 48 patients on the right interval, 85 %"
    assert interval(1, 0).words == "1 of 1 patient on the right interval, 100 %"
    assert missed(45, 3).words == "3 of 48 patients with a missed dose, 6 %"
    assert missed(0, 0).words == "None to count"
    assert (missed(45, 3).short, missed(0, 0).short) == ("3/48", "–")
    assert interval(41, 7).not_eligible == 3
    assert interval(41, 7).left_out == [("in loading", 3)]
    assert interval(41, 7).failing == [("longer than monthly in prevention", 7)]


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (interval(36, 4), interval(32, 8, SEPTEMBER), "32 of 40 in Sep 2026, 80 %: now 10 points higher, better."),
        (interval(32, 8), interval(36, 4, SEPTEMBER), "36 of 40 in Sep 2026, 90 %: now 10 points lower, worse."),
        (missed(32, 8), missed(36, 4, SEPTEMBER), "4 of 40 in Sep 2026, 10 %: now 10 points higher, worse."),
        (missed(36, 4), missed(32, 8, SEPTEMBER), "8 of 40 in Sep 2026, 20 %: now 10 points lower, better."),
        (interval(90, 10), interval(92, 8, SEPTEMBER), "92 of 100 in Sep 2026, 92 %: about the same."),
        # One case among twenty is five points, and no trend.
        (interval(19, 1), interval(20, 0, SEPTEMBER), "20 of 20 in Sep 2026, 100 %: about the same."),
        (interval(18, 2), interval(20, 0, SEPTEMBER), "20 of 20 in Sep 2026, 100 %: now 10 points lower, worse."),
        (
            interval(9, 0), interval(4, 40, SEPTEMBER),
            "4 of 44 in Sep 2026, 9 %. Too few to compare percentages.",
        ),
        (interval(0, 0), interval(4, 40, SEPTEMBER), "4 of 44 in Sep 2026, 9 %."),
        (interval(4, 40), interval(0, 0, SEPTEMBER), "None to count in Sep 2026."),
    ],
)  # fmt: skip
def test_the_trend_in_words(now: Number, before: Number, words: str) -> None:
    assert trend_words(now, before) == words
