"""Measure work and its floor in turn, in one run."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table. Times in milliseconds; `floor_ms` and `ratio` are none where there is no floor."""

    name: str
    goal: str
    median_ms: float
    p95_ms: float
    floor_ms: float | None = None
    ratio: float | None = None
    queries: int | None = None
    answer_bytes: int | None = None
    met: bool | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def timed(work: Work) -> float:
    """Milliseconds of one run, the garbage collector off."""
    gc.disable()
    try:
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) * 1000
    finally:
        gc.enable()


def in_turn(work: Work, floor: Work, *, repeat: int) -> tuple[list[float], list[float]]:
    """The times of both, measured alternately after one unmeasured run of each."""
    work(), floor()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeat):
        times[0].append(timed(work))
        times[1].append(timed(floor))
    return times


def p95(times: list[float]) -> float:
    """The 95th percentile, the largest for few values."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def row(
    name: str, times: list[float], floors: list[float], *, most: float, goal: str, **more: Any
) -> Measured:
    """A row whose goal is at most `most` times its floor."""
    median, floor = statistics.median(times), statistics.median(floors)
    ratio = median / floor
    queries, most_queries = more.get("queries"), more.pop("most_queries", None)
    met = ratio <= most and (most_queries is None or queries is None or queries <= most_queries)
    return Measured(
        name, goal, round(median, 3), round(p95(times), 3), round(floor, 3), round(ratio, 2), met=met, **more
    )


def table(rows: list[Measured]) -> str:
    """The rows as text."""
    head = ("Work", "median ms", "p95 ms", "floor ms", "ratio", "queries", "bytes", "goal", "met")
    lines = [head] + [
        (
            each.name,
            f"{each.median_ms:.2f}",
            f"{each.p95_ms:.2f}",
            "" if each.floor_ms is None else f"{each.floor_ms:.2f}",
            "" if each.ratio is None else f"{each.ratio:.2f}",
            "" if each.queries is None else str(each.queries),
            "" if each.answer_bytes is None else str(each.answer_bytes),
            each.goal,
            {True: "yes", False: "NO", None: ""}[each.met] + (f" ({each.note})" if each.note else ""),
        )
        for each in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
