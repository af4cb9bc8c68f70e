"""Batches: what is offered, remembered, typed with a reason, or scanned from the vial."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import Clinic, Injection
from tests.factories import MONDAY, InjectionFactory, PatientFactory
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


def used(clinic: Clinic, number: str, **fields: Any) -> Any:
    """A batch of which a dose was given yesterday."""
    found = batch(clinic, number, **fields)
    InjectionFactory(patient=PatientFactory(clinic=clinic), on=MONDAY - days(1), batch=found)
    return found


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"withdrawn_at": NOW, "withdrawn_reason": "Glass in the vial"},
            "H4471B was withdrawn on Mon 2 Mar 2026 (Glass in the vial). Take it off the shelf.",
        ),
        ({"expires_on": MONDAY - days(1)}, "H4471B expired on Sun 1 Mar 2026. Take it off the shelf."),
    ],
)
@pytest.mark.parametrize("remembered", [True, False])
def test_no_other_batch_takes_the_place_of_one_that_must_not_be_given(
    as_nurse: Client, clinic: Clinic, fields: dict[str, Any], words: str, remembered: bool
) -> None:
    opened, other = used(clinic, "H4471B"), batch(clinic, "H4502A")
    one, patient = maintained(clinic, due_on=MONDAY), maintained(clinic, due_on=MONDAY)
    if remembered:
        log(as_nurse, one)
    type(opened).objects.filter(pk=opened.pk).update(**fields)
    page = as_nurse.get(f"/patients/{patient.uid}/log/")
    assert words in page.content.decode()
    assert "as last used here" not in page.content.decode()
    assert "batch" not in filled_in(page)
    unsaved = log(as_nurse, patient)
    assert unsaved.status_code == 422
    assert "Choose the batch or scan the vial." in unsaved.content.decode()
    assert log(as_nurse, patient, batch=str(other.pk)).status_code == 302
    assert Injection.objects.get(patient=patient, on=MONDAY).batch == other
    after = as_nurse.get(f"/patients/{maintained(clinic, due_on=MONDAY).uid}/log/")
    assert filled_in(after)["batch"] == str(other.pk)
    assert "Take it off the shelf" not in after.content.decode()


def test_a_batch_withdrawn_while_the_form_is_open_is_not_saved(as_nurse: Client, clinic: Clinic) -> None:
    opened, _other = used(clinic, "H4471B"), batch(clinic, "H4502A")
    patient = maintained(clinic, due_on=MONDAY)
    withdrawn = {"withdrawn_at": NOW, "withdrawn_reason": "Glass in the vial"}
    type(opened).objects.filter(pk=opened.pk).update(**withdrawn)
    unsaved = log(as_nurse, patient, batch=str(opened.pk))
    assert unsaved.status_code == 422
    assert "This batch is not offered any more." in unsaved.content.decode()


def test_what_is_filled_in_says_why(as_nurse: Client, clinic: Clinic) -> None:
    only = batch(clinic, "ONLY")
    address = f"/patients/{maintained(clinic, due_on=MONDAY).uid}/log/"
    page = as_nurse.get(address)
    assert filled_in(page)["batch"] == str(only.pk)
    assert "the only one on the shelf: check the vial" in page.content.decode()
    batch(clinic, "OTHER")
    page = as_nurse.get(address)
    assert "Which batch?" in page.content.decode()
    assert "batch" not in filled_in(page)
    last = used(clinic, "LAST")
    page = as_nurse.get(address)
    assert filled_in(page)["batch"] == str(last.pk)
    assert "as last used here: check the vial" in page.content.decode()


def test_today_says_which_batch_to_take_off_the_shelf(
    as_nurse: Client, as_coordinator: Client, clinic: Clinic
) -> None:
    withdrawn = {"withdrawn_at": NOW, "withdrawn_reason": "Glass in the vial"}
    opened = used(clinic, "H4471B", **withdrawn)
    batch(clinic, "NEVER", **withdrawn)
    words = "was withdrawn: take it off the shelf"
    page = as_nurse.get("/").content.decode()
    assert f'<a href="/batches/{opened.pk}/">Batch H4471B {words}</a>' in page
    assert "NEVER" not in page
    assert words not in as_coordinator.get("/").content.decode()
    Injection.objects.filter(batch=opened).update(on=MONDAY - days(15))
    assert words not in as_nurse.get("/").content.decode()


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
        ("NEW9", {}, "not on the clinic&#x27;s list"),
        ("h 4471-b", {"withdrawn_at": NOW, "withdrawn_reason": "Glass in the vial"}, "Glass in the vial"),
        ("what is this", {}, "This is neither the barcode"),
        ("0107612345678900", {}, "This is neither the barcode"),
        ("7612345678900", {}, "This is neither the barcode"),
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


def test_a_plain_number_in_the_barcode_field_is_a_batch_number(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic, "OTHER", expires_on=dt.date(2026, 12, 1))
    wanted = batch(clinic, "H4471B")
    one, other = maintained(clinic, due_on=MONDAY), maintained(clinic, due_on=MONDAY)
    part = as_nurse.get(f"/patients/{one.uid}/log/vial/", {"scan": "h4471-b"})
    assert f'name="batch" value="{wanted.pk}" checked' in part.content.decode()
    part = as_nurse.get(f"/patients/{one.uid}/log/vial/", {"scan": "NEW9"})
    assert filled_in(part)["batch_number"] == "NEW9"
    log(as_nurse, one, scan="h4471-b")
    assert Injection.objects.get(patient=one, on=MONDAY).batch == wanted
    log(as_nurse, other, scan="NEW9")
    assert Injection.objects.get(patient=other, on=MONDAY).batch_number == "NEW9"
