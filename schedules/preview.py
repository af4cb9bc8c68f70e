"""The calendar before and after a decision, side by side, and which flags would close or rise."""

import datetime as dt
from dataclasses import dataclass

from schedules.drafts import Draft
from schedules.flag_words import title_of
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Facts
from schedules.rules.results import Evaluation, Event, EventKind

YEAR = dt.timedelta(365)
# Dates shown at once; the later ones open below, so that none is left out in silence.
SHOWN = 14


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One due date, before and after."""

    on: dt.date
    before: Event | None
    after: Event | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What signing changes."""

    before: Evaluation
    after: Evaluation
    rows: tuple[PreviewRow, ...]
    later_rows: tuple[PreviewRow, ...]
    doses_before: int
    doses_after: int
    checks: tuple[PreviewRow, ...]
    closing: tuple[str, ...]
    rising: tuple[str, ...]


def preview(facts: Facts, draft: Draft, *, as_of: dt.date) -> Preview:
    """Evaluate with and without the draft; nothing is written."""
    before = evaluate(facts, as_of=as_of)
    after = evaluate(draft.after(facts), as_of=as_of)
    codes_before = {finding.code for finding in before.findings}
    codes_after = {finding.code for finding in after.findings}
    injections = _aligned(before, after, {EventKind.INJECTION})
    return Preview(
        before=before,
        after=after,
        rows=injections[:SHOWN],
        later_rows=injections[SHOWN:],
        doses_before=_doses(before, as_of),
        doses_after=_doses(after, as_of),
        checks=_aligned(before, after, set(EventKind) - {EventKind.INJECTION}),
        closing=tuple(sorted(title_of(code) for code in codes_before - codes_after)),
        rising=tuple(sorted(title_of(code) for code in codes_after - codes_before)),
    )


def _doses(found: Evaluation, as_of: dt.date) -> int:
    """Injections due in the next twelve months, those late included."""
    return sum(1 for e in found.events if e.kind is EventKind.INJECTION and e.due_on <= as_of + YEAR)


def _aligned(before: Evaluation, after: Evaluation, kinds: set[EventKind]) -> tuple[PreviewRow, ...]:
    """Events of both calendars by due date (and kind), so that equal dates stand beside one another."""
    left = {(e.due_on, e.kind): e for e in before.events if e.kind in kinds}
    right = {(e.due_on, e.kind): e for e in after.events if e.kind in kinds}
    return tuple(
        PreviewRow(key[0], left.get(key), right.get(key))
        for key in sorted({*left, *right}, key=lambda k: (k[0], k[1]))
    )
