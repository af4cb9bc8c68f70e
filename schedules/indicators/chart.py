"""One indicator by month as a Plotly figure: a bar a month, filled as far as the indicator counts. Pure.

Told by shape and number as well as by colour: what is counted is filled, the rest hollow, and "41/48" stands
above each bar where there is room, so that it reads in grey, in print and without hover.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from schedules.chart_parts import ACCENT, AXIS, FONT, INK, MUTED, TEXT, Paper, Part
from schedules.indicators.words import month_words

if TYPE_CHECKING:
    from schedules.indicators.numbers import Number

HOLLOW_LINE = "#7b8593"


def month_figure(series: Sequence[Number], *, chosen: dt.date, paper: Paper, large: bool) -> Part:
    """The months, oldest first; ``chosen`` is marked, ``large`` the first indicator of the page."""
    months = [f"{number.month:%Y-%m}" for number in series]
    hover = [f"<b>{month_words(number.month)}</b><br>{number.words}" for number in series]
    common = {
        "type": "bar", "x": months, "width": 0.72, "hovertemplate": "%{text}<extra></extra>", "text": hover,
        "textposition": "none",
    }  # fmt: skip
    counted = [number.counted for number in series]
    rest = [number.of - number.counted for number in series]
    lines = {"color": [_edge(number, chosen) for number in series], "width": 1.25}
    data = [
        common | {"y": counted, "marker": {"color": [_fill(each, chosen) for each in series], "line": lines}},
        common | {"y": rest, "marker": {"color": "#fff", "line": lines}},
    ]
    return {"data": data, "layout": _layout(series, months, chosen, paper, large=large)}


def _fill(number: Number, chosen: dt.date) -> str:
    return ACCENT if number.month == chosen else "#7e9bd6"


def _edge(number: Number, chosen: dt.date) -> str:
    return ACCENT if number.month == chosen else HOLLOW_LINE


def _layout(
    series: Sequence[Number], months: list[str], chosen: dt.date, paper: Paper, *, large: bool
) -> Part:
    top = max([number.of for number in series] + [1])
    words = [month_words(number.month) for number in series]
    return {
        "height": (250 if large else 170) if paper.words else 150,
        "barmode": "stack",
        "margin": {"l": 34, "r": 4, "t": 20, "b": 38, "pad": 0},
        "font": {"family": FONT, "size": 11, "color": TEXT},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "annotations": [_above(number, chosen) for number in series if paper.words or number.month == chosen],
        "xaxis": {
            "type": "category", "fixedrange": True, "color": MUTED, "tickangle": 0,
            "tickvals": months, "ticktext": [_month(text, place, paper) for place, text in enumerate(words)],
            "showgrid": False, "showline": True, "linecolor": AXIS,
        },
        "yaxis": {
            "range": [0, top * 1.08], "fixedrange": True, "color": MUTED, "zeroline": False, "nticks": 4,
            "tickformat": "d", "gridcolor": "#e6e9ed", "showline": False, "rangemode": "tozero",
        } | ({"dtick": 1} if top < 4 else {}),
    }  # fmt: skip


def _month(words: str, place: int, paper: Paper) -> str:
    """ "Nov", with the year under the first month and each January; on narrow paper one letter."""
    name, _space, year = words.partition(" ")
    shown = name if paper.words else name[:1]
    return f"{shown}<br>{year}" if place == 0 or name == "Jan" else shown


def _above(number: Number, chosen: dt.date) -> Part:
    is_chosen = number.month == chosen
    return {
        "text": f"<b>{number.short}</b>" if is_chosen else number.short, "x": f"{number.month:%Y-%m}",
        "y": number.of, "xref": "x", "yref": "y", "showarrow": False, "yanchor": "bottom", "yshift": 1,
        "font": {"color": INK if is_chosen else MUTED, "size": 11},
    }  # fmt: skip
