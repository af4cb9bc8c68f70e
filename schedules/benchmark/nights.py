"""The nightly sweep: one patient in a hundred gets a flag, and loses it the night after."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from schedules.actions.sweep import sweep
from schedules.benchmark.measuring import Measured, row, timed
from schedules.benchmark.population import Population

CODE = "RECHECK_OVERDUE"
_COLUMNS = "clinic_id, patient_id, code, severity, rules, facts, reason, next_step"
_SPREAD = """
INSERT INTO schedules_forecast (clinic_id, patient_id, code, severity, rules, facts, reason, next_step, rises_on,
                                falls_on, raised, fallen)
SELECT clinic_id, patient_id, %(code)s, 'warning', ARRAY['R35'], '{"due_on": "2026-10-24"}'::jsonb,
       'The blood test was due 24 October 2026.', 'Book it with the next injection, before the dose.',
       %(day)s, %(day)s + 1, false, false
FROM schedules_patientschedule WHERE patient_id %% 100 = 0
"""
# The floor: the same flags inserted by one statement, without history, and taken back.
_FLOOR = f"""
INSERT INTO schedules_flag ({_COLUMNS}, raised_on, raised_at, cleared_by, snooze_reason, resolve_reason)
SELECT {_COLUMNS}, rises_on, now(), '', '', '' FROM schedules_forecast
WHERE NOT raised AND rises_on <= %(day)s AND (falls_on IS NULL OR falls_on > %(day)s)
ON CONFLICT (patient_id, code) WHERE cleared_on IS NULL DO NOTHING
"""  # noqa: S608 (constant columns)


def nights(population: Population, *, repeat: int) -> list[Measured]:
    """Raise, close, and nothing to do; each night on a day of its own, against the floor of that night."""
    rounds = max(2, min(repeat, 5))
    ends = population.today + dt.timedelta(2 * rounds + 2)
    with connections["owner"].cursor() as cursor:
        # No forecast may run out, and nothing else rise, in the nights that are measured.
        cursor.execute("UPDATE schedules_patientschedule SET forecast_until = %s", [ends + dt.timedelta(400)])
        cursor.execute(
            "DELETE FROM schedules_forecast WHERE rises_on > %s OR code = %s", [population.today, CODE]
        )
        cursor.execute("UPDATE schedules_forecast SET falls_on = NULL WHERE falls_on <= %s", [ends])
        cursor.execute("UPDATE schedules_flag SET cleared_on = raised_on WHERE code = %s", [CODE])
    raising, closing, idle, floors = [], [], [], []
    counts: dict[str, int] = {}
    statements = 0
    for number in range(rounds):
        day = population.today + dt.timedelta(2 * number + 1)
        _spread(day)
        floors.append(_floor(day))
        raising.append(timed(_sweep(population, day, counts)))
        idle.append(timed(_sweep(population, day, {})))
        statements = max(statements, _count(_sweep(population, day, {})))
        closing.append(timed(_sweep(population, day + dt.timedelta(1), counts)))
    goal = "<= 3 x"
    kept = f"{counts['raised']} flags, history kept"
    slowest = max(idle)
    return [
        row("Sweep: raise", raising, floors, most=3, goal=goal, queries=statements, note=kept),
        row("Sweep: close", closing, floors, most=3, goal=goal, queries=statements, note=kept),
        Measured(
            "Sweep: nothing to do", "< 200 ms", round(min(idle), 3), round(slowest, 3), met=slowest < 200
        ),
    ]


def _spread(day: dt.date) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_SPREAD, {"code": CODE, "day": day})
        cursor.execute("ANALYZE schedules_forecast, schedules_flag")


def _floor(day: dt.date) -> float:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE schedules_flag DISABLE TRIGGER USER")
        took = timed(_insertion(cursor, day))
        transaction.set_rollback(True, using="owner")
    return took


def _insertion(cursor: CursorWrapper, day: dt.date) -> Callable[[], Any]:
    return lambda: cursor.execute(_FLOOR, {"day": day})


def _sweep(population: Population, day: dt.date, counts: dict[str, int]) -> Callable[[], None]:
    now = dt.datetime.combine(day, dt.time(2, 10), dt.UTC)

    def work() -> None:
        for word, number in sweep(population.clinic_ids, day=day, now=now).items():
            counts[word] = max(counts.get(word, 0), number)

    return work


def _count(work: Callable[[], None]) -> int:
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    try:
        work()
        return len(connection.queries)
    finally:
        connection.force_debug_cursor = False
