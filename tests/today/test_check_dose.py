"""The dose is judged as it is filled in; nothing is written."""

from django.test import Client

from patients.models import Clinic, Injection
from tests.factories import MONDAY, InjectionFactory
from tests.today.people import days, maintained, refreshed

TYPED = {"on": "2026-03-02", "at": "10:00", "drug": "hydroxocobalamin", "dose_ug": "1000", "route": "im"}


def said(client: Client, patient: object, **changed: str) -> str:
    answer = client.post(f"/patients/{patient.uid}/log/check/", TYPED | changed)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_dose_as_planned_says_only_the_next_date(as_nurse: Client, clinic: Clinic) -> None:
    words = said(as_nurse, maintained(clinic, due_on=MONDAY))
    assert "refusal" not in words
    assert "Mon 9 Mar 2026" in words
    assert not Injection.objects.filter(on=MONDAY).exists()


def test_a_second_dose_of_the_day_says_that_a_reason_will_be_asked(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    InjectionFactory(patient=patient, on=MONDAY)
    words = said(as_nurse, refreshed(patient))
    assert "Saving will ask for a reason" in words
    assert Injection.objects.filter(on=MONDAY).count() == 1


def test_an_early_dose_and_a_vein_are_mentioned(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY + days(5))
    assert "refusal" in said(as_nurse, patient)
    assert "vein" in said(as_nurse, maintained(clinic, due_on=MONDAY), route="iv").lower()


def test_a_date_in_the_future_is_said_at_once(as_nurse: Client, clinic: Clinic) -> None:
    assert "in the future" in said(as_nurse, maintained(clinic, due_on=MONDAY), on="2026-03-03")
