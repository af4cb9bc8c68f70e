"""What the charts are put together from: papers, axes, words and markers as plain Plotly data. Pure.

Everything is told by shape and word as well as by colour, and no two colours differ in hue alone.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.templatetags.clinic_words import day, plain_date
from schedules.course import Point

INK, MUTED, ACCENT, LINE, AXIS = "#11161d", "#535d6a", "#1d4fb0", "#dde2e8", "#9aa5b2"
TEXT, WARNING, URGENT = "#222932", "#854800", "#b1131c"
BORDERLINE_FILL, LOW_FILL, LOADING_FILL, PHASE_FILL = "#fff2db", "#fdeced", "#e6ebf2", "#f7f9fb"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

Part = dict[str, Any]
Window = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Paper:
    """The size a chart is laid out for: on narrow screens it is laid out again, not shrunk."""

    name: str
    height: int
    left: int
    right: int
    font: int
    ticks: int
    words: bool  # room for words inside the panels


WIDE = Paper("wide", 720, 48, 96, 12, 9, words=True)
NARROW = Paper("narrow", 640, 34, 62, 11, 4, words=False)
PAPERS = (WIDE, NARROW)

# Panels from top to bottom: axis, share of the height from and to.
PANELS = {
    "doses": ("y", 0.965, 0.985),
    "b12": ("y2", 0.735, 0.915),
    "mma": ("y3", 0.555, 0.68),
    "homocysteine": ("y4", 0.385, 0.5),
    "blood": ("y5", 0.195, 0.33),
    "score": ("y6", 0.0, 0.14),
}


def upright(on: dt.date, colour: str, width: float, dash: str = "solid") -> Part:
    return {
        "type": "line", "layer": "below", "xref": "x", "yref": "paper", "x0": on.isoformat(),
        "x1": on.isoformat(), "y0": 0, "y1": 1, "line": {"color": colour, "width": width, "dash": dash},
    }  # fmt: skip


def note(text: str, *, axis: str = "paper", y: float, x: str | float, **more: Any) -> Part:
    return {
        "text": text, "x": x, "y": y, "xref": "x" if isinstance(x, str) else "paper", "yref": axis,
        "showarrow": False, "xanchor": "left", "yanchor": "middle", "align": "left",
    } | more  # fmt: skip


def y_axis(panel: str, **more: Any) -> Part:
    axis, bottom, top = PANELS[panel]
    common = {
        "domain": [bottom, top], "anchor": "x", "fixedrange": True, "zeroline": False, "showgrid": False,
        "showline": True, "linecolor": AXIS, "ticks": "outside", "ticklen": 3,
        "tickcolor": AXIS, "color": MUTED, "nticks": 4,
    }  # fmt: skip
    return {f"yaxis{axis[1:]}": common | more}


def title(panel: str, text: str, paper: Paper) -> Part:
    return note(text, x=0.0, y=PANELS[panel][2], yanchor="bottom", yshift=7, xshift=-paper.left + 2)


def floor_line(panel: str) -> Part:
    """The line under a panel."""
    bottom = PANELS[panel][1]
    return {
        "type": "line", "xref": "paper", "yref": "paper", "x0": 0, "x1": 1, "y0": bottom, "y1": bottom,
        "line": {"color": AXIS, "width": 1},
    }  # fmt: skip


def latest(panel: str, value: str, under: str, *, at: float | None = None, warn: bool = False) -> Any:
    """The latest value at the right edge: no hover is needed to read it."""
    _axis, bottom, top = PANELS[panel]
    colour = WARNING if warn else INK
    said = f'<b><span style="color:{colour}">{escape(value)}</span></b>'
    text = f'{said}<br><span style="color:{MUTED}">{escape(under)}</span>'
    return note(text, x=1.0, y=at if at is not None else (bottom + top) / 2, xshift=8)


def inside_words(text: str, axis: str, y: float, colour: str, *, x: float, anchor: str = "middle") -> Part:
    """Words on a band, or under ("top") or over ("bottom") a line, from the share `x` of the width on."""
    return note(text, axis=axis, x=x, y=y, font={"color": colour}, yanchor=anchor)


def nothing_here(panel: str, text: str) -> Part:
    """Said in a panel whose results all lie outside the time shown."""
    _axis, bottom, top = PANELS[panel]
    return note(text, x=0.5, y=bottom + (top - bottom) * 0.8, xanchor="center", font={"color": MUTED})


# Where words inside a panel may begin, the usual place first; their width, both as shares of the panel's.
_STARTS, _WORDS_WIDTH = (0.13, 0.4, 0.6, 0.77, 0.01), 0.2
Place = tuple[float, float]


def free_place(
    lines: Iterable[Sequence[Place]], *heights: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """Where words may begin, between which of the given heights, so that they cover no line and no lone mark.

    All in shares of the panel: 0 is its left or lower edge, 1 the other. The usual place if none is free.
    """
    pieces = [piece for line in lines for piece in zip(line, line[1:] or line, strict=False)]
    for low, high in heights:
        for start in _STARTS:
            if not any(_crosses(piece, start, start + _WORDS_WIDTH, low, high) for piece in pieces):
                return start, (low, high)
    return _STARTS[0], heights[0]


def _crosses(piece: tuple[Place, Place], left: float, right: float, low: float, high: float) -> bool:
    """Whether a straight line meets the box."""
    (x0, y0), (x1, y1) = sorted(piece)
    if x1 < left or x0 > right:
        return False
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    heights = [y0 + slope * (max(left, x0) - x0), y0 + slope * (min(right, x1) - x0)]
    if x1 == x0:
        heights = [y0, y1]
    return max(heights) >= low and min(heights) <= high


def band(axis: str, top: float, bottom: float, colour: str) -> Part:
    return {
        "type": "rect", "layer": "below", "xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": bottom,
        "y1": top, "fillcolor": colour, "line": {"width": 0},
    }  # fmt: skip


def level(axis: str, y: float, colour: str, dash: str, width: float) -> Part:
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": y, "y1": y,
        "line": {"color": colour, "width": width, "dash": dash},
    }  # fmt: skip


def _hover(point: Point, unit: str) -> str:
    reading = point.reading
    lines = [f"<b>{escape(point.words)} {unit}</b>", day(point.on)]
    if reading.lab_class:
        lines.append(reading.lab_class.label)
    if reading.trough:
        lines.append(_("just before a dose"))
    if reading.days_since_dose is not None:
        days = reading.days_since_dose
        lines.append(ngettext("%(n)s day after the dose", "%(n)s days after the dose", days) % {"n": days})
    if point.reported != f"{point.words} {unit}":
        lines.append(_("reported as %(value)s") % {"value": escape(point.reported)})
    return "<br>".join(lines)


def split(points: Iterable[Point], floor: float, ceiling: float) -> tuple[list[Point], list[Point]]:
    """Those that are drawn where they are, and those off the scale or reported with < or >."""
    inside: list[Point] = []
    outside: list[Point] = []
    for point in points:
        known = point.reading.lab.comparator is None and floor <= point.value <= ceiling
        (inside if known else outside).append(point)
    return inside, outside


def markers(
    points: list[Point] | tuple[Point, ...],
    axis: str,
    unit: str,
    name: str,
    *,
    size: int,
    hollow: bool = False,
    line: str = "",
    colour: str = ACCENT,
    symbol: str = "circle",
) -> Part:
    """Markers, joined by a line of colour `line` if given."""
    trace = {
        "type": "scatter", "name": name, "mode": "lines+markers" if line else "markers", "xaxis": "x",
        "yaxis": axis, "x": [point.on.isoformat() for point in points], "y": [point.value for point in points],
        "text": [_hover(point, unit) for point in points], "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "symbol": symbol, "size": size, "color": "#fff" if hollow else colour,
            "line": {"width": 2 if hollow else 0, "color": colour},
        },
    }  # fmt: skip
    return trace | ({"line": {"color": line, "width": 1.75}} if line else {})


def beyond(points: list[Point], axis: str, unit: str, floor: float, ceiling: float) -> Part:
    """Triangles with their numbers, at the edge or where the reported limit lies."""
    down = [point.value < floor or (point.reading.lab.comparator or "").startswith("<") for point in points]
    drawn = [min(max(point.value, floor), ceiling) for point in points]
    return {
        "type": "scatter", "name": _("Off the scale, or reported with < or >"), "mode": "markers+text",
        "xaxis": "x", "yaxis": axis, "x": [point.on.isoformat() for point in points], "y": drawn,
        "text": [f"<b>{escape(point.words)}</b>" for point in points], "textposition": "middle right",
        "textfont": {"color": INK}, "cliponaxis": False,
        "customdata": [_hover(point, unit) for point in points],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": ["triangle-down" if each else "triangle-up" for each in down], "size": 10,
                   "color": ACCENT},
    }  # fmt: skip


def joined(
    points: tuple[Point, ...],
    axis: str,
    floor: float,
    ceiling: float,
    *,
    dash: str = "solid",
    colour: str = ACCENT,
) -> list[Part]:
    """The line through the points; dotted where it leads to one that is off the scale or not exact."""
    lines: dict[str, tuple[list[str | None], list[float | None]]] = {dash: ([], []), "dot": ([], [])}
    for before, after in zip(points, points[1:], strict=False):
        exact = all(
            point.reading.lab.comparator is None and floor <= point.value <= ceiling
            for point in (before, after)
        )
        xs, ys = lines[dash if exact else "dot"]
        xs += [before.on.isoformat(), after.on.isoformat(), None]
        ys += [min(max(before.value, floor), ceiling), min(max(after.value, floor), ceiling), None]
    return [
        {
            "type": "scatter", "mode": "lines", "xaxis": "x", "yaxis": axis, "x": xs, "y": ys,
            "hoverinfo": "skip", "line": {"color": colour, "width": 1.75, "dash": style},
        }
        for style, (xs, ys) in lines.items()
        if xs
    ]  # fmt: skip


def short(on: dt.date, today: dt.date) -> str:
    """A date at the edge of a chart: "24 Jul", with its year unless it is this one."""
    words = plain_date(on)
    return words.rpartition(" ")[0] if on.year == today.year else words
