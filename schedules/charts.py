"""The course of a patient as a Plotly figure: panels on one time axis, built as plain data. Pure.

Filled and joined = trough, hollow = drawn at another time, triangle = off the scale or reported with < or >,
diamond = interval changed, dashes = targets and MCV. Readable in grey and without hover.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from math import log10

from django.utils.translation import gettext as _

from patients.templatetags.clinic_words import day
from schedules.chart_parts import (
    ACCENT,
    AXIS,
    BORDERLINE_FILL,
    FONT,
    INK,
    LINE,
    LOADING_FILL,
    LOW_FILL,
    MUTED,
    PANELS,
    PHASE_FILL,
    TEXT,
    URGENT,
    WARNING,
    Paper,
    Part,
    Place,
    Window,
    band,
    beyond,
    floor_line,
    free_place,
    inside_words,
    joined,
    latest,
    level,
    markers,
    note,
    nothing_here,
    short,
    split,
    title,
    upright,
    y_axis,
)
from schedules.course import CourseOfPatient, Point, ScorePoint, Span
from schedules.rules.dates import add_months
from schedules.rules.labs import HOMOCYSTEINE_TARGET_UMOL_L, MMA_TARGET_NMOL_L
from schedules.units import B12_UNIT

RANGES = {"3m": 3, "1y": 12, "all": 0}  # months shown, 0: everything
MMA_TARGET, HOMOCYSTEINE_TARGET = float(MMA_TARGET_NMOL_L), float(HOMOCYSTEINE_TARGET_UMOL_L)
# Above these a value would flatten the rest of its panel: it is drawn as a triangle with its number.
MMA_TOP, HOMOCYSTEINE_TOP = 700.0, 25.0
WORDS_HEIGHT = 0.22  # of a panel's height, taken up by a line of words

Panel = tuple[list[Part], list[Part], list[Part], Part]  # traces, shapes, notes, axes


def course_figure(course: CourseOfPatient, *, shown: str, paper: Paper) -> Part:
    """The course chart over `shown` ("3m", "1y", "all") for a paper. An empty record gives empty panels."""
    window = _window(course, shown)
    panels = [
        _doses(course),
        _b12(course, window, paper),
        _panel(
            course, "mma", _("Methylmalonic acid"), "nmol/L", MMA_TARGET, (200.0, 400.0, MMA_TOP), window, paper
        ),
        _panel(
            course, "homocysteine", _("Homocysteine"), "µmol/L", HOMOCYSTEINE_TARGET,
            (5.0, 16.0, HOMOCYSTEINE_TOP), window, paper,
        ),
        _blood_count(course, window, paper),
        _scores(course, window, paper),
    ]  # fmt: skip
    layout = _layout(course, window, paper)
    for _traces, shapes, notes, axes in panels:
        layout["shapes"] += shapes
        layout["annotations"] += notes
        layout |= axes
    return {"data": [trace for traces, *_ in panels for trace in traces], "layout": layout}


def _window(course: CourseOfPatient, shown: str) -> Window:
    today, first = course.today, course.first_on or course.today
    months = RANGES[shown]
    start = add_months(today, -months) if months else min(first, add_months(today, -3))
    margin = max((today - start).days // 60, 1)
    return start - dt.timedelta(margin), today + dt.timedelta(margin)


def _layout(course: CourseOfPatient, window: Window, paper: Paper) -> Part:
    start, end = (each.isoformat() for each in window)
    shapes = [_phase(span, window) for span in course.spans if span.end >= window[0]]
    shapes += [upright(dose, LINE, 1) for dose in course.dose_days if window[0] <= dose <= window[1]]
    shapes += [upright(span.start, MUTED, 1, "dash") for span in course.changes if span.start >= window[0]]
    shapes.append(upright(course.today, ACCENT, 1))
    return {
        "height": paper.height,
        "margin": {"l": paper.left, "r": paper.right, "t": 26, "b": 28, "pad": 0},
        "font": {"family": FONT, "size": paper.font, "color": TEXT},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "shapes": shapes,
        "annotations": [*_phase_names(course, window, paper), _today(course)],
        "xaxis": {
            "type": "date",
            "range": [start, end],
            "anchor": "y6",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "nticks": paper.ticks,
            "ticks": "outside",
            "tickcolor": AXIS,
            "tickformatstops": [
                {"dtickrange": [None, 1209600000], "value": "%-d %b"},
                {"dtickrange": [1209600000, "M1"], "value": "%-d %b"},
                {"dtickrange": ["M1", "M11"], "value": "%b %Y" if paper.words else "%b %y"},
                {"dtickrange": ["M12", None], "value": "%Y"},
            ],
            "color": MUTED,
        },
    }


def _phase(span: Span, window: Window) -> Part:
    return {
        "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "line": {"width": 0},
        "x0": max(span.start, window[0]).isoformat(), "x1": span.end.isoformat(), "y0": 0, "y1": 1,
        "fillcolor": LOADING_FILL if span.is_loading else PHASE_FILL,
    }  # fmt: skip


def _today(course: CourseOfPatient) -> Part:
    return note(f"<b>{_('Today')}</b>", x=course.today.isoformat(), y=0.975, xshift=4, font={"color": ACCENT})


def _phase_names(course: CourseOfPatient, window: Window, paper: Paper) -> list[Part]:
    """The phases' names above the chart: in full where the phase is long enough, else its first word; a little
    to the right where the name before it takes the room."""
    days = (window[1] - window[0]).days
    names, free_from = [], window[0]
    for span in course.spans:
        start = max(span.start, window[0])
        end = window[1] if span is course.spans[-1] else span.end
        if span.end < window[0]:
            continue
        in_full, place = span.words, max(start, free_from)
        words = in_full if place + _room(in_full, days, paper) <= end else in_full.partition(",")[0]
        is_moved = place > start
        if is_moved and place + _room(words, days, paper) > end:
            continue
        names.append(note(f"<b>{words}</b>", x=place.isoformat(), y=1, yanchor="bottom", yshift=6, xshift=2))
        free_from = place + _room(words, days, paper)
    return names


def _room(words: str, days: int, paper: Paper) -> dt.timedelta:
    """How much of the time axis some words take up."""
    return dt.timedelta(int(days * len(words) * (0.0135 if paper.words else 0.037)))


def _doses(course: CourseOfPatient) -> Panel:
    days = [dose.isoformat() for dose in course.dose_days]
    ticks = {
        "type": "scatter", "name": _("Dose"), "mode": "markers", "x": days, "y": [0.5] * len(days),
        "xaxis": "x", "yaxis": "y", "hovertemplate": "%{text}<extra></extra>",
        "text": [_("Dose, %(on)s") % {"on": day(dose)} for dose in course.dose_days],
        "marker": {"symbol": "line-ns", "size": 12, "line": {"width": 1.75, "color": INK}},
    }  # fmt: skip
    changes = course.changes
    diamonds = {
        "type": "scatter", "name": _("Interval changed"), "mode": "markers",
        "x": [span.start.isoformat() for span in changes], "y": [0.5] * len(changes),
        "xaxis": "x", "yaxis": "y", "hovertemplate": "%{text}<extra></extra>",
        "text": [_("%(plan)s, from %(on)s") % {"plan": span.words, "on": day(span.start)} for span in changes],
        "marker": {"symbol": "diamond", "size": 10, "color": INK, "line": {"width": 1, "color": "#fff"}},
    }  # fmt: skip
    hidden = y_axis("doses", range=[0, 1], visible=False)
    return [ticks, diamonds], [], [], hidden


def _b12(course: CourseOfPatient, window: Window, paper: Paper) -> Panel:
    """B12 on a log axis: troughs filled and joined, others hollow and not joined; bands low and borderline."""
    unit = B12_UNIT[course.family]
    mass, limits = course.family == "mass", course.defaults
    low = float(limits.d4_low_pg_ml if mass else limits.d4_low_pmol_l)
    top = float(limits.d4_top_pg_ml if mass else limits.d4_top_pmol_l)
    points = course.series["b12"]
    highest, lowest = low * 11, low * 0.6
    ceiling = max([highest, *(point.value * 1.15 for point in points if point.value <= low * 20)])
    floor = min([lowest, *(point.value * 0.85 for point in points if point.value > 0)])
    inside, outside = split(points, floor, ceiling)
    troughs = [point for point in inside if point.reading.trough]
    others = [point for point in inside if not point.reading.trough]
    traces = [
        _hatched(window, low, floor),
        markers(troughs, "y2", unit, _("B12 just before a dose"), size=10, line=ACCENT),
        markers(others, "y2", unit, _("B12 at another time"), size=9, hollow=True),
        beyond(outside, "y2", unit, floor, ceiling),
    ]
    shapes = [
        band("y2", top, low, BORDERLINE_FILL),
        band("y2", low, floor, LOW_FILL),
        level("y2", top, "#c08a3e", "solid", 0.75),
        level("y2", low, "#c08a3e", "solid", 0.75),
        floor_line("b12"),
    ]
    notes = [title("b12", f"<b>{_('Serum B12')}</b>  {unit}", paper)]
    lines = [_places(troughs, window, log10(floor), log10(ceiling), log=True)]
    lines += [_places([point], window, log10(floor), log10(ceiling), log=True) for point in others]
    heights = [(log10(each) - log10(floor)) / (log10(ceiling) - log10(floor)) for each in (low, top)]
    if paper.words:
        notes += [
            inside_words(
                _("borderline %(low)s to %(top)s") % {"low": f"{low:g}", "top": f"{top:g}"},
                "y2",
                log10((low * top) ** 0.5),
                WARNING,
                x=free_place(lines, (heights[0], heights[1]))[0],
            ),
            inside_words(
                _("low, below %(limit)s") % {"limit": f"{low:g}"}, "y2", log10((low * floor) ** 0.5), URGENT,
                x=free_place(lines, (0.0, heights[0]))[0],
            ),
        ]  # fmt: skip
    notes += _if_none("b12", points, window)
    if points:
        last = points[-1]
        odd = last.reading.lab_class in {"low", "borderline"}
        notes.append(latest("b12", last.words, short(last.on, course.today), warn=odd))
    ticks = [mark for mark in (20, 50, 100, 200, 500, 1000, 2000, 5000) if floor <= mark <= ceiling]
    axis = y_axis("b12", type="log", range=[log10(floor), log10(ceiling)], tickvals=ticks,
              ticktext=[str(mark) for mark in ticks])  # fmt: skip
    return traces, shapes, notes, axis


def _panel(
    course: CourseOfPatient,
    analyte: str,
    name: str,
    unit: str,
    target: float,
    scale: tuple[float, float, float],
    window: Window,
    paper: Paper,
) -> Panel:
    """One analyte with a target above which it is too high; `scale`: bottom, usual top, top at most."""
    panel, axis = analyte, PANELS[analyte][0]
    points = course.series[analyte]
    seen = [point.value for point in points if point.on >= window[0]]
    floor = min([scale[0], *(value * 0.9 for value in seen)])
    ceiling = max([scale[1], *(value * 1.08 for value in seen if value <= scale[2])])
    inside, outside = split(points, floor, ceiling)
    traces = [
        *joined(points, axis, floor, ceiling),
        markers(inside, axis, unit, name, size=7),
        beyond(outside, axis, unit, floor, ceiling),
    ]
    notes = [title(panel, f"<b>{name}</b>  {unit}", paper)]
    notes += _if_none(panel, points, window)
    if paper.words:
        height = (target - floor) / (ceiling - floor)
        under, over = (height - WORDS_HEIGHT, height), (height, height + WORDS_HEIGHT)
        free, place = free_place([_places(points, window, floor, ceiling)], under, over)
        said = _("target below %(limit)s") % {"limit": f"{target:g}"}
        anchor = "top" if place == under else "bottom"
        notes.append(inside_words(said, axis, target, WARNING, x=free, anchor=anchor))
    if points:
        last = points[-1]
        high = last.reading.at_target is False
        sides = (_("above"), _("below")) if paper.words else (">", "<")
        below = f"{sides[0] if high else sides[1]} {target:g}"
        if last.reading.at_target is None:
            below = short(last.on, course.today)
        notes.append(latest(panel, f"{last.words} ↑" if high else last.words, below, warn=high))
    shapes = [level(axis, target, WARNING, "dash", 1.25), floor_line(panel)]
    return traces, shapes, notes, y_axis(panel, range=[floor, ceiling])


def _places(
    points: Iterable[Point], window: Window, floor: float, ceiling: float, *, log: bool = False
) -> list[Place]:
    """Where the points stand in their panel, as shares of its width and height; `log`: the edges are logarithms."""
    days = (window[1] - window[0]).days
    values = [(point.on, log10(point.value) if log else point.value) for point in points]
    return [
        ((on - window[0]).days / days, (min(max(value, floor), ceiling) - floor) / (ceiling - floor))
        for on, value in values
    ]


def _if_none(panel: str, points: Sequence[Point], window: Window) -> list[Part]:
    """Words for a panel that is empty in the time shown although there are results."""
    if not points or any(window[0] <= point.on <= window[1] for point in points):
        return []
    return [nothing_here(panel, _("no result in this time"))]


def _blood_count(course: CourseOfPatient, window: Window, paper: Paper) -> Panel:
    """Haemoglobin solid with dots, MCV dashed with squares, on one axis of numbers."""
    hb, mcv = course.series["hb"], course.series["mcv"]
    seen = [point.value for point in (*hb, *mcv) if point.on >= window[0]]
    floor = min([80.0, *(value - 5 for value in seen)])
    ceiling = max([145.0, *(value + 5 for value in seen)])
    traces = [
        *joined(hb, "y5", floor, ceiling),
        markers(hb, "y5", "g/L", _("Haemoglobin"), size=7),
        *joined(mcv, "y5", floor, ceiling, dash="5px 3px", colour=INK),
        markers(mcv, "y5", "fL", "MCV", size=7, hollow=True, colour=INK, symbol="square"),
    ]
    notes = [title("blood", f"<b>{_('Haemoglobin')}</b>  g/L   <b>MCV</b>  {_('fL, dashed')}", paper)]
    notes += _if_none("blood", (*hb, *mcv), window)
    _axis, bottom, top = PANELS["blood"]
    if hb:
        notes.append(latest("blood", hb[-1].words, "Hb", at=top - (top - bottom) * 0.2))
    if mcv:
        notes.append(latest("blood", mcv[-1].words, "MCV", at=bottom + (top - bottom) * 0.2))
    return traces, [floor_line("blood")], notes, y_axis("blood", range=[floor, ceiling])


def _scores(course: CourseOfPatient, window: Window, paper: Paper) -> Panel:
    """The symptom score: dots from the clinic, joined, with gaps where incomplete; hollow diamonds from the patient,
    not joined, since two people score by different measures."""
    by_clinic = [score for score in course.scores if not score.by_patient]
    by_patient = [score for score in course.scores if score.by_patient]
    highest = max([6, *(score.total for score in course.scores if score.total is not None)])
    line = {
        "type": "scatter", "mode": "lines", "xaxis": "x", "yaxis": "y6", "hoverinfo": "skip",
        "x": [score.on.isoformat() for score in by_clinic],
        "y": [score.total for score in by_clinic],
        "connectgaps": False, "line": {"color": ACCENT, "width": 1.5},
    }  # fmt: skip
    given = [
        _score_markers(by_clinic, _("Score at the clinic"), "circle"),
        _score_markers(by_patient, _("Score by the patient"), "diamond-open"),
    ]
    notes = [title("score", f"<b>{_('Symptom score')}</b>  {_('of 15')}", paper)]
    totals = [score.total for score in by_clinic if score.total is not None]
    if totals and not any(score.on >= window[0] for score in course.scores if score.total is not None):
        notes.append(nothing_here("score", _("no score in this time")))
    if totals:
        worse = totals[-1] > min(totals)
        under = (_("best was %(n)s") if paper.words else _("best %(n)s")) % {"n": min(totals)}
        notes.append(latest("score", f"{totals[-1]} ↑" if worse else str(totals[-1]), under, warn=worse))
    axis = y_axis("score", range=[-0.4, highest + 1], dtick=2 if highest <= 8 else 5)
    return [line, *given], [], notes, axis


def _score_markers(scores: Iterable[ScorePoint], name: str, symbol: str) -> Part:
    found = [score for score in scores if score.total is not None]
    return {
        "type": "scatter", "mode": "markers", "name": name, "xaxis": "x", "yaxis": "y6",
        "x": [score.on.isoformat() for score in found], "y": [score.total for score in found],
        "text": [f"<b>{_score_words(score)}</b><br>{day(score.on)}" for score in found],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": symbol, "size": 7, "color": ACCENT, "line": {"width": 1.5, "color": ACCENT}},
    }  # fmt: skip


def _score_words(score: ScorePoint) -> str:
    words = _("Score %(n)s by the patient") if score.by_patient else _("Score %(n)s")
    return words % {"n": score.total}


def _hatched(window: Window, top: float, bottom: float) -> Part:
    """The low band is hatched, so that it is told from the borderline one in grey."""
    start, end = (each.isoformat() for each in window)
    return {
        "type": "scatter", "mode": "lines", "xaxis": "x", "yaxis": "y2", "hoverinfo": "skip",
        "x": [start, end, end, start, start], "y": [top, top, bottom, bottom, top], "fill": "toself",
        "line": {"width": 0}, "fillcolor": "rgba(0,0,0,0)",
        "fillpattern": {"shape": "/", "fgcolor": "#e3a6a9", "size": 7, "solidity": 0.2},
    }  # fmt: skip
