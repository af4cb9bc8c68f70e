"""Repetitions, medians, ratios."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table: work beside its floor, milliseconds; `ratio` of the medians."""

    work: str
    median_ms: float
    p95_ms: float
    floor_ms: float
    ratio: float
    goal: str
    queries: int | None = None
    size_bytes: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def timed(action: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def side_by_side(
    work: str, action: Callable[[], Any], floor: Callable[[], Any], *, goal: str, times: int = 30, **more: Any
) -> Measured:
    """Both in turn, `times` times after one warm-up each, so that the machine's noise falls on both alike."""
    action(), floor()
    pairs = [(timed(action), timed(floor)) for _ in range(times)]
    spent, floors = sorted(pair[0] for pair in pairs), [pair[1] for pair in pairs]
    median, floor_median = statistics.median(spent), statistics.median(floors)
    return Measured(
        work=work,
        median_ms=round(median, 3),
        p95_ms=round(spent[int(len(spent) * 0.95) - 1], 3),
        floor_ms=round(floor_median, 3),
        ratio=round(median / floor_median, 2),
        goal=goal,
        **more,
    )


def count_queries(action: Callable[[], Any]) -> int:
    """How many statements one call sends to the database."""
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def table(rows: list[Measured]) -> str:
    """The rows for people."""
    head = f"{'work':<46} {'median':>9} {'p95':>9} {'floor':>9} {'ratio':>6}  {'goal':<22} {'queries':>7} {'bytes':>8}"
    lines = [
        f"{r.work:<46} {r.median_ms:>6.2f} ms {r.p95_ms:>6.2f} ms {r.floor_ms:>6.2f} ms {r.ratio:>6.2f}  {r.goal:<22}"
        f" {r.queries if r.queries is not None else '':>7} {r.size_bytes if r.size_bytes is not None else '':>8}"
        for r in rows
    ]
    return "\n".join([head, "-" * len(head), *lines])
