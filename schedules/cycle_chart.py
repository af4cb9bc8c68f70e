"""How the effect wears off: symptom scores by days since the last injection, several cycles over one another. Pure."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.templatetags.clinic_words import plain_date
from schedules.chart_parts import (
    ACCENT,
    AXIS,
    BORDERLINE_FILL,
    FONT,
    MUTED,
    NARROW,
    TEXT,
    WARNING,
    WIDE,
    Paper,
    Part,
    note,
)
from schedules.course import ScorePoint

CYCLES_SHOWN = 5
# Loading doses are days apart: nothing wears off between them.
SHORTEST_CYCLE_DAYS = 7
# Oldest first: greys with different dashes, so that cycles are told apart without colour.
_OLDER = [("#8e99a7", "1px 3px"), ("#6d7886", "3px 3px"), ("#535d6a", "7px 3px"), ("#353d47", "solid")]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One stretch between two injections: (days since the injection, score) in order, of the clinic and by the
    patient; `is_present`: the last. `gaps` are the days of the clinic's incomplete assessments, which have no score:
    the line is broken there."""

    dose_on: dt.date
    scores: tuple[tuple[int, int], ...]
    by_patient: tuple[tuple[int, int], ...]
    is_present: bool
    gaps: tuple[int, ...] = ()

    @property
    def everything(self) -> list[tuple[int, int]]:
        """Both, in order."""
        return sorted((*self.scores, *self.by_patient))

    @property
    def words(self) -> str:
        """The month of the injection: "Sep 2026"."""
        month = plain_date(self.dose_on).partition(" ")[2]
        return _("%(month)s (now)") % {"month": month} if self.is_present else month


def cycles_of(dose_days: Sequence[dt.date], scores: Sequence[ScorePoint], today: dt.date) -> list[Cycle]:
    """The last cycles that hold a score, oldest first. A score on the day of a dose belongs to the cycle it
    ends, for symptoms are asked before the injection."""
    found: dict[int, list[ScorePoint]] = {}
    for score in scores:
        if dose_days:
            position = bisect_left(dose_days, score.on) - 1
            if position >= 0:
                found.setdefault(position, []).append(score)
    cycles = []
    for position, points in sorted(found.items()):
        if all(point.total is None for point in points):
            continue
        is_present = position + 1 == len(dose_days)
        ends_on = today if is_present else dose_days[position + 1]
        if (ends_on - dose_days[position]).days >= SHORTEST_CYCLE_DAYS:
            cycles.append(_cycle(dose_days[position], points, is_present=is_present))
    return cycles[-CYCLES_SHOWN:]


def _cycle(dose_on: dt.date, points: Sequence[ScorePoint], *, is_present: bool) -> Cycle:
    ordered = sorted(points, key=attrgetter("on"))
    clinic, patient = (
        tuple(
            ((point.on - dose_on).days, point.total)
            for point in ordered
            if point.by_patient is who and point.total is not None
        )
        for who in (False, True)
    )
    gaps = (point for point in ordered if point.total is None and not point.by_patient)
    return Cycle(dose_on, clinic, patient, is_present, tuple((point.on - dose_on).days for point in gaps))


def worse_from(cycles: Sequence[Cycle]) -> int | None:
    """The first day after an injection on which a score of the clinic exceeds its best one; None if that never
    happens. What the patient answers is measured otherwise and not mixed in."""
    best = min((total for cycle in cycles for _, total in cycle.scores), default=0)
    return min(
        (days for cycle in cycles for days, total in cycle.scores if total > best and days > 0), default=None
    )


def days_since_dose(dose_days: Sequence[dt.date], on: dt.date) -> int | None:
    """Days since the last dose before that day; on the day of a dose those since the one before it."""
    position = bisect_left(dose_days, on) - 1
    return (on - dose_days[position]).days if position >= 0 else None


def in_words(cycles: Sequence[Cycle]) -> str:
    """What the chart shows, in a sentence or two."""
    onset = worse_from(cycles)
    if onset is None:
        said = _("The score is the same on every day of the last cycles.")
    else:
        scored = [cycle.scores for cycle in cycles if cycle.scores]
        best = min(total for scores in scored for _day, total in scores)
        above = sum(any(total > best and days > 0 for days, total in scores) for scores in scored)
        words = (
            _("In %(above)s of the last %(n)s cycles the score is above its best, from about day %(day)s on.")
            if above < len(scored)
            else ngettext(
                "In the last cycle the score is above its best from about day %(day)s on.",
                "In each of the last %(n)s cycles the score is above its best, from about day %(day)s on.",
                len(scored),
            )
        )
        said = words % {"above": above, "n": len(scored), "day": onset}
    if any(cycle.by_patient for cycle in cycles):
        said = f"{said} {_('What the patient answered by link is not counted in this.')}"
    return said


def for_both_papers(cycles: Sequence[Cycle]) -> Part | None:
    """The marks and a layout for each paper; None while there is nothing to compare."""
    if not can_be_drawn(cycles):
        return None
    wide, narrow = cycle_figure(cycles, WIDE), cycle_figure(cycles, NARROW)
    return {"data": wide["data"], "wide": wide["layout"], "narrow": narrow["layout"]}


def can_be_drawn(cycles: Sequence[Cycle]) -> bool:
    """Whether there is anything to see: a cycle with scores on two different days at least."""
    return any(len({days for days, _ in cycle.everything}) > 1 for cycle in cycles)


def cycle_figure(cycles: Sequence[Cycle], paper: Paper) -> Part:
    """The cycles as a figure: older ones grey, the latest thick and named."""
    longest = max((days for cycle in cycles for days, _ in cycle.everything), default=56)
    highest = max((total for cycle in cycles for _, total in cycle.everything), default=4)
    onset = worse_from(cycles)
    shapes, notes = [], []
    if onset is not None:
        shapes.append(
            {
                "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "x0": onset,
                "x1": longest * 1.02, "y0": 0, "y1": 1, "fillcolor": BORDERLINE_FILL, "line": {"width": 0},
            }
        )  # fmt: skip
        words = (_("worse from about day %(n)s") if paper.words else _("from day %(n)s")) % {"n": onset}
        near_end = onset > longest * 0.6
        notes.append(
            note(f"<b>{words}</b>", x=0.0, y=1.0, yanchor="top", xshift=4, font={"color": WARNING})
            | {"xref": "x", "x": longest if near_end else onset, "xanchor": "right" if near_end else "left"}
        )
    data = [
        trace
        for position, cycle in enumerate(cycles)
        for trace in _drawn(cycle, len(cycles) - position, _lift(position))
    ]
    notes += _names(cycles, longest, highest, paper)
    return {"data": data, "layout": _layout(longest, highest, shapes, notes, paper)}


def _lift(position: int) -> float:
    """Equal scores of several cycles would lie on one another: each is drawn a little above the older one."""
    return position * 0.06


def _drawn(cycle: Cycle, from_last: int, lift: float) -> list[Part]:
    """A cycle's line and, where the patient answered by link, hollow diamonds beside it; `from_last` 1 is the
    latest."""
    colour, dash = (ACCENT, "solid") if from_last == 1 else _OLDER[-(from_last - 1)]
    thick = from_last == 1
    after = _("day %(n)s after the dose of %(on)s")
    way: list[tuple[int, float | None]] = [(days, total + lift) for days, total in cycle.scores]
    way = sorted([*way, *((days, None) for days in cycle.gaps)], key=itemgetter(0))
    line = {
        "type": "scatter", "mode": "lines", "name": cycle.words, "hoverinfo": "skip", "connectgaps": False,
        "x": [days for days, _ in way], "y": [height for _, height in way],
        "line": {"color": colour, "dash": dash, "width": 3 if thick else 1.75},
    }  # fmt: skip
    marks = [
        {
            "type": "scatter", "mode": "markers", "name": cycle.words,
            "x": [days for days, _ in pairs], "y": [total + lift for _, total in pairs],
            "text": [
                f"<b>{said % {'n': total}}</b><br>{after % {'n': days, 'on': plain_date(cycle.dose_on)}}"
                for days, total in pairs
            ],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": symbol, "size": 9 if thick else 7, "color": colour},
        }
        for pairs, symbol, said in (
            (cycle.scores, "circle", _("Score %(n)s")),
            (cycle.by_patient, "diamond-open", _("Score %(n)s by the patient")),
        )
        if pairs
    ]  # fmt: skip
    return [line, *marks]


def _names(cycles: Sequence[Cycle], longest: int, highest: int, paper: Paper) -> list[Part]:
    """The cycles' names at the right edge, spread so that none covers another."""
    room = (highest + 1.2) / (8 if paper.words else 6)
    last_point = {cycle.dose_on: (cycle.scores or cycle.by_patient)[-1] for cycle in cycles}
    ends = sorted(cycles, key=lambda cycle: (last_point[cycle.dose_on][1], cycle.dose_on), reverse=True)
    names, free_below = [], highest + 1.0
    for place, cycle in enumerate(ends):
        room_for_the_rest = room * (len(ends) - 1 - place)
        days, total = last_point[cycle.dose_on]
        y = max(min(float(total), free_below), room_for_the_rest)
        free_below = y - room
        latest = cycle is cycles[-1]
        words = cycle.words if paper.words else cycle.words.partition(" ")[0]
        names.append(
            {
                "text": f"<b>{words}</b>" if latest else words, "x": days,
                "y": total + _lift(cycles.index(cycle)), "ax": longest * 1.04, "ay": y,
                "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "xanchor": "left", "showarrow": True,
                "arrowhead": 0, "arrowwidth": 0.75, "arrowcolor": ACCENT if latest else MUTED, "standoff": 6,
                "font": {"color": ACCENT if latest else TEXT},
            }
        )  # fmt: skip
    return names


def _layout(longest: int, highest: int, shapes: list[Part], notes: list[Part], paper: Paper) -> Part:
    step = 14 if longest >= 28 else 7
    plain = {
        "zeroline": False, "fixedrange": True, "color": MUTED, "ticks": "outside", "showline": True,
        "linecolor": AXIS, "tickcolor": AXIS,
    }  # fmt: skip
    return {
        "height": 240 if paper.words else 220,
        "margin": {"l": 26, "r": 134 if paper.words else 66, "t": 8, "b": 44, "pad": 0},
        "font": {"family": FONT, "size": paper.font, "color": TEXT},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "shapes": shapes,
        "annotations": notes,
        "xaxis": plain | {"range": [0, longest * 1.02], "dtick": step, "showgrid": False,
                          "title": {"text": _("days since the last injection"), "standoff": 8}},
        "yaxis": plain | {"range": [-0.2, highest + 1], "dtick": 1 if highest < 8 else 3,
                          "gridcolor": "#e6e9ed", "showgrid": True},
    }  # fmt: skip
