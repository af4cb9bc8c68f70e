"""The demonstration shows everything, is the same each time, and never enters a database that is in use."""

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from pytest_django import Settings

from patients.models import Assessment, Batch, Cause, Clinic, Injection, LabResult, Patient
from patients.scope import clinic_scope
from patients.vocabulary import CauseKind, Interval, Phase, Protocol
from schedules.actions.rebuild import differences
from schedules.demo import harbour, load, riverside
from schedules.demo.walk import live
from schedules.models import Booking, Decision, Flag, Message, Order, PatientSchedule
from schedules.rules.facts import Clinic as OpenDays
from schedules.rules.flags import TABLE

TODAY = dt.date(2026, 11, 24)
ANY_DAYS = [
    dt.date(2028, 2, 29),
    dt.date(2026, 12, 31),
    pytest.param(dt.date(2027, 1, 1), marks=pytest.mark.slow),
    pytest.param(dt.date(2027, 3, 28), marks=pytest.mark.slow),  # a Sunday, and the clocks change
    pytest.param(dt.date(2027, 5, 31), marks=pytest.mark.slow),
]


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path) -> None:
    settings.EMBEDDED = True
    settings.VAR_DIR = tmp_path


@contextmanager
def every_clinic() -> Iterator[None]:
    with clinic_scope(Clinic.objects.values_list("pk", flat=True)):
        yield


def rows_of(model: Any, *fields: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*fields), key=str)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """What was loaded, without numbers and passwords."""
    number = "patient__record_number"
    with every_clinic():
        return {
            "patients": rows_of(Patient, "uid", "record_number", "family_name", "email", "created_at"),
            "injections": rows_of(
                Injection, number, "on", "at", "site", "batch_number", "recorded_at", "error_note"
            ),
            "results": rows_of(LabResult, number, "drawn_on", "analyte", "value_text", "unit", "recorded_at"),
            "assessments": rows_of(Assessment, number, "on", "peripheral_neuropathy", "note"),
            "decisions": rows_of(Decision, number, "on", "kind", "interval", "overrides"),
            "orders": rows_of(Order, number, "from_date", "ended_on", "regimen"),
            "flags": rows_of(Flag, number, "code", "raised_on", "cleared_on", "reason"),
            "bookings": rows_of(Booking, number, "on", "at"),
            "messages": rows_of(Message, number, "kind", "announced_on", "step", "state", "why"),
        }


@pytest.mark.django_db
def test_everything_is_among_them() -> None:
    load.load(today=TODAY)
    with every_clinic():
        standing = set(Flag.objects.filter(cleared_on__isnull=True).values_list("code", flat=True))
        assert {row.code for row in TABLE} - standing == set()
        schedules = PatientSchedule.objects.values_list("phase", "protocol", "interval")
        assert {phase for phase, _, _ in schedules} == set(Phase)
        assert {protocol for _, protocol, _ in schedules} - {""} == set(Protocol)
        assert {interval for _, _, interval in schedules} - {""} == set(Interval)
        assert set(Cause.objects.values_list("kind", flat=True)) == set(CauseKind)
        assert {"sent", "failed", "bounced"} <= set(Message.objects.values_list("state", flat=True))
        assert Patient.objects.filter(given_name="Ruth", family_name="Calloway").exists()
        assert Batch.objects.filter(withdrawn_at__isnull=False).exists()
        assert Batch.objects.filter(expires_on__lt=TODAY).exists()
        assert Injection.objects.filter(error_at__isnull=False).exists()
        assert Decision.objects.exclude(overrides=[]).exists()
        assert Booking.objects.filter(on=TODAY).count() >= 7


@pytest.mark.django_db
def test_the_stored_calendar_is_what_the_rules_say() -> None:
    load.load(today=TODAY)
    for clinic in Clinic.objects.all():
        assert list(differences(clinic, as_of=TODAY)) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_two_loads_give_the_same_rows() -> None:
    with transaction.atomic():
        load.load(today=TODAY)
        first = everything()
        transaction.set_rollback(True)
    load.load(today=TODAY)
    second = everything()
    assert first == second
    assert all(first.values())


@pytest.mark.parametrize("today", ANY_DAYS, ids=str)
def test_any_day_shows_every_flag(today: dt.date) -> None:
    codes = set()
    for stories, weekdays in ((riverside.STORIES, range(5)), (harbour.STORIES, range(6))):
        for story in stories:
            life = live(story, today=today, clinic=OpenDays(frozenset(weekdays)), molar=True)
            codes |= {finding.code for finding in life.answer().findings}
            assert all(dose.on <= today for dose in life.injections)
            assert all(lab.drawn_on <= today for lab in life.labs)
    assert {row.code for row in TABLE} - codes == set()


def test_it_refuses_where_people_may_be_real(settings: Settings) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="may hold real people"):
        call_command("load_demo")


@pytest.mark.django_db
def test_it_leaves_a_database_in_use_alone(embedded: None) -> None:
    Clinic.objects.create(name="Ours")
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "not empty" in out.getvalue()
    assert list(Clinic.objects.values_list("name", flat=True)) == ["Ours"]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_fresh_begins_again(embedded: None, tmp_path: Path) -> None:
    call_command("load_demo", today=TODAY, stdout=io.StringIO())
    log_ins = (tmp_path / "demo_logins.txt").read_text()
    assert "nurse@demo.example" in log_ins
    again = io.StringIO()
    call_command("load_demo", today=TODAY, stdout=again)
    assert "already there" in again.getvalue()
    call_command("load_demo", fresh=True, today=TODAY + dt.timedelta(1), stdout=io.StringIO())
    with every_clinic():
        assert PatientSchedule.objects.order_by("-evaluated_on")[0].evaluated_on == TODAY + dt.timedelta(1)
        assert Patient.objects.count() == len(riverside.STORIES) + len(harbour.STORIES)
    connections["owner"].close()
