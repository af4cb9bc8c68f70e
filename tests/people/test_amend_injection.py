"""A detail of a dose is wrong: the row as it was is struck out, and a new one stands for it with all the rest."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from patients.actions.injections import Afterwards, dose_of
from patients.actions.records import ChangedMeanwhileError
from patients.models import Assessment, Batch, BloodDraw, Injection, Patient, Pregnancy
from schedules.actions.amend_injection import amend_injection
from schedules.actions.log_injection import NeedsReasonError, RefusedError
from schedules.actions.move_entry import Override
from schedules.actions.refresh import refresh_patients
from schedules.models import Booking
from tests.decisions.signing import on_maintenance
from tests.factories import AssessmentFactory, InjectionFactory
from tests.people.two_records import days
from tests.record.desk import TODAY, Desk, address, typed, words
from tests.today.people import batch, filled_in


@pytest.fixture
def patient(desk: Desk) -> Patient:
    return on_maintenance(desk, record_number="RS-1", given_name="Otto")


def given(desk: Desk, patient: Patient, on: dt.date = TODAY, **fields: Any) -> Injection:
    nurse = desk.users["nurse"]
    about = {"at": dt.time(9, 30), "site": "deltoid_left", "recorded_by": nurse, "given_by": nurse}
    found = InjectionFactory(patient=patient, on=on, **(about | fields))
    refresh_patients([patient.pk], cause="test")
    return found


def amended(desk: Desk, row: Injection, *, by: str = "nurse", **changes: Any) -> Injection:
    desk.look()
    asked: dict[str, Any] = {
        "after": Afterwards(row.reaction, row.note), "note": "Wrong arm", "override": Override(), "today": TODAY,
    }  # fmt: skip
    asked |= {name: changes.pop(name) for name in ("after", "note", "override") if name in changes}
    dose = dose_of(row)
    for name, value in changes.items():
        object.__setattr__(dose, name, value)
    about = {"patient": row.patient, "injection": row, "token": uuid.uuid4(), "by": desk.users[by]}
    return amend_injection(dose=dose, **about, **asked).injection


def page(patient: Patient, row: Injection) -> str:
    return address("amend_injection", patient, row.uid)


def sent(client: Client, patient: Patient, row: Injection, **changes: Any) -> HttpResponse:
    """The page as it is filled in, with these changes, saved."""
    shown = filled_in(client.get(page(patient, row)))
    return client.post(page(patient, row), shown | typed(why="Wrong arm") | changes)


def test_the_old_row_says_who_and_why_and_the_new_one_carries_the_rest(desk: Desk, patient: Patient) -> None:
    old = given(
        desk,
        patient,
        note="Sore",
        identity_checked=True,
        screening_yes=["bleeding"],
        screening_note="Apixaban",
    )
    due = desk.due(patient)
    new = amended(desk, old, by="physician", site="deltoid_right")
    old.refresh_from_db()
    physician, nurse = desk.users["physician"], desk.users["nurse"]
    assert (old.error_reason, old.error_by, old.error_note) == ("amended", physician, "Wrong arm")
    assert (new.amends, new.site, new.on, new.at, new.note) == (old, "deltoid_right", TODAY, old.at, "Sore")
    assert (new.given_by, new.recorded_by) == (nurse, physician)
    assert (new.identity_checked, new.screening_yes, new.screening_note) == (True, ["bleeding"], "Apixaban")
    assert desk.due(patient) == due  # Its own old row is no second dose of the day.
    assert "DUPLICATE_DOSE" not in new.codes
    call_command("rebuild_schedules", "--check")


def test_what_was_recorded_with_it_follows_onto_the_right_day_and_the_booking_stays(
    desk: Desk, patient: Patient
) -> None:
    old = given(desk, patient)
    own = {"clinic": desk.clinic, "patient": patient, "injection": old, "recorded_by": desk.users["nurse"]}
    BloodDraw.objects.create(**own, drawn_on=TODAY, drawn_at=old.at, contents=["b12"], before_dose=True)
    AssessmentFactory(**own, on=TODAY, at=old.at, gait_ataxia=2)
    Pregnancy.objects.create(**own, status="planning", from_date=TODAY - days(9))
    booking = Booking.objects.create(
        clinic=desk.clinic, patient=patient, on=TODAY + days(56), after_dose_on=TODAY
    )
    same_day = amended(desk, old, site="deltoid_right")
    assert Assessment.objects.get(patient=patient, injection=same_day).amends is None
    new = amended(desk, same_day, on=TODAY - days(3))
    assert BloodDraw.objects.valid().get(patient=patient).drawn_on == TODAY - days(3)
    found = Assessment.objects.valid().get(patient=patient, injection=new)
    assert (found.on, found.gait_ataxia, found.amends.error_reason) == (TODAY - days(3), 2, "amended")
    assert Pregnancy.objects.valid().get(patient=patient, injection=new).from_date == TODAY - days(9)
    assert desk.schedule(patient).last_dose_on == TODAY - days(3)
    booking.refresh_from_db()
    assert booking.after_dose_on == TODAY - days(3)
    call_command("rebuild_schedules", "--check")


def test_it_is_judged_like_a_new_dose(desk: Desk, patient: Patient) -> None:
    other, old = given(desk, patient, TODAY - days(7)), given(desk, patient)
    with pytest.raises(RefusedError):
        amended(desk, old, on=TODAY + days(1))
    with pytest.raises(NeedsReasonError, match="already recorded"):
        amended(desk, old, on=other.on)
    old.refresh_from_db()
    assert not old.entered_in_error
    new = amended(desk, old, on=other.on, override=Override("other", "Two were given."))
    assert (new.codes, new.override_note) == (["DUPLICATE_DOSE"], "Two were given.")
    again = amended(desk, new, on=TODAY, override=Override("other", "Two were given."))
    assert "DUPLICATE_DOSE" not in again.codes
    assert (again.override_reason, again.override_note) == ("", "")


def test_a_dose_is_corrected_once_and_what_was_not_given_not_at_all(desk: Desk, patient: Patient) -> None:
    old = given(desk, patient)
    amended(desk, old, site="deltoid_right")
    with pytest.raises(ChangedMeanwhileError):
        amended(desk, old, site="")
    assert Injection.objects.valid().filter(patient=patient, on=TODAY).count() == 1
    row = given(desk, patient, given=False, not_given_reason="declined")
    assert desk.nurse.get(page(patient, row)).status_code == 404


def test_the_page_is_filled_in_and_saving_it_corrects_just_what_was_changed(
    desk: Desk, patient: Patient
) -> None:
    vial = batch(desk.clinic, number="HX-1")
    old = given(
        desk, patient, batch_number="HX-9", dose_ug=Decimal("1000.00"), at=dt.time(9, 30, 12), note="a\nb"
    )
    shown = filled_in(desk.nurse.get(page(patient, old)))
    assert (shown["on"], shown["at"], shown["dose_ug"]) == ("2026-03-02", "09:30", "1000")
    assert (shown["batch"], shown["batch_number"], shown["note"]) == ("", "HX-9", "a\nb")
    unchanged = sent(desk.nurse, patient, old)
    assert unchanged.status_code == 422
    assert "Nothing is changed yet." in words(unchanged)
    answer = sent(desk.nurse, patient, old, batch=str(vial.pk), batch_number="")
    assert answer.status_code == 302
    desk.look()
    new = Injection.objects.get(amends=old)
    assert (new.batch, new.batch_number, new.at, new.note) == (vial, "HX-1", dt.time(9, 30, 12), "a\nb")
    read = words(desk.nurse.get(address("patient", patient)))
    assert "Corrected. The entry as it was stays visible." in read
    assert "corrects an earlier entry" in read
    assert "Corrected: see the new entry. Wrong arm" in read


def test_an_unknown_batch_of_an_old_dose_is_not_asked_about(desk: Desk, patient: Patient) -> None:
    old = given(desk, patient)
    assert sent(desk.nurse, patient, old, site="deltoid_right").status_code == 302


def test_a_batch_of_that_day_stays_choosable_after_it_expired(desk: Desk, patient: Patient) -> None:
    vial = batch(desk.clinic, number="HX-1")
    old = given(desk, patient, TODAY - days(7), batch=vial)
    Batch.objects.filter(pk=vial.pk).update(expires_on=TODAY - days(1))
    assert sent(desk.nurse, patient, old, site="deltoid_right").status_code == 302
    desk.look()
    assert Injection.objects.get(amends=old).batch == vial


def test_sent_twice_it_is_corrected_once(desk: Desk, patient: Patient) -> None:
    old = given(desk, patient)
    form = filled_in(desk.nurse.get(page(patient, old))) | typed(why="Wrong arm", site="deltoid_right")
    answers = [desk.nurse.post(page(patient, old), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    desk.look()
    assert Injection.objects.filter(patient=patient, on=TODAY).count() == 2


def test_given_elsewhere_after_all_says_who_said_so(desk: Desk, patient: Patient) -> None:
    old = given(desk, patient)
    assert "Say who said so." in words(sent(desk.nurse, patient, old, place="elsewhere"))
    assert sent(desk.nurse, patient, old, place="elsewhere", place_source="a letter").status_code == 302
    desk.look()
    new = Injection.objects.get(amends=old)
    assert (new.place, new.place_source, new.given_by) == ("elsewhere", "a letter", None)


def test_anothers_dose_is_a_physicians_to_correct(desk: Desk, patient: Patient) -> None:
    row = given(desk, patient, recorded_by=desk.users["physician"])
    assert desk.nurse.get(page(patient, row)).status_code == 403
    assert desk.nurse.post(page(patient, row), typed(why="x")).status_code == 403
    assert desk.physician.get(page(patient, row)).status_code == 200
