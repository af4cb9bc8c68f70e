"""Logging a dose: what is filled in, what must be answered, what is written, and that Undo brings all back."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import Assessment, BloodDraw, Clinic, Injection, Pregnancy
from patients.vocabulary import Domain
from schedules.actions.rebuild import differences
from schedules.models import Booking, Flag, PatientSchedule
from tests.factories import MONDAY, InjectionFactory, member
from tests.today.conftest import signed_in
from tests.today.people import (
    NOW,
    batch,
    blood_due,
    days,
    filled_in,
    log,
    maintained,
    refreshed,
    token,
)


def standing(patient: Any) -> set[tuple[str, dt.date]]:
    return set(Flag.objects.filter(patient=patient, cleared_on__isnull=True).values_list("code", "raised_on"))


def test_a_routine_dose_is_filled_in_with_nothing_about_safety_ticked(
    as_nurse: Client, clinic: Clinic
) -> None:
    batch(clinic)
    page = as_nurse.get(f"/patients/{maintained(clinic, due_on=MONDAY).uid}/log/")
    shown = filled_in(page)
    assert shown["drug"] == "hydroxocobalamin"
    assert shown["dose_ug"] == "1000"
    assert shown["route"] == "im"
    assert shown["site"] == "deltoid_right"  # The last one was left.
    assert (shown["on"], shown["at"]) == ("2026-03-02", "10:23")
    assert shown["batch"]
    assert not {"identity", "no_to_all", "yes", "blood", "under_skin"} & set(shown)
    assert "Mon 9 Mar 2026" in page.content.decode()


def test_saving_moves_the_next_date_and_closes_the_flag_and_undo_brings_all_back(
    as_nurse: Client, clinic: Clinic
) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY - days(21), given_name="Edith", family_name="Halloran")
    Booking.objects.create(
        clinic=clinic, patient=patient, on=MONDAY, at=dt.time(10), after_dose_on=MONDAY - days(28)
    )
    before = PatientSchedule.objects.filter(patient=patient).values().get()
    flags = standing(patient)
    assert "MISSED_INJECTION" in {code for code, _ in flags}
    assert "Edith Halloran" in as_nurse.get("/").content.decode()

    answer = log(as_nurse, patient)
    assert answer.status_code == 302
    page = as_nurse.get("/").content.decode()
    assert "Saved for Edith Halloran. Next: book Mon 9 Mar 2026." in page
    assert f'href="/patients/{patient.uid}/"' in page  # Due again within the week …
    assert "Booked today" not in page  # … but no longer booked for today.
    assert PatientSchedule.objects.get(patient=patient).due_on == MONDAY + days(7)
    assert "MISSED_INJECTION" not in {code for code, _ in standing(patient)}
    assert list(differences(clinic)) == []

    injection = Injection.objects.get(patient=patient, on=MONDAY)
    as_nurse.post(f"/patients/{patient.uid}/log/{injection.uid}/undo/")
    assert standing(patient) == flags
    assert PatientSchedule.objects.filter(patient=patient).values().get() == before
    assert "Booked today" in as_nurse.get("/").content.decode()
    injection.refresh_from_db()
    assert injection.error_reason == "undone"


def test_identity_the_questions_and_the_blood_must_be_answered(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = blood_due(clinic)
    answer = log(as_nurse, patient, identity=None, no_to_all=None)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask for name and birth date" in text
    assert "Ask the four questions" in text
    assert "Say whether the blood was taken" in text
    assert not Injection.objects.filter(patient=patient, on=MONDAY).exists()


def test_blood_and_scores_are_recorded_with_the_dose_and_undone_with_it(
    as_nurse: Client, clinic: Clinic
) -> None:
    batch(clinic)
    patient = blood_due(clinic)
    answer = log(as_nurse, patient, blood="before", peripheral_neuropathy="1", gait_ataxia="0")
    assert answer.status_code == 302
    draw = BloodDraw.objects.get(patient=patient)
    assert (draw.drawn_on, draw.before_dose) == (MONDAY, True)
    assert draw.contents == ["b12", "cbc", "homocysteine"]
    scored = Assessment.objects.get(patient=patient, on=MONDAY)
    assert (scored.peripheral_neuropathy, scored.gait_ataxia, scored.visual) == (1, 0, None)
    assert "NEURO_ONSET_SWITCH_PROTOCOL" in {code for code, _ in standing(patient)}
    assert list(differences(clinic)) == []

    as_nurse.post(f"/patients/{patient.uid}/log/{draw.injection.uid}/undo/")
    assert not BloodDraw.objects.valid().filter(patient=patient).exists()
    assert not Assessment.objects.valid().filter(patient=patient, on=MONDAY).exists()
    assert list(differences(clinic)) == []


def test_blood_taken_is_not_asked_for_again(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = blood_due(clinic)
    log(as_nurse, patient, blood="before")
    page = as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert "results are still to come" in page
    assert 'name="blood"' not in page


def test_same_as_last_time_repeats_a_fresh_assessment_and_says_so(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    log(as_nurse, patient, same_as_last="on")
    scored = Assessment.objects.get(patient=patient, on=MONDAY)
    assert scored.same_as_last
    assert scored.total == 0


def test_scores_that_stay_due_are_said_after_saving(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    scores = {domain.value: "1" for domain in Domain}
    for typed, is_due in (({}, True), (scores | {Domain.VISUAL.value: ""}, True), (scores, False)):
        patient = maintained(clinic, due_on=MONDAY)
        Assessment.objects.filter(patient=patient).update(visual=None)
        assert log(as_nurse, patient, **typed).status_code == 302
        page = as_nurse.get("/").content.decode()
        assert ("Symptom scores are still due." in page) is is_due
        assert (f'href="/patients/{patient.uid}/assessment/"' in page) is is_due
    log(as_nurse, maintained(clinic, due_on=MONDAY))
    assert "Symptom scores are still due." not in as_nurse.get("/").content.decode()


def test_an_old_assessment_is_not_offered_for_repeating(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = blood_due(clinic)
    page = as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert "same_as_last" not in page
    log(as_nurse, patient, blood="before", same_as_last="on")
    assert not Assessment.objects.filter(patient=patient, on=MONDAY).exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"yes": "reaction"}, "Write down what happened."),
        ({"yes": "reaction", "reaction_told": "Rash"}, "Do not give it before a physician has decided."),
        ({"yes": "pregnancy"}, "Choose one."),
        ({"yes": "bleeding"}, "Write down which."),
        ({"yes": "symptoms", "no_to_all": "on"}, "No to all four” is ticked and a question"),
        ({"on": "2026-03-03"}, "This date is in the future."),
        ({"on": "1950-01-01"}, "before the patient was born"),
        ({"batch": "", "batch_number": ""}, "Type the batch number, or say why it is not known."),
    ],
)
def test_a_yes_opens_its_question_and_slips_are_said(
    as_nurse: Client, clinic: Clinic, typed: dict[str, str], words: str
) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    answer = log(as_nurse, patient, **({"no_to_all": None} if "yes" in typed else {}) | typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Injection.objects.filter(patient=patient, on=MONDAY).exists()


def test_pregnancy_bleeding_and_reaction_are_kept(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    log(
        as_nurse,
        patient,
        no_to_all=None,
        yes=["pregnancy", "bleeding", "reaction"],
        pregnancy="pregnant",
        bleeding_told="Apixaban",
        reaction_told="Rash in 2024",
        go_ahead="Dr Marsh: harmless",
        under_skin="on",
    )
    injection = Injection.objects.get(patient=patient, on=MONDAY)
    assert injection.route == "sc"
    assert injection.screening_yes == ["pregnancy", "bleeding", "reaction"]
    assert not injection.screening_clear
    assert "Rash in 2024" in injection.screening_note
    assert "Dr Marsh" in injection.screening_note
    assert Pregnancy.objects.get(patient=patient).status == "pregnant"
    assert "REACTION_REVIEW" in {code for code, _ in standing(patient)}
    assert list(differences(clinic)) == []

    page = as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert "Bleeding risk on record" in page
    as_nurse.post(f"/patients/{patient.uid}/log/{injection.uid}/undo/")
    assert "REACTION_REVIEW" not in {code for code, _ in standing(patient)}
    assert not Pregnancy.objects.valid().filter(patient=patient).exists()


def test_an_allergy_on_record_stops_until_somebody_decided(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY, allergy_cobalamin=True)
    assert "Stop and read" in as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert log(as_nurse, patient).status_code == 422
    assert log(as_nurse, patient, go_ahead="Dr Marsh, after a skin test").status_code == 302


def test_a_second_dose_of_a_day_needs_a_reason_and_then_is_recorded(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    assert log(as_nurse, patient).status_code == 302
    again = log(as_nurse, patient)
    assert again.status_code == 422
    assert "A dose is already recorded on 2 Mar 2026" in again.content.decode()
    assert Injection.objects.filter(patient=patient, on=MONDAY).count() == 1
    with_reason = log(as_nurse, patient, reason="other", sentence="Leaked out, given again")
    assert with_reason.status_code == 302
    second = Injection.objects.filter(patient=patient, on=MONDAY).latest("pk")
    assert second.codes == ["DUPLICATE_DOSE"]
    assert (second.override_reason, second.override_note) == ("other", "Leaked out, given again")


def test_the_same_form_sent_twice_records_once(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    same = token()
    assert log(as_nurse, patient, token=same).status_code == 302
    assert log(as_nurse, patient, token=same).status_code == 302
    assert Injection.objects.filter(patient=patient, on=MONDAY).count() == 1
    assert "already saved" in as_nurse.get("/").content.decode()


def test_an_early_dose_is_warned_about_and_recorded(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY + days(6))
    assert (
        "Given today it is recorded as early"
        in as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    )
    assert log(as_nurse, patient).status_code == 302
    assert Injection.objects.get(patient=patient, on=MONDAY).codes == ["EARLY_DOSE"]


def test_without_a_prescription_it_is_recorded_with_a_warning(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY, order=False)
    assert "no prescription in force" in as_nurse.get(f"/patients/{patient.uid}/log/").content.decode()
    assert log(as_nurse, patient).status_code == 302


def test_not_given_is_one_tap_and_the_patient_stays_due(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    as_nurse.post(f"/patients/{patient.uid}/log/not-given/", {"token": token(), "reason": "unwell"})
    row = Injection.objects.get(patient=patient, on=MONDAY)
    assert (row.given, row.not_given_reason) == (False, "unwell")
    assert PatientSchedule.objects.get(patient=patient).due_on == MONDAY
    assert list(differences(clinic)) == []


def test_given_elsewhere_counts_and_keeps_who_said_so(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(3))
    address = f"/patients/{patient.uid}/log/elsewhere/"
    data = filled_in(as_nurse.get(address)) | {"source": "the patient", "on": "2026-02-27"}
    assert as_nurse.post(address, data).status_code == 302
    row = Injection.objects.get(patient=patient, on=dt.date(2026, 2, 27))
    assert (row.place, row.place_source, row.given_by) == ("elsewhere", "the patient", None)
    assert PatientSchedule.objects.get(patient=patient).due_on == dt.date(2026, 3, 6)


def test_undo_is_for_ones_own_entry_and_fifteen_minutes(
    as_nurse: Client, clinic: Clinic, clock: time_machine.Traveller
) -> None:
    batch(clinic)
    patient = maintained(clinic, due_on=MONDAY)
    log(as_nurse, patient)
    injection = Injection.objects.get(patient=patient, on=MONDAY)
    undo = f"/patients/{patient.uid}/log/{injection.uid}/undo/"
    other = signed_in(member(clinic, "nurse"))
    assert "strike-out" in other.post(undo).url
    clock.move_to(NOW + dt.timedelta(minutes=16))
    assert "strike-out" in as_nurse.post(undo).url
    injection.refresh_from_db()
    assert not injection.entered_in_error


def test_the_save_needs_few_queries(as_nurse: Client, clinic: Clinic) -> None:
    batch(clinic)
    patient = blood_due(clinic)
    InjectionFactory(patient=refreshed(patient), on=dt.date(2026, 2, 20))
    address = f"/patients/{patient.uid}/log/"
    data = filled_in(as_nurse.get(address)) | {"identity": "on", "no_to_all": "on", "blood": "before"}
    with CaptureQueriesContext(connection) as found:
        assert as_nurse.post(address, data).status_code == 302
    # The request's own transaction is a savepoint only inside a test.
    asked = [query["sql"] for query in found if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 25, "\n".join(sql[:120] for sql in asked)
