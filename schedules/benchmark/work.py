"""The rows of the quality specification, section 1, that exist so far."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, connections, transaction
from django.test import Client, override_settings
from django.urls import reverse

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.rebuild import rebuild_clinic
from schedules.actions.sweep import sweep
from schedules.benchmark import bare
from schedules.benchmark.measuring import Measured, count_queries, side_by_side, timed
from schedules.models import PatientSchedule
from schedules.rules import facts as rules
from schedules.rules.evaluate import evaluate

BARE_URLS = "schedules.benchmark.bare"


def _client(user: Any) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _page(client: Client, address: str) -> Any:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer


@override_settings(ROOT_URLCONF=BARE_URLS)
def pages(clinic: Clinic, user: Any) -> list[Measured]:
    """Today and the patient page, each beside a bare view that sends as many bytes."""
    client = _client(user)
    with clinic_scope([clinic.pk]):
        patient = Patient.objects.filter(clinic=clinic).order_by("-pk")[0]
    rows = []
    for work, address, goal in (
        ("Today, clinic of 1,000", reverse("today"), "<= 1.5, 12 queries"),
        ("Patient page", reverse("patient", args=[patient.uid]), "<= 2, 20 queries"),
    ):
        size = len(_page(client, address).content)
        bare.SIZE["bytes"] = size
        rows.append(
            side_by_side(
                work,
                partial(_page, client, address),
                lambda: _page(client, f"/bare-page/?pk={patient.pk}"),
                goal=goal,
                queries=count_queries(partial(_page, client, address)),
                size_bytes=size,
            )
        )
    return rows


@override_settings(ROOT_URLCONF=BARE_URLS)
def log_injection(clinic: Clinic, user: Any) -> Measured:
    """The form's post for one patient after another: checks, write, evaluate, read model, forecast, flags, history."""
    client = _client(user)
    today = clinic.today()
    with clinic_scope([clinic.pk]):
        due = PatientSchedule.objects.filter(clinic=clinic, due_on__lte=today + dt.timedelta(30))
        addresses = iter(
            [reverse("log_injection", args=[uid]) for uid in due.values_list("patient__uid", flat=True)[:60]]
        )
        batch = clinic.batches.first()

    def post() -> None:
        typed = {
            "token": str(uuid.uuid4()),
            "on": today.isoformat(),
            "at": "10:00",
            "drug": "hydroxocobalamin",
            "dose_ug": "1000",
            "route": "im",
            "site": "deltoid_left",
            "batch": batch.pk if batch else "",
            "identity": "on",
            "no_to_all": "on",
            "blood": "no",
            "blood_note": "benchmark",
        }
        answer = client.post(next(addresses), typed)
        if answer.status_code != 302:
            raise RuntimeError(f"logging answered {answer.status_code}")

    return side_by_side(
        "Log an injection",
        post,
        lambda: client.post("/bare-insert/"),
        goal="<= 3.5, 25 queries",
        queries=count_queries(post),
    )


def ten_years() -> rules.Facts:
    """Ten years of maintenance: 60 doses, 19 checks."""
    start = dt.date(2016, 1, 4)
    doses = [start + dt.timedelta(61 * n) for n in range(60)]
    checks = [start + dt.timedelta(190 * n + 100) for n in range(19)]
    return rules.Facts(
        decisions=(rules.Decision(start, "take_over", interval="2mo"),),
        injections=tuple(rules.Injection(day) for day in doses),
        labs=tuple(rules.Lab(day, "b12", Decimal(400), "pmol/L") for day in checks),
    )


def evaluate_one() -> Measured:
    """Evaluate ten years of maintenance, beside building 79 frozen dataclasses with plain date arithmetic."""
    facts, as_of, many = ten_years(), dt.date(2026, 1, 10), 50
    start, value = dt.date(2016, 1, 4), Decimal(400)

    def build() -> None:
        for _ in range(many):
            for n in range(60):
                rules.Injection(start + dt.timedelta(61 * n))
            for n in range(19):
                rules.Lab(start + dt.timedelta(190 * n), "b12", value, "pmol/L")

    def ask() -> None:
        for _ in itertools.repeat(None, many):
            evaluate(facts, as_of=as_of)

    return side_by_side(f"Evaluate ten years, {many} times", ask, build, goal="<= 8, < 0.5 ms each", times=15)


_SYNTHETIC = """
INSERT INTO schedules_forecast (clinic_id, patient_id, code, severity, rises_on, falls_on, rules, facts,
                                reason, next_step, raised, fallen)
SELECT clinic_id, patient_id, 'BENCHMARK', 'warning', %(rises)s, %(falls)s, '{R1}', '{"due": "2026-01-01"}',
       'A sentence of reason.', 'A next step.', false, false
FROM schedules_patientschedule ORDER BY patient_id LIMIT %(flags)s
"""
_FLOOR = """
INSERT INTO schedules_flag (clinic_id, patient_id, code, severity, rules, facts, reason, next_step,
                            raised_on, raised_at, cleared_by, snooze_reason, resolve_reason)
SELECT clinic_id, patient_id, 'FLOOR', severity, rules, facts, reason, next_step, rises_on, now(), '', '', ''
FROM schedules_forecast WHERE code = 'BENCHMARK'
"""


def nightly_sweep(clinics: list[Clinic], patients: int) -> list[Measured]:
    """A tenth of the patients, at most 10,000, get a flag one night and lose it the next."""
    flags = min(10_000, max(100, patients // 10))
    ids, now = [clinic.pk for clinic in clinics], dt.datetime.now(dt.UTC)
    today = clinics[0].today()
    rises, falls = today + dt.timedelta(1), today + dt.timedelta(2)
    with clinic_scope(ids):
        PatientSchedule.objects.update(forecast_until=today + dt.timedelta(400))
    sweep(ids, day=today, now=now)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM schedules_forecast WHERE NOT raised AND rises_on <= %s", [falls])
        cursor.execute("UPDATE schedules_forecast SET falls_on = NULL WHERE falls_on <= %s", [falls])
        cursor.execute(_SYNTHETIC, {"rises": rises, "falls": falls, "flags": flags})
        cursor.execute("ANALYZE schedules_forecast")

    def floor() -> float:
        with clinic_scope(ids):
            spent = timed(lambda: _run(_FLOOR))
            transaction.set_rollback(True)
        return spent

    floors = sorted(floor() for _ in range(5))
    rows = []
    for work, day in (("raise", rises), ("close", falls), ("nothing to do", falls)):
        counts: dict[str, int] = {}
        spent = timed(lambda: counts.update(sweep(ids, day=day, now=now)))  # noqa: B023 (called at once)
        changed = counts["raised"] + counts["closed"]
        if work != "nothing to do" and changed < flags:
            raise RuntimeError(f"the sweep changed {changed} flags, expected {flags}")
        goal = "< 200 ms" if work == "nothing to do" else "<= 3"
        rows.append(
            Measured(
                work=f"Sweep, {work}: {changed} flags, {patients} patients",
                median_ms=round(spent, 1),
                p95_ms=round(spent, 1),
                floor_ms=round(floors[2], 1),
                ratio=round(spent / floors[2], 2),
                goal=goal,
            )
        )
    return rows


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rebuild(clinic: Clinic, patients: int) -> str:
    """Patients a second of one process, forecasts of 400 days included."""
    spent = timed(lambda: rebuild_clinic(clinic))
    return (
        f"Rebuild of {patients} patients: {patients / spent * 1000:.0f} patients a second (goal: 150 or more)"
    )
