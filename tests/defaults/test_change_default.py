"""A clinic's default changes only after its effect was shown, with a physician's agreement, as a new version."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Clinic, ClinicDefaults
from patients.scope import clinic_scope
from schedules.actions.defaults import UnchangedError, change_default, effect_of
from schedules.actions.rebuild import rebuild_wanted_clinics
from schedules.actions.refresh import refresh_patients
from schedules.facts import defaults_from
from schedules.models import Flag, JobRun, OpenEvent
from tests.factories import ClinicFactory, DecisionFactory, InjectionFactory, PatientFactory, member

pytestmark = pytest.mark.django_db


def clinic_with_a_late_dose(days_late: int) -> Clinic:
    """One patient, prevention every month, whose dose was due `days_late` days ago."""
    clinic = ClinicFactory(open_weekdays=[0, 1, 2, 3, 4, 5, 6])
    with clinic_scope([clinic.pk]):
        patient = PatientFactory(clinic=clinic)
        start = clinic.today() - dt.timedelta(days_late)
        DecisionFactory(patient=patient, kind="start_prophylaxis", on=start)
        refresh_patients([patient.pk], cause="test")
    return clinic


def missed(clinic: Clinic) -> bool:
    with clinic_scope([clinic.pk]):
        return Flag.objects.filter(code="MISSED_INJECTION", cleared_on__isnull=True).exists()


def test_the_effect_is_counted_and_nothing_is_written() -> None:
    clinic = clinic_with_a_late_dose(5)
    InjectionFactory.reset_sequence()
    with clinic_scope([clinic.pk]):
        effect = effect_of(clinic, defaults_from({"d12_1mo_days": "3"}))
    assert (effect.patients, effect.calendars, effect.flags) == (1, 1, 1)
    assert not missed(clinic)
    assert not ClinicDefaults.objects.exists()


def page(name: str = "d12_1mo_days") -> str:
    return reverse("change_clinic_default", args=[name])


def test_shown_first_then_kept_then_rebuilt(client: Client) -> None:
    clinic = clinic_with_a_late_dose(5)
    manager, physician = member(clinic, "manager"), member(clinic, "physician")
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {
        "token": "7a0c7c0e-4f0e-4b39-a6b7-111111111111",
        "value": "3",
        "agreed_by": physician.pk,
        "reason": "Short of chairs: we phone sooner.",
    }
    shown = client.post(page(), typed)
    assert "Of 1 patients, the calendar of <b>1</b> and the flags of <b>1</b>" in shown.content.decode()
    assert not ClinicDefaults.objects.exists()

    kept = client.post(page(), typed | {"confirm": "1"})
    assert kept.status_code == 302
    version = ClinicDefaults.objects.get()
    assert (version.values, version.agreed_by, version.changed_by) == (
        {"d12_1mo_days": "3"},
        physician,
        manager,
    )
    assert JobRun.objects.get(job="rebuild").finished_at is None

    rebuild_wanted_clinics()
    assert missed(clinic)
    assert JobRun.objects.get(job="rebuild").finished_at is not None


@pytest.mark.parametrize(
    ("value", "says"),
    [("x", "Not a number"), ("-1", "above 0"), ("0", "above 0"), ("2.5", "whole number"), ("", "required")],
)
def test_bad_numbers_are_said_at_the_field(client: Client, value: str, says: str) -> None:
    clinic = clinic_with_a_late_dose(5)
    client.force_login(
        member(clinic, "manager"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = client.post(page(), {"value": value, "reason": "Because", "confirm": "1"})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ClinicDefaults.objects.exists()


def test_the_same_value_again_is_no_version() -> None:
    clinic = clinic_with_a_late_dose(5)
    by = member(clinic, "manager")
    with pytest.raises(UnchangedError):
        change_default(clinic=clinic, name="d12_1mo_days", value="7", reason="-", agreed_by=by, by=by)


def test_another_clinic_keeps_its_own() -> None:
    clinic, other = clinic_with_a_late_dose(5), clinic_with_a_late_dose(5)
    by = member(clinic, "manager")
    change_default(clinic=clinic, name="d12_1mo_days", value="3", reason="-", agreed_by=by, by=by)
    for each in (clinic, other):
        with clinic_scope([each.pk]):
            refresh_patients(list(OpenEvent.objects.values_list("patient", flat=True)), cause="test")
    assert missed(clinic)
    assert not missed(other)
