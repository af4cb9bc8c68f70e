"""Registering a patient, and keeping name, contact and consent."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from patients.models import ClinicRole, Patient, PatientIdentifier
from schedules.actions.refresh import refresh_patients
from schedules.models import Decision
from tests.record.desk import TODAY, Desk, address, signed_in, typed, words

NEW = {
    "given_name": "Ada",
    "family_name": "Lindqvist",
    "birth_date": "1950-07-01",
    "sex": "female",
    "record_number": "RS-1",
    "email": "",
    "phone": "",
    "consent": "",
}


def register(browser: Client, **fields: Any) -> Any:
    return browser.post(address("register_patient"), typed(**(NEW | fields)))


def registered(desk: Desk) -> list[Patient]:
    desk.look()
    return list(Patient.objects.filter(clinic=desk.clinic).order_by("pk"))


def test_a_registered_patient_opens_and_has_an_empty_calendar(desk: Desk) -> None:
    answer = register(desk.coordinator)
    [patient] = registered(desk)
    assert (answer.status_code, answer.url) == (302, address("patient", patient))
    assert desk.schedule(patient).phase == "not_started"
    assert patient.created_by == desk.users["coordinator"]


def test_consent_is_no_until_somebody_asked(desk: Desk) -> None:
    register(desk.coordinator, email="ada@mail.example", consent=None)
    [patient] = registered(desk)
    assert (patient.email_consent, patient.email_consent_at, patient.can_be_mailed) == (False, None, False)


def test_consent_says_who_asked_and_when(desk: Desk) -> None:
    register(desk.coordinator, email="ada@mail.example", consent="yes")
    [patient] = registered(desk)
    assert patient.can_be_mailed
    assert patient.email_consent_by == desk.users["coordinator"]
    assert patient.email_consent_at.date() == TODAY


def test_consent_without_an_address_is_asked_back(desk: Desk) -> None:
    answer = register(desk.coordinator, consent="yes")
    assert answer.status_code == 422
    assert "Needed for reminders by e-mail" in words(answer)
    assert registered(desk) == []


def test_the_same_form_twice_registers_once_and_opens_the_same_patient(desk: Desk) -> None:
    token = uuid.uuid4()
    first, second = (register(desk.coordinator, token=token) for _ in range(2))
    [patient] = registered(desk)
    assert first.url == second.url == address("patient", patient)


def test_a_token_of_somebody_else_opens_nothing_of_theirs(desk: Desk) -> None:
    token = uuid.uuid4()
    register(desk.coordinator, token=token)
    answer = register(desk.nurse, token=token, record_number="RS-2", given_name="Bo", birth_date="1951-01-01")
    assert answer.status_code == 400
    assert len(registered(desk)) == 1


@pytest.mark.parametrize(
    ("given", "family"),
    [("Ada", "Lindqvist"), ("ADA", "LINDQVIST"), ("Ada", "Lindquist"), ("Lindqvist", "Ada")],
)
def test_a_like_name_born_the_same_day_is_asked_about_first(desk: Desk, given: str, family: str) -> None:
    other = desk.patient(given_name="Ada", family_name="Lindqvist", birth_date=dt.date(1950, 7, 1))
    answer = register(desk.coordinator, given_name=given, family_name=family)
    assert "Is this the same person?" in words(answer)
    assert other.record_number in words(answer)
    assert registered(desk) == [other]
    register(desk.coordinator, given_name=given, family_name=family, someone_else="on")
    assert len(registered(desk)) == 2


@pytest.mark.parametrize(
    "fields", [{"birth_date": "1950-07-02"}, {"given_name": "Otto", "family_name": "Brandt"}]
)
def test_another_birth_date_or_name_is_somebody_else(desk: Desk, fields: dict[str, str]) -> None:
    desk.patient(given_name="Ada", family_name="Lindqvist", birth_date=dt.date(1950, 7, 1))
    assert register(desk.coordinator, **fields).status_code == 302


def test_a_number_that_is_another_patients_identifier_is_asked_about(desk: Desk) -> None:
    other = desk.patient()
    PatientIdentifier.objects.create(
        clinic=desk.clinic, patient=other, system="national", value="943 476 5919"
    )
    assert "Is this the same person?" in words(register(desk.coordinator, record_number="943 476 5919"))


def numbered(patient: Patient, kind: str, number: str) -> PatientIdentifier:
    return PatientIdentifier.objects.create(clinic=patient.clinic, patient=patient, system=kind, value=number)


NHS = {"kind_0": "NHS number", "number_0": "943 476 5919"}


def test_further_numbers_are_kept_shown_and_found(desk: Desk) -> None:
    register(desk.coordinator, **NHS, kind_1="Laboratory", number_1="L-77")
    [patient] = registered(desk)
    rows = PatientIdentifier.objects.filter(patient=patient).values_list("system", "value")
    assert set(rows) == {("NHS number", "943 476 5919"), ("Laboratory", "L-77")}
    assert "NHS number 943 476 5919" in words(desk.nurse.get(address("patient", patient)))
    found = desk.nurse.get(address("patient_search"), {"q": "9434765919"}).context["rows"]
    assert [row.patient for row in found] == [patient]


@pytest.mark.parametrize("typed_number", ["943 476 5919", "9434765919", "943-476-5919"])
def test_a_number_of_the_same_kind_is_refused_with_the_way_to_its_patient(
    desk: Desk, typed_number: str
) -> None:
    other = desk.patient(given_name="Otto")
    numbered(other, "nhs number", "943 476 5919")
    answer = register(desk.coordinator, **(NHS | {"number_0": typed_number}))
    assert answer.status_code == 422
    assert "Otto" in words(answer)
    assert f'href="{address("patient", other)}"' in answer.content.decode()
    assert registered(desk) == [other]


@pytest.mark.parametrize(
    ("record", "further"),
    [("RS-2", ("Hospital", "x")), ("RS-3", ("Hospital", "rs 2")), ("RS-3", ("NHS", "X-9"))],
)
def test_a_number_equal_to_any_of_another_patient_is_asked_about(
    desk: Desk, record: str, further: tuple[str, str]
) -> None:
    """Record numbers and further numbers are compared with both, whatever blanks, dashes and case."""
    other = desk.patient(
        given_name="Otto", record_number="RS-2" if record != "RS-2" else "RS-9", phone="020 7946 0417"
    )
    numbered(other, "Laboratory", "x9")
    numbered(other, "Earlier", "rs2")
    answer = register(desk.coordinator, record_number=record, kind_0=further[0], number_0=further[1])
    said = words(answer)
    assert "Is this the same person?" in said
    assert "phone ends in 417" in said
    assert "Born 3 Mar 1961" in said
    assert register(
        desk.coordinator, record_number=record, kind_0=further[0], number_0=further[1], someone_else="on"
    ).status_code == 302  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind_0": "", "number_0": "1"}, "Which kind of number is this?"),
        ({"kind_0": "NHS", "number_0": ""}, "Type the number, or empty both fields"),
        ({"kind_0": "NHS", "number_0": "--"}, "A number has digits or letters"),
        ({"kind_0": "earlier record number", "number_0": "1"}, "kept for merged records"),
        ({**NHS, "kind_1": "nhs NUMBER", "number_1": "9434765919"}, "in another line already"),
        ({"kind_0": "N" * 81, "number_0": "1"}, "at most 80 characters"),
    ],
)
def test_what_a_further_number_lacks_is_said_at_its_field(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    answer = register(desk.coordinator, **fields)
    assert answer.status_code == 422
    assert said in words(answer)
    assert b'<details class="mb-3" open>' in answer.content
    assert registered(desk) == []


def test_whoever_may_be_the_same_person_is_shown_with_the_state_of_the_record(desk: Desk) -> None:
    same = {"given_name": "Ada", "family_name": "Lindqvist", "birth_date": dt.date(1950, 7, 1)}
    kept, merged = desk.patient(**same), desk.patient(**same)
    closed = desk.patient(**same)
    Decision.objects.create(clinic=desk.clinic, patient=closed, kind="close", on=TODAY, reason="died")
    refresh_patients([kept.pk, closed.pk], cause="test")
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept)
    said = words(register(desk.coordinator))
    assert f"Merged into {kept.record_number}" in said
    assert "Record closed" in said


def test_a_like_person_of_another_clinic_is_not_told(desk: Desk) -> None:
    Desk().patient(given_name="Ada", family_name="Lindqvist", birth_date=dt.date(1950, 7, 1))
    assert register(desk.coordinator).status_code == 302


def test_a_record_number_is_given_once_whatever_its_case(desk: Desk) -> None:
    desk.patient(record_number="rs-1", given_name="Otto")
    answer = register(desk.coordinator, record_number=" RS-1 ")
    assert answer.status_code == 422
    assert "Otto" in words(answer)
    assert len(registered(desk)) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("birth_date", "2026-03-03", "This date is in the future"),
        ("birth_date", "1900-12-31", "More than 125 years ago"),
        ("birth_date", "2023-02-29", "Enter a valid date"),
        ("given_name", "   ", "This field is required"),
        ("record_number", " ", "This field is required"),
        ("email", "ada@", "valid email"),
        ("sex", "x", "valid choice"),
        ("family_name", "L\x00", "Null characters"),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_kept(desk: Desk, field: str, value: str, said: str) -> None:
    answer = register(desk.coordinator, **{"phone": "020 7946 0999", field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert b"020 7946 0999" in answer.content
    assert registered(desk) == []


def test_born_today_and_the_longest_names_are_registered(desk: Desk) -> None:
    register(desk.coordinator, birth_date=TODAY.isoformat(), given_name="ß" * 80, family_name="ŉ" * 80)
    [patient] = registered(desk)
    assert patient.birth_date == TODAY


def test_a_physician_of_another_clinic_cannot_be_made_responsible(desk: Desk) -> None:
    answer = register(desk.coordinator, physician=Desk().users["physician"].pk)
    assert answer.status_code == 422
    assert registered(desk) == []


def test_registering_needs_the_right_in_the_clinic_one_works_in(desk: Desk) -> None:
    """A coordinator elsewhere who only manages this clinic registers nobody here."""
    user, elsewhere = desk.users["manager"], Desk()
    ClinicRole.objects.create(user=user, clinic=elsewhere.clinic, role="coordinator")
    browser = signed_in(user)
    session = browser.session
    session["clinic"] = desk.clinic.pk
    session.save()
    assert register(browser).status_code == 403
    assert registered(desk) == []


# --- Editing ---


def edit(browser: Client, patient: Patient, **fields: Any) -> Any:
    about = {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.birth_date.isoformat(),
        "sex": patient.sex,
        "record_number": patient.record_number,
        "email": patient.email,
        "phone": patient.phone,
        "version": patient.version,
        "consent": "",
    }
    return browser.post(address("edit_patient", patient), typed(**(about | fields)))


def test_two_tabs_the_second_is_told_and_loses_nothing_typed(desk: Desk) -> None:
    patient = desk.patient(phone="111")
    assert edit(desk.nurse, patient, phone="222").status_code == 302
    answer = edit(desk.coordinator, patient, phone="333", email="ruth@mail.example")
    assert answer.status_code == 409
    assert "Someone else saved this record" in words(answer)
    assert "222" in words(answer)
    assert b'value="333"' in answer.content
    assert b'value="ruth@mail.example"' in answer.content
    desk.look()
    patient.refresh_from_db()
    assert patient.phone == "222"


def test_after_being_told_the_same_page_saves(desk: Desk) -> None:
    patient = desk.patient(phone="111")
    edit(desk.nurse, patient, phone="222")
    token = uuid.uuid4()
    edit(desk.coordinator, patient, phone="333", token=token)
    assert edit(desk.coordinator, patient, phone="333", token=token, version=2).status_code == 302
    desk.look()
    patient.refresh_from_db()
    assert (patient.phone, patient.version) == ("333", 3)


def test_the_same_edit_twice_is_no_conflict_with_oneself(desk: Desk) -> None:
    patient, token = desk.patient(phone="111"), uuid.uuid4()
    answers = [edit(desk.nurse, patient, phone="222", token=token).status_code for _ in range(2)]
    desk.look()
    patient.refresh_from_db()
    assert (answers, patient.version) == ([302, 302], 2)


def test_further_numbers_are_changed_taken_away_and_free_again(desk: Desk) -> None:
    patient = desk.patient()
    old, gone, earlier = (
        numbered(patient, kind, number)
        for kind, number in [("NHS number", "1"), ("Laboratory", "2"), ("Earlier record number", "RS-0")]
    )
    page = desk.nurse.get(address("edit_patient", patient))
    assert [page.context["form"][f"number_{line}"].value() for line in range(3)] == ["1", "2", ""]
    answer = edit(desk.nurse, patient, kind_0="NHS number", number_0="11", kind_1="", number_1="")
    assert answer.status_code == 302
    desk.look()
    assert set(PatientIdentifier.objects.current().values_list("system", "value")) == {
        ("NHS number", "11"), ("Earlier record number", "RS-0"),
    }  # fmt: skip
    for row in (old, gone):
        row.refresh_from_db()
        assert row.removed_at is not None
    assert earlier.pk in PatientIdentifier.objects.current().values_list("pk", flat=True)
    assert register(desk.nurse, kind_0="Laboratory", number_0="2").status_code == 302


def test_numbers_saved_meanwhile_are_said(desk: Desk) -> None:
    patient = desk.patient()
    edit(desk.nurse, patient, kind_0="NHS number", number_0="1")
    answer = edit(desk.coordinator, patient, phone="222")
    assert answer.status_code == 409
    assert "Other numbers: NHS number 1" in words(answer)


def test_a_patient_who_unsubscribed_stays_so_when_the_phone_is_edited(desk: Desk) -> None:
    at = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
    patient = desk.patient(
        email="ruth@mail.example", email_consent=True, email_consent_at=at, unsubscribed_at=at
    )
    page = desk.nurse.get(address("edit_patient", patient))
    offered = page.context["form"]["consent"].value()
    edit(desk.nurse, patient, phone="222", consent=offered)
    desk.look()
    patient.refresh_from_db()
    assert (offered, patient.phone, patient.can_be_mailed) == ("no", "222", False)


def test_a_patient_who_unsubscribed_may_agree_again(desk: Desk) -> None:
    at = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
    patient = desk.patient(
        email="ruth@mail.example", email_consent=True, email_consent_at=at, unsubscribed_at=at
    )
    edit(desk.nurse, patient, consent="yes")
    desk.look()
    patient.refresh_from_db()
    assert patient.can_be_mailed
    assert patient.email_consent_at.date() == TODAY


def test_another_clinics_patient_is_not_there(desk: Desk) -> None:
    patient = Desk().patient()
    for name in (
        "edit_patient",
        "record_assessment",
        "background",
        "record_results",
        "decide",
        "decide_stop",
    ):
        assert desk.physician.get(address(name, patient)).status_code == 404, name


def test_a_manager_sees_no_patient_and_a_coordinator_no_clinical_page(desk: Desk) -> None:
    patient = desk.patient()
    assert desk.manager.get(address("edit_patient", patient)).status_code == 403
    assert desk.coordinator.get(address("edit_patient", patient)).status_code == 200
    for name in ("record_assessment", "background", "record_results", "decide_interval"):
        assert desk.coordinator.get(address(name, patient)).status_code == 403, name
