"""What was counted, as the page and the file show it: numbers, sentences, tables, figures. Counts only, no names."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from patients.models import Clinic
from schedules.chart_parts import NARROW, WIDE, Part
from schedules.indicators.chart import month_figure
from schedules.indicators.reasons import COUNTS_FAILURES, Indicator, Outcome, Why
from schedules.indicators.verdicts import months_up_to
from schedules.indicators.words import (
    FILLED,
    HOLLOW,
    OF_WHAT,
    SAID,
    TITLES,
    WHY,
    month_words,
    month_words_so_far,
)
from schedules.models import IndicatorCount

# Below this a percentage moves more by one patient than by what the clinic does.
FEW = 10
# About the same: fewer points, or no more than one case makes.
SAME_POINTS = 3
SAME_CASES = 2


@dataclass(frozen=True, slots=True)
class Number:
    """One indicator in one month."""

    indicator: Indicator
    month: dt.date
    counts: Mapping[Why, int] = field(default_factory=dict)

    def having(self, outcome: Outcome) -> int:
        return sum(number for why, number in self.counts.items() if why.outcome == outcome)

    @property
    def counts_failures(self) -> bool:
        """Whether few is good."""
        return self.indicator in COUNTS_FAILURES

    @property
    def of(self) -> int:
        """How many were eligible."""
        return self.having(Outcome.PASS) + self.having(Outcome.FAIL)

    @property
    def counted(self) -> int:
        """How many of them are said: those who pass or, where few is good, those who fail."""
        return self.failed if self.counts_failures else self.having(Outcome.PASS)

    @property
    def failed(self) -> int:
        return self.having(Outcome.FAIL)

    @property
    def not_eligible(self) -> int:
        return self.having(Outcome.NOT_ELIGIBLE)

    @property
    def percent(self) -> int | None:
        """Rounded to whole per cent, half up; none of none is no percentage."""
        return (200 * self.counted + self.of) // (2 * self.of) if self.of else None

    @property
    def short(self) -> str:
        """41/48, or a dash where there was none to count."""
        return f"{self.counted}/{self.of}" if self.of else "–"

    @property
    def words(self) -> str:
        """41 of 48 patients on the right interval, 85 %."""
        if not self.of:
            return _("None to count")
        said = SAID[self.indicator] % {"n": self.counted, "of": self.of}
        return _("%(said)s, %(percent)s %%") % {"said": said, "percent": self.percent}

    @property
    def of_what(self) -> str:
        """of 48 patients."""
        return str(OF_WHAT[self.indicator] % {"of": self.of})

    def reasons(self, outcome: Outcome) -> list[tuple[str, int]]:
        """The reasons of an outcome in words, the most frequent first."""
        found = [(why, number) for why, number in self.counts.items() if why.outcome == outcome]
        return [
            (str(WHY[why]), number) for why, number in sorted(found, key=lambda pair: (-pair[1], pair[0]))
        ]

    @property
    def failing(self) -> list[tuple[str, int]]:
        return self.reasons(Outcome.FAIL)

    @property
    def left_out(self) -> list[tuple[str, int]]:
        return self.reasons(Outcome.NOT_ELIGIBLE)


def trend_words(now: Number, before: Number) -> str:
    """How the month compares with the one before, in a sentence."""
    month = month_words(before.month)
    if before.percent is None:
        return _("None to count in %(month)s.") % {"month": month}
    said = _("%(short)s in %(month)s, %(percent)s %%") % {
        "short": _("%(n)s of %(of)s") % {"n": before.counted, "of": before.of},
        "month": month,
        "percent": before.percent,
    }
    if now.percent is None:
        return _("%(said)s.") % {"said": said}
    if min(now.of, before.of) < FEW:
        return _("%(said)s. Too few to compare percentages.") % {"said": said}
    points = now.percent - before.percent
    if abs(points) < SAME_POINTS or abs(points) * min(now.of, before.of) < 100 * SAME_CASES:
        return _("%(said)s: about the same.") % {"said": said}
    words = {
        (True, False): _("%(said)s: now %(points)s points higher, better."),
        (False, False): _("%(said)s: now %(points)s points lower, worse."),
        (True, True): _("%(said)s: now %(points)s points higher, worse."),
        (False, True): _("%(said)s: now %(points)s points lower, better."),
    }[points > 0, now.counts_failures]
    return words % {"said": said, "points": abs(points)}


@dataclass(frozen=True, slots=True)
class Card:
    """One indicator on the page: the month chosen, the one before, and all of them for the chart."""

    now: Number
    before: Number | None
    series: tuple[Number, ...]
    today: dt.date

    @property
    def indicator(self) -> Indicator:
        return self.now.indicator

    @property
    def title(self) -> str:
        return str(TITLES[self.indicator])

    @property
    def trend(self) -> str:
        return trend_words(self.now, self.before) if self.before else ""

    @property
    def filled(self) -> str:
        return str(FILLED[self.indicator])

    @property
    def hollow(self) -> str:
        return str(HOLLOW[self.indicator])

    @property
    def is_main(self) -> bool:
        """The first is the largest."""
        return self.indicator == Indicator.RIGHT_INTERVAL

    @property
    def has_numbers(self) -> bool:
        return any(number.of for number in self.series)

    @property
    def in_words(self) -> str:
        """What the chart shows, for those who do not see it."""
        return _("%(title)s by month. %(month)s: %(words)s. All numbers are in the table below.") % {
            "title": self.title,
            "month": month_words_so_far(self.now.month, self.today),
            "words": self.now.words,
        }

    @property
    def figure(self) -> Part:
        wide, narrow = (
            month_figure(self.series, chosen=self.now.month, paper=paper, large=self.is_main)
            for paper in (WIDE, NARROW)
        )
        return {"data": wide["data"], "wide": wide["layout"], "narrow": narrow["layout"]}


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that was counted of a clinic, or of one physician's patients in it."""

    months: list[dt.date]
    counts: Mapping[tuple[Indicator, dt.date], Mapping[Why, int]]
    counted_at: dt.datetime | None

    def number(self, indicator: Indicator, month: dt.date) -> Number:
        return Number(indicator, month, self.counts.get((indicator, month), {}))

    def cards(self, month: dt.date, today: dt.date) -> list[Card]:
        """One card an indicator for a month of `months`."""
        place = self.months.index(month)
        cards = []
        for indicator in Indicator:
            series = tuple(self.number(indicator, each) for each in self.months)
            before = series[place - 1] if place else None
            cards.append(Card(series[place], before, series, today))
        return cards

    def table(self) -> list[tuple[dt.date, list[Number]]]:
        """Newest month first, an indicator a column."""
        return [
            (month, [self.number(indicator, month) for indicator in Indicator])
            for month in reversed(self.months)
        ]

    def rows(self, today: dt.date) -> Iterable[list[Any]]:
        """The lines of the file, newest month first."""
        for month, numbers in self.table():
            present = month == today.replace(day=1)
            for number in numbers:
                yield [
                    f"{month:%Y-%m}",
                    "yes" if present else "no",
                    str(TITLES[number.indicator]),
                    number.counted,
                    number.of,
                    "" if number.percent is None else number.percent,
                    number.not_eligible,
                ]


def numbers_of(clinic: Clinic, *, today: dt.date, physician: Any = None) -> Numbers:
    """What was counted of the clinic's months up to the present one. One query; reads no patient's key."""
    months = months_up_to(today)
    rows = IndicatorCount.objects.filter(clinic=clinic, month__gte=months[0])
    if physician is not None:
        rows = rows.filter(physician=physician)
    counts: dict[tuple[Indicator, dt.date], Counter[Why]] = {}
    counted_at = None
    for month, indicator, found, at in rows.values_list("month", "indicator", "counts", "counted_at"):
        total = counts.setdefault((Indicator(indicator), month), Counter())
        total.update({Why(code): number for code, number in found.items()})
        counted_at = at
    return Numbers(months, counts, counted_at)
