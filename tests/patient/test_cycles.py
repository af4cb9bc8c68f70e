"""Symptom scores by days since the last injection."""

import datetime as dt

import plotly.graph_objects as go

from schedules.chart_parts import NARROW, WIDE
from schedules.course import ScorePoint
from schedules.cycle_chart import (
    Cycle,
    can_be_drawn,
    cycle_figure,
    cycles_of,
    days_since_dose,
    in_words,
    worse_from,
)

FIRST = dt.date(2026, 1, 5)
DOSES = [FIRST + dt.timedelta(60 * n) for n in range(4)]
TODAY = DOSES[-1] + dt.timedelta(50)


def scored(cycle: int, days: int, total: int | None, *, by_patient: bool = False) -> ScorePoint:
    return ScorePoint(DOSES[cycle] + dt.timedelta(days), total, by_patient)


def test_a_score_belongs_to_the_days_after_the_last_dose() -> None:
    (cycle,) = cycles_of(DOSES, [scored(1, 14, 2), scored(1, 45, 4)], TODAY)
    assert cycle.scores == ((14, 2), (45, 4))
    assert not cycle.is_present


def test_a_score_on_the_day_of_a_dose_ends_the_cycle_before_it() -> None:
    (cycle,) = cycles_of(DOSES, [scored(2, 0, 4)], TODAY)
    assert cycle.dose_on == DOSES[1]
    assert cycle.scores == ((60, 4),)


def test_incomplete_assessments_and_scores_before_any_dose_have_no_place() -> None:
    assert cycles_of(DOSES, [scored(0, 10, None), ScorePoint(FIRST - dt.timedelta(3), 5)], TODAY) == []


def test_loading_doses_are_no_cycles() -> None:
    loading = [FIRST + dt.timedelta(2 * n) for n in range(5)]
    assert cycles_of(loading, [ScorePoint(FIRST + dt.timedelta(1), 5)], loading[-1]) == []


def test_only_the_last_five_cycles_are_kept() -> None:
    doses = [FIRST + dt.timedelta(30 * n) for n in range(9)]
    scores = [ScorePoint(dose + dt.timedelta(7), 2) for dose in doses]
    assert [cycle.dose_on for cycle in cycles_of(doses, scores, doses[-1] + dt.timedelta(20))] == doses[-5:]


def test_worse_from_the_first_day_above_the_best() -> None:
    cycles = cycles_of(DOSES, [scored(1, 14, 2), scored(1, 50, 3), scored(2, 14, 2), scored(2, 45, 4)], TODAY)
    assert worse_from(cycles) == 45
    assert worse_from(cycles_of(DOSES, [scored(1, 14, 2), scored(1, 50, 2)], TODAY)) is None


def test_only_cycles_in_which_the_score_rises_are_counted_as_such() -> None:
    flat, rising = [scored(0, 14, 2), scored(0, 50, 2)], [scored(1, 14, 2), scored(1, 50, 3)]
    later, answered = [scored(2, 14, 2), scored(2, 45, 4)], [scored(3, 45, 5, by_patient=True)]
    some = in_words(cycles_of(DOSES, [*flat, *rising, *later], TODAY))
    assert some == "In 2 of the last 3 cycles the score is above its best, from about day 45 on."
    every = in_words(cycles_of(DOSES, [*rising, *later, *answered], TODAY))
    assert every.startswith(
        "In each of the last 2 cycles the score is above its best, from about day 45 on. What the patient"
    )
    one = in_words(cycles_of(DOSES, later, TODAY))
    assert one == "In the last cycle the score is above its best from about day 45 on."
    assert in_words(cycles_of(DOSES, flat, TODAY)) == "The score is the same on every day of the last cycles."


def test_one_score_a_cycle_cannot_show_wearing_off() -> None:
    assert not can_be_drawn(cycles_of(DOSES, [scored(1, 60, 3), scored(2, 60, 4)], TODAY))
    assert not can_be_drawn(cycles_of(DOSES, [scored(1, 14, 2), scored(2, 45, 4)], TODAY))
    assert can_be_drawn(cycles_of(DOSES, [scored(1, 14, 2), scored(1, 45, 4)], TODAY))


def test_the_present_cycle_is_thick_named_and_the_older_ones_dashed() -> None:
    scores = [scored(n, days, 2 + (days > 40)) for n in range(4) for days in (14, 45)]
    cycles = cycles_of(DOSES, scores, TODAY)
    chart = cycle_figure(cycles, WIDE)
    lines = [trace for trace in chart["data"] if trace["mode"] == "lines"]
    assert len({line["line"]["dash"] for line in lines[:-1]}) == 3
    assert lines[-1]["line"]["width"] > lines[0]["line"]["width"]
    assert any("(now)" in note["text"] for note in chart["layout"]["annotations"])
    shading = [shape for shape in chart["layout"]["shapes"] if shape["type"] == "rect"]
    assert shading[0]["x0"] == 45
    for paper in (WIDE, NARROW):
        go.Figure(cycle_figure(cycles, paper))


def test_answers_by_link_are_hollow() -> None:
    cycles = [Cycle(FIRST, ((14, 2),), ((45, 4),), is_present=True)]
    marks = [trace for trace in cycle_figure(cycles, WIDE)["data"] if trace["mode"] == "markers"]
    assert {mark["marker"]["symbol"]: mark["x"] for mark in marks} == {"circle": [14], "diamond-open": [45]}


def test_names_of_equal_scores_keep_apart_and_inside() -> None:
    doses = [FIRST + dt.timedelta(30 * n) for n in range(5)]
    scores = [ScorePoint(dose + dt.timedelta(days), 0) for dose in doses for days in (7, 20)]
    chart = cycle_figure(cycles_of(doses, scores, doses[-1] + dt.timedelta(25)), WIDE)
    heights = sorted(note["ay"] for note in chart["layout"]["annotations"] if "ay" in note)
    bottom, top = chart["layout"]["yaxis"]["range"]
    assert len(heights) == 5
    assert bottom <= heights[0]
    assert heights[-1] <= top
    assert min(b - a for a, b in zip(heights, heights[1:], strict=False)) > 0.1


def test_an_incomplete_assessment_breaks_the_line_of_its_cycle() -> None:
    (cycle,) = cycles_of(DOSES, [scored(1, 14, 2), scored(1, 30, None), scored(1, 45, 4)], TODAY)
    assert cycle.scores == ((14, 2), (45, 4))
    line = next(trace for trace in cycle_figure([cycle], WIDE)["data"] if trace["mode"] == "lines")
    assert line["x"] == [14, 30, 45]
    assert line["y"][1] is None
    assert line["connectgaps"] is False


def test_days_count_from_the_dose_before() -> None:
    asked = [FIRST - dt.timedelta(3), FIRST, FIRST + dt.timedelta(10), DOSES[1], DOSES[1] + dt.timedelta(20)]
    assert [days_since_dose(DOSES, on) for on in asked] == [None, None, 10, 60, 20]
