"""Batches: what is offered, remembered, typed with a reason, or scanned from the vial."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import Clinic, Injection
from tests.factories import MONDAY
from tests.today.people import NOW, batch, days, filled_in, log, maintained


def test_expired_and_withdrawn_batches_are_not_offered_and_typed_only_with_a_reason(
    as_nurse: Client, clinic: Clinic
) -> None:
    batch(clinic, "OLD1", expires_on=MONDAY - days(1))
    batch(clinic, "BAD2", withdrawn_at=NOW, withdrawn_reason="Glass in the vial")
    patient = maintained(clinic, due_on=MONDAY)
    page = as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert "OLD1" not in page
    assert "BAD2" not in page
    assert "Glass in the vial" in log(as_nurse, patient, batch_number="bad2").content.decode()
    assert "had expired" in log(as_nurse, patient, batch_number="OLD1").content.decode()
    saved = log(as_nurse, patient, batch_number="OLD1", batch_reason="Read from the vial afterwards")
    assert saved.status_code == 302
    injection = Injection.objects.get(patient=patient, on=MONDAY)
    assert injection.batch.number == "OLD1"
    assert injection.batch_reason == "Read from the vial afterwards"


def test_todays_batch_is_remembered_until_midnight(
    as_nurse: Client, clinic: Clinic, clock: time_machine.Traveller
) -> None:
    batch(clinic, "FIRST", expires_on=dt.date(2027, 1, 1))
    second = batch(clinic, "SECOND", expires_on=dt.date(2028, 1, 1))
    one, other = maintained(clinic, due_on=MONDAY), maintained(clinic, due_on=MONDAY)
    log(as_nurse, one, batch=str(second.pk))
    page = as_nurse.get(f"/patients/{other.uid}/log/")
    assert filled_in(page)["batch"] == str(second.pk)
    assert "today&#x27;s vial" in page.content.decode() or "today's vial" in page.content.decode()
    clock.move_to(NOW + days(1))
    assert "today's vial" not in as_nurse.get(f"/patients/{other.uid}/log/").content.decode()


SCAN = "010761234567890017270831" + "10H4471B"


def test_a_scanned_vial_chooses_its_batch(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic, "OTHER", expires_on=dt.date(2026, 12, 1))
    wanted = batch(clinic, "H4471B")
    patient = maintained(clinic, due_on=MONDAY)
    part = as_nurse.get(f"/patients/{patient.uid}/log/vial/", {"scan": SCAN})
    assert filled_in(part)["batch"] == str(wanted.pk)
    assert "(scanned)" in part.content.decode()
    assert log(as_nurse, patient, scan=SCAN).status_code == 302  # Without script it comes with the form.
    assert Injection.objects.get(patient=patient, on=MONDAY).batch == wanted


@pytest.mark.parametrize(
    ("scan", "fields", "words"),
    [
        ("01076123456789001727083110NEW9", {}, "not on the clinic&#x27;s list"),
        ("01076123456789001725083110NEW9", {}, "It has expired."),
        (SCAN, {"withdrawn_at": NOW, "withdrawn_reason": "Glass in the vial"}, "Glass in the vial"),
        ("what is this", {}, "This is no barcode of a vial"),
        ("0107612345678900", {}, "This is no barcode of a vial"),
    ],
)
def test_a_vial_that_is_not_right_is_said(
    as_nurse: Client, clinic: Clinic, scan: str, fields: dict[str, Any], words: str
) -> None:
    batch(clinic, "H4471B", **fields)
    patient = maintained(clinic, due_on=MONDAY)
    part = as_nurse.get(f"/patients/{patient.uid}/log/vial/", {"scan": scan}).content.decode()
    assert words in part


def test_a_vial_of_another_drug_is_said(as_nurse: Client, clinic: Clinic) -> None:
    other = batch(clinic, "H4471B")
    type(other.product).objects.filter(pk=other.product_id).update(drug="cyanocobalamin")
    patient = maintained(clinic, due_on=MONDAY)
    part = as_nurse.get(f"/patients/{patient.uid}/log/vial/", {"scan": SCAN}).content.decode()
    assert "This vial holds Cyanocobalamin; Hydroxocobalamin is planned." in part
