"""The preview leaves no date out: what does not fit at first opens below it."""

import datetime as dt
from decimal import Decimal

from schedules.drafts import interval_draft
from schedules.preview import SHOWN, preview
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Decision, Facts, Injection
from schedules.rules.results import EventKind

TODAY = dt.date(2026, 3, 2)
MONTHLY = Facts(
    decisions=(Decision(TODAY - dt.timedelta(90), "start_prophylaxis", interval="1mo"),),
    injections=(Injection(TODAY - dt.timedelta(20)),),
)


def test_every_injection_before_and_after_is_in_it() -> None:
    asked = {"on": TODAY, "to": "1wk", "reasons": ["symptoms_returned"]}
    order = {"drug": "hydroxocobalamin", "dose": Decimal(1000), "unit": "ug", "route": "im"}
    draft = interval_draft(asked | order, evaluate(MONTHLY, as_of=TODAY))
    found = preview(MONTHLY, draft, as_of=TODAY)
    rows = (*found.rows, *found.later_rows)
    for side, calendar in (("before", found.before), ("after", found.after)):
        due = [event.due_on for event in calendar.events if event.kind is EventKind.INJECTION]
        assert [row.on for row in rows if getattr(row, side)] == due
    assert (len(found.rows), len(found.later_rows) > 0) == (SHOWN, True)
