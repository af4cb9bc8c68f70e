"""The figures mean what they say; the command runs from end to end and leaves nothing behind."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from schedules.benchmark.measuring import Measured, in_turn, p95, row, table
from schedules.management.commands.benchmark import ROWS


def test_the_ratio_is_of_medians() -> None:
    measured = row("Work", [3.0, 90.0, 3.2], [2.0, 2.0, 70.0], most=1.5, goal="<= 1.5 x")
    assert (measured.median_ms, measured.floor_ms, measured.ratio) == (3.2, 2.0, 1.6)
    assert measured.met is False


def test_a_goal_is_missed_by_queries_alone() -> None:
    within = {"most": 2.0, "goal": "", "most_queries": 12}
    assert row("Work", [1.0], [1.0], queries=12, **within).met is True
    assert row("Work", [1.0], [1.0], queries=13, **within).met is False


def test_work_and_floor_take_turns() -> None:
    order: list[str] = []
    times = in_turn(lambda: order.append("work"), lambda: order.append("floor"), repeat=3)
    assert order == ["work", "floor"] * 4
    assert [len(each) for each in times] == [3, 3]


def test_p95() -> None:
    assert p95([float(n) for n in range(1, 101)]) == 96.0
    assert p95([5.0]) == 5.0


def test_the_table_says_what_was_missed() -> None:
    text = table([Measured("Today", "<= 1.5 x", 12.0, 15.5, 6.0, 2.0, 9, 70_000, False)])
    head, line = text.splitlines()
    assert head.split()[:3] == ["Work", "median", "ms"]
    assert line.split() == ["Today", "12.00", "15.50", "6.00", "2.00", "9", "70000", "<=", "1.5", "x", "NO"]


def test_too_few_patients_are_refused() -> None:
    with pytest.raises(CommandError, match="at least 1000"):
        call_command("benchmark", patients=10)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_from_end_to_end(tmp_path: Path) -> None:
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    path, out = tmp_path / "figures.json", io.StringIO()
    call_command("benchmark", patients=6000, repeat=2, json=path, stdout=out)
    figures = json.loads(path.read_text())
    assert figures["patients"] == 6000
    assert len(figures["rows"]) == len(ROWS) + 2  # three for the sweep
    assert "60 flags, history kept" in out.getvalue()
    assert {alias: connections[alias].settings_dict["NAME"] for alias in before} == before
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = 'benchmark_6000'")
        assert cursor.fetchone() == (0,)
