"""The stored calendar says what the rules say: for every case, at every write, and night after night."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.rebuild import differences
from schedules.actions.refresh import refresh_patients
from schedules.actions.sweep import sweep, sweep_due_clinics
from schedules.facts import facts_for
from schedules.models import Flag, JobRun, OpenEvent, PatientSchedule
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Facts
from tests.schedules.case_rows import clinic_of, day, patient_of

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def load(path: Path) -> dict:
    return json.loads(path.read_text())


def stored(case: dict) -> Patient:
    """The case as rows of a clinic of its own, evaluated on the case's day."""
    clinic = clinic_of(case)
    with clinic_scope([clinic.pk]):
        patient = patient_of(case, clinic)
        refresh_patients([patient.pk], cause="test", as_of=day(case["as_of"]))
    return patient


def active(patient: Patient) -> set[tuple[str, str, str]]:
    rows = Flag.objects.filter(patient=patient, cleared_on__isnull=True, resolved_at__isnull=True)
    return set(rows.values_list("code", "severity", "reason"))


def said(facts: Facts, on: dt.date) -> set[tuple[str, str, str]]:
    found = evaluate(facts, as_of=on, horizon_days=0).findings
    return {(f.code, f.severity.value, f.reason) for f in found}


@pytest.mark.django_db
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_in_the_database_gives_what_the_case_expects(path: Path) -> None:
    case = load(path)
    patient, expected = stored(case), case["expect"]
    with clinic_scope([patient.clinic_id]):
        schedule = PatientSchedule.objects.get(patient=patient)
        if "flag_codes" in expected:
            assert sorted(code for code, _, _ in active(patient)) == expected["flag_codes"]
        for key in {"phase", "protocol", "interval", "doses_in_phase", "stability_counter"} & set(expected):
            assert (getattr(schedule, key) or None) == (expected[key] or None)
        if "checks_due" in expected:
            checks = OpenEvent.objects.filter(patient=patient, kind="check").order_by("due_on")
            assert [str(due) for due in checks.values_list("due_on", flat=True)] == expected["checks_due"]
    assert list(differences(patient.clinic, as_of=day(case["as_of"]))) == []


def nights(path: Path, days: int, step: int = 1) -> None:
    case = load(path)
    patient, start = stored(case), day(case["as_of"])
    with clinic_scope([patient.clinic_id]):
        facts = facts_for([patient])[patient.pk]
    for number in range(1, days + 1, step):
        today = start + dt.timedelta(number)
        sweep([patient.clinic_id], day=today, now=NOW)
        with clinic_scope([patient.clinic_id]):
            assert active(patient) == said(facts, today), f"on {today}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alt-to-maintenance", "annual", "take-over", "tiw-plan", "egfr-unknown"])
def test_the_sweep_gives_what_evaluate_gives_every_day_of_two_months(name: str) -> None:
    nights(next(path for path in CASES if path.stem == name), days=60)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_sweep_gives_what_evaluate_gives_every_day_of_two_years(path: Path) -> None:
    nights(path, days=731)


@pytest.mark.django_db
@pytest.mark.parametrize("path", CASES[::6], ids=lambda path: path.stem)
def test_a_sweep_after_days_without_one_gives_the_same(path: Path) -> None:
    nights(path, days=731, step=23)


def a_clinic_with_a_coming_miss() -> tuple[Clinic, Patient]:
    """Three times weekly since Monday 2 March 2026, first dose that day; the next is due on the 4th."""
    case = {
        "id": "coming-miss",
        "as_of": "2026-03-02",
        "plan": [{"on": "2026-03-02", "decision": "start_treatment", "protocol": "three_times_weekly"}],
        "injections": [{"on": "2026-03-02"}],
        "assessments": [{"on": "2026-03-02", "scores": dict.fromkeys(
            ["peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual"], 0)}],
    }  # fmt: skip
    patient = stored(case)
    return patient.clinic, patient


@pytest.mark.django_db
def test_sweeping_twice_raises_each_flag_once() -> None:
    clinic, patient = a_clinic_with_a_coming_miss()
    missed_on = dt.date(2026, 3, 6)
    first = sweep([clinic.pk], day=missed_on, now=NOW)
    second = sweep([clinic.pk], day=missed_on, now=NOW)
    assert (first["raised"], second["raised"]) == (1, 0)
    with clinic_scope([clinic.pk]):
        assert list(Flag.objects.values_list("code", "raised_on")) == [("MISSED_INJECTION", missed_on)]


@pytest.mark.django_db
def test_each_clinic_is_swept_at_its_own_morning_and_once_a_day() -> None:
    clinic, _ = a_clinic_with_a_coming_miss()
    Clinic.objects.filter(pk=clinic.pk).update(time_zone="Pacific/Auckland")
    auckland_1am = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)  # 01:00 on the 6th in Auckland (UTC+13)
    assert dt.date(2026, 3, 6) not in sweep_due_clinics(now=auckland_1am)
    assert sweep_due_clinics(now=auckland_1am + dt.timedelta(hours=2))[dt.date(2026, 3, 6)]["raised"] == 1
    assert sweep_due_clinics(now=auckland_1am + dt.timedelta(hours=4)) == {}
    assert JobRun.objects.get(clinic=clinic, job="sweep").ran_for == dt.date(2026, 3, 6)


@pytest.mark.django_db
def test_a_resolved_flag_stays_resolved_until_its_condition_has_been_false() -> None:
    clinic, patient = a_clinic_with_a_coming_miss()
    sweep([clinic.pk], day=dt.date(2026, 3, 6), now=NOW)
    with clinic_scope([clinic.pk]):
        Flag.objects.update(resolved_at=NOW, resolve_reason="Seen")
        refresh_patients([patient.pk], cause="test", as_of=dt.date(2026, 3, 7))
        assert active(patient) == set()
        assert Flag.objects.filter(code="MISSED_INJECTION").count() == 1


@pytest.mark.django_db
def test_the_check_finds_a_read_model_that_is_wrong() -> None:
    clinic, patient = a_clinic_with_a_coming_miss()
    with clinic_scope([clinic.pk]):
        OpenEvent.objects.filter(patient=patient, kind="injection").update(due_on=dt.date(2030, 1, 1))
    with pytest.raises(SystemExit) as stopped:
        call_command("rebuild_schedules", "--check")
    assert stopped.value.code == 1


@pytest.mark.django_db
def test_rebuilding_mends_it() -> None:
    clinic, patient = a_clinic_with_a_coming_miss()
    with clinic_scope([clinic.pk]):
        OpenEvent.objects.all().delete()
    call_command("rebuild_schedules")
    assert list(differences(clinic)) == []
