"""The course chart: what stands where, how it is marked, and that Plotly takes it."""

import datetime as dt
from typing import Any

import plotly.graph_objects as go
import pytest

from schedules.chart_parts import NARROW, PAPERS, WIDE, Part, free_place
from schedules.charts import RANGES, course_figure
from schedules.course import course_of
from schedules.rules import facts as rules
from schedules.rules.evaluate import evaluate
from tests.patient.ruth import DOSES, KEPT, PLATEAU, START, TODAY, facts, lab


def figure(found: rules.Facts, *, shown: str = "all", paper: Any = WIDE, family: str = "molar") -> Part:
    course = course_of(found, evaluate(found, as_of=TODAY), family=family)
    return course_figure(course, shown=shown, paper=paper)


def trace(chart: Part, name: str) -> Part:
    return next(each for each in chart["data"] if each.get("name") == name)


def texts(chart: Part) -> str:
    return " | ".join(note["text"] for note in chart["layout"]["annotations"])


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
@pytest.mark.parametrize("shown", RANGES)
@pytest.mark.parametrize("family", ["molar", "mass"])
def test_plotly_accepts_every_figure(paper: Any, shown: str, family: str) -> None:
    for found in (facts(), rules.Facts()):
        chart = figure(found, shown=shown, paper=paper, family=family)
        assert len(go.Figure(chart).data) == len(chart["data"])


def test_troughs_are_filled_and_joined_others_hollow_and_alone() -> None:
    chart = figure(facts())
    troughs, others = trace(chart, "B12 just before a dose"), trace(chart, "B12 at another time")
    assert troughs["x"] == ["2026-05-15", "2026-07-16"]
    assert troughs["mode"] == "lines+markers"
    assert troughs["marker"]["color"] != "#fff"
    assert others["x"] == ["2026-01-09", "2026-04-13"]
    assert others["mode"] == "markers"
    assert others["marker"]["color"] == "#fff"


def test_a_value_of_the_other_family_is_converted_and_shown_as_reported_on_hover() -> None:
    troughs = trace(figure(facts()), "B12 just before a dose")
    assert troughs["y"][0] == pytest.approx(440 * 1000 / 1355.4)
    assert "reported as 440 pg/mL" in troughs["text"][0]
    assert "reported as" not in troughs["text"][1]


def test_in_mass_units_bands_are_those_of_mass() -> None:
    molar, mass = figure(facts()), figure(facts(), family="mass")
    assert "borderline 133 to 258" in texts(molar)
    assert "borderline 180 to 350" in texts(mass)
    assert trace(mass, "B12 just before a dose")["y"][0] == 440


def test_off_the_scale_is_a_triangle_with_its_number_led_to_by_dots() -> None:
    chart = figure(facts())
    beyond = [each for each in chart["data"] if each.get("yaxis") == "y3" and "text" in each.get("mode", "")]
    assert beyond[0]["text"] == ["<b>1240</b>"]
    assert beyond[0]["marker"]["symbol"] == ["triangle-up"]
    assert beyond[0]["y"][0] == chart["layout"]["yaxis3"]["range"][1]
    dotted = [each for each in chart["data"] if each.get("yaxis") == "y3" and each["mode"] == "lines"]
    assert [each["line"]["dash"] for each in dotted] == ["dot"]


def test_a_comparator_is_a_triangle_where_the_limit_lies() -> None:
    found = facts(labs=(lab(dt.date(2026, 7, 16), "b12", "150", "pmol/L", comparator="<"),))
    chart = figure(found)
    beyond = next(each for each in chart["data"] if each.get("text") == ["<b>&lt; 150</b>"])
    assert beyond["marker"]["symbol"] == ["triangle-down"]
    assert trace(chart, "B12 at another time")["x"] == []


def test_doses_are_ticks_phases_shaded_and_changes_diamonds() -> None:
    chart = figure(facts())
    assert trace(chart, "Dose")["x"] == [day.isoformat() for day in DOSES]
    changes = trace(chart, "Interval changed")
    assert changes["x"] == [PLATEAU.isoformat()]
    assert changes["marker"]["symbol"] == "diamond"
    shaded = [
        shape for shape in chart["layout"]["shapes"] if shape["type"] == "rect" and shape["yref"] == "paper"
    ]
    assert (shaded[0]["x0"], shaded[0]["x1"]) == (START.isoformat(), PLATEAU.isoformat())
    assert shaded[0]["fillcolor"] != shaded[1]["fillcolor"]


def test_a_later_interval_is_a_change_of_its_own() -> None:
    decisions = (*facts().decisions, rules.Decision(KEPT[1], "change_interval", to="1mo"))
    changes = trace(figure(facts(decisions=decisions)), "Interval changed")
    assert changes["x"] == [PLATEAU.isoformat(), KEPT[1].isoformat()]
    assert "every month" in changes["text"][1]


def test_targets_and_latest_values_need_no_hover() -> None:
    words = texts(figure(facts()))
    assert "target below 271" in words
    assert "target below 10" in words
    assert "312 ↑" in words
    assert "best was 2" in words


def test_an_incomplete_assessment_leaves_a_gap() -> None:
    line = next(each for each in figure(facts())["data"] if each["yaxis"] == "y6" and each["mode"] == "lines")
    assert line["y"][line["x"].index("2026-04-01")] is None
    assert line["connectgaps"] is False


def test_ranges_narrow_the_time_shown() -> None:
    starts = {shown: figure(facts(), shown=shown)["layout"]["xaxis"]["range"][0] for shown in RANGES}
    assert "2026-08-20" <= starts["3m"] <= "2026-08-23"
    assert "2025-11-01" <= starts["1y"] <= "2025-11-23"
    assert starts["all"] <= "2026-01-09"


def test_narrow_paper_is_laid_out_again_not_shrunk() -> None:
    wide, narrow = figure(facts())["layout"], figure(facts(), paper=NARROW)["layout"]
    assert narrow["margin"]["r"] < wide["margin"]["r"]
    assert narrow["xaxis"]["nticks"] < wide["xaxis"]["nticks"]
    assert "target below 271" not in " ".join(note["text"] for note in narrow["annotations"])


def test_the_low_band_is_hatched_so_that_it_reads_in_grey() -> None:
    hatched = [each for each in figure(facts())["data"] if "fillpattern" in each]
    assert hatched[0]["fillpattern"]["shape"] == "/"
    assert max(hatched[0]["y"]) == 133


def test_a_range_without_results_says_so() -> None:
    assert texts(figure(facts(), shown="3m")).count("no result in this time") == 4
    assert "no result in this time" not in texts(figure(facts()))
    assert "no result in this time" not in texts(figure(rules.Facts(), shown="3m"))


def placed(chart: Part, words: str) -> Part:
    note: Part = next(each for each in chart["layout"]["annotations"] if each["text"].startswith(words))
    return note


def test_words_keep_off_the_data() -> None:
    """MMA lies under its target early, above it late: the words move to where no line is."""
    days = [dt.date(2026, 2, 1) + dt.timedelta(30 * n) for n in range(9)]
    low_first = facts(
        labs=tuple(lab(on, "mma", "250" if n < 4 else "400", "nmol/L") for n, on in enumerate(days))
    )
    moved, usual = (
        placed(figure(low_first), "target below 271"),
        placed(figure(facts(labs=())), "target below 271"),
    )
    assert usual["x"] == 0.13
    assert moved["x"] > usual["x"]
    always_under = facts(labs=tuple(lab(on, "mma", "262", "nmol/L") for on in days))
    assert placed(figure(always_under), "target below 271")["yanchor"] == "bottom"


def test_a_short_loading_leaves_the_next_phase_its_name_on_a_phone() -> None:
    names = [note["text"] for note in figure(facts(), paper=NARROW)["layout"]["annotations"]][:2]
    assert names == ["<b>Loading</b>", "<b>Maintenance</b>"]


def test_no_box_is_crossed_by_a_line_beside_it() -> None:
    flat = [(0.0, 0.5), (1.0, 0.5)]
    assert free_place([flat], (0.6, 0.8)) == (0.13, (0.6, 0.8))
    assert free_place([flat], (0.4, 0.6), (0.7, 0.9)) == (0.13, (0.7, 0.9))
    assert free_place([[(0.2, 0.5)]], (0.4, 0.6)) == (0.4, (0.4, 0.6))
    assert free_place([[(0.2, 0.0), (0.2, 1.0)]], (0.4, 0.6)) == (0.4, (0.4, 0.6))
    assert free_place([flat], (0.4, 0.6)) == (0.13, (0.4, 0.6))
