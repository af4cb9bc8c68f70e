"""Assessments, causes, medicines, pregnancies, allergies, and striking out what is wrong."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from patients.models import Assessment, Cause, Medication, Patient, Pregnancy
from schedules.actions.refresh import refresh_patients
from tests.factories import AssessmentFactory, InjectionFactory, LabResultFactory
from tests.record.desk import TODAY, Desk, address, typed, words

ROWS = ["peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual"]


def assess(
    browser: Client, patient: Patient, *, token: Any = None, on: str = TODAY.isoformat(), **scores: str
) -> HttpResponse:
    return browser.post(address("record_assessment", patient), typed(token=token, on=on, **scores))


def test_a_row_without_a_choice_is_not_assessed(desk: Desk) -> None:
    patient = desk.patient()
    assert assess(desk.nurse, patient, glossitis="2", visual="0").status_code == 302
    desk.look()
    scores = Assessment.objects.get(patient=patient).scores
    assert scores == dict.fromkeys(ROWS) | {"glossitis": 2, "visual": 0}


def test_an_assessment_of_nothing_is_none(desk: Desk) -> None:
    patient = desk.patient()
    assert "Nothing is scored yet" in words(assess(desk.nurse, patient))
    assert assess(desk.nurse, patient, glossitis="4").status_code == 422
    desk.look()
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("on", "said"), [("2026-03-03", "in the future"), ("1961-03-02", "before the patient was born")]
)
def test_assessments_lie_in_the_patients_past(desk: Desk, on: str, said: str) -> None:
    answer = assess(desk.nurse, desk.patient(), on=on, visual="1")
    assert answer.status_code == 422
    assert said in words(answer)
    assert b'id="visual1" value="1" checked' in answer.content  # what was chosen stays chosen


def test_the_same_assessment_twice_is_recorded_once(desk: Desk) -> None:
    patient, token = desk.patient(), uuid.uuid4()
    assert [assess(desk.nurse, patient, token=token, visual="1").status_code for _ in "12"] == [302, 302]
    desk.look()
    assert Assessment.objects.filter(patient=patient).count() == 1


def test_nothing_is_chosen_at_first_and_last_time_is_shown(desk: Desk) -> None:
    patient = desk.patient()
    AssessmentFactory(patient=patient, gait_ataxia=2)
    page = desk.nurse.get(address("record_assessment", patient))
    assert b"checked" not in page.content
    assert "last time 2" in words(page)


# --- Causes, medicines, pregnancies ---


def add(desk: Desk, patient: Patient, what: str, **fields: Any) -> HttpResponse:
    return desk.nurse.post(address(what, patient), typed(**fields))


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("add_cause", {"kind": "pernicious_anaemia", "length_cm": "30"}),
        ("add_cause", {"kind": "ileal_resection", "length_cm": "-5"}),
        ("add_cause", {"kind": "ileal_resection", "length_cm": "99999"}),
        ("add_cause", {"kind": ""}),
        ("add_cause", {"kind": "dietary", "gene": "MTR"}),
        ("add_medication", {"drug": "metformin", "started_on": "2026-03-03"}),
        ("add_medication", {"drug": "metformin", "started_on": "1950-01-01"}),
        ("add_medication", {"drug": "metformin", "started_on": "2026-02-01", "stopped_on": "2026-01-31"}),
        ("add_medication", {"drug": "metformin", "started_on": "2026-02-01", "dose_mg": "-500"}),
        ("add_medication", {"drug": "metformin", "started_on": "2026-02-01", "dose_ug": "500"}),
        ("add_medication", {"drug": "oral_b12", "started_on": "2026-02-01", "dose_mg": "1"}),
        ("add_medication", {"drug": "oral_b12", "started_on": "2026-02-01", "dose_ug": "0"}),
        ("add_pregnancy", {"status": "pregnant", "from_date": "2026-03-03"}),
        ("add_pregnancy", {"status": "pregnant", "from_date": "2026-02-01", "ended_on": "2026-01-01"}),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk: Desk, what: str, fields: dict[str, str]) -> None:
    patient = desk.patient()
    answer = add(desk, patient, what, **fields)
    assert answer.status_code == 422
    assert "Constraint" not in words(answer)
    desk.look()
    assert not any(model.objects.exists() for model in (Cause, Medication, Pregnancy))


def test_a_cause_changes_what_is_checked_and_its_end_ends_it(desk: Desk) -> None:
    patient = desk.patient()
    assert add(desk, patient, "add_cause", kind="ileal_resection", length_cm="21").status_code == 302
    assert "PROPHYLAXIS_INDICATED" in desk.flags(patient)
    cause = Cause.objects.get(patient=patient)
    end = address("end_in_background", patient, "cause", cause.uid)
    assert desk.nurse.post(end, typed(on=TODAY.isoformat())).status_code == 302
    assert "PROPHYLAXIS_INDICATED" not in desk.flags(patient)


def test_what_has_ended_is_not_ended_again_on_another_day(desk: Desk) -> None:
    patient = desk.patient()
    add(desk, patient, "add_medication", drug="metformin", started_on="2026-01-01")
    desk.look()
    medicine = Medication.objects.get(patient=patient)
    end = address("end_in_background", patient, "medicine", medicine.uid)
    assert desk.nurse.post(end, typed(on="2025-12-31")).status_code == 422
    assert desk.nurse.post(end, typed(on="2026-02-01")).status_code == 302
    answer = desk.physician.post(end, typed(on="2026-02-15"))
    assert answer.status_code == 422
    assert "Somebody else ended" in words(answer)
    desk.look()
    medicine.refresh_from_db()
    assert medicine.stopped_on.isoformat() == "2026-02-01"
    assert desk.nurse.post(end, typed(on="2026-02-01")).status_code == 302  # the same again is no conflict


def test_the_same_cause_twice_is_recorded_once(desk: Desk) -> None:
    patient, token = desk.patient(), uuid.uuid4()
    for _ in "12":
        assert add(desk, patient, "add_cause", kind="dietary", token=token).status_code == 302
    desk.look()
    assert Cause.objects.count() == 1


def test_unknown_words_in_addresses_are_not_found(desk: Desk) -> None:
    patient = desk.patient()
    for name in ("end_in_background", "correct_record"):
        assert desk.nurse.get(address(name, patient, "patient", uuid.uuid4())).status_code == 404
        assert desk.nurse.get(address(name, patient, "cause", uuid.uuid4())).status_code == 404


# --- Allergies ---


def allergies(browser: Client, patient: Patient, *, token: Any = None, **fields: Any) -> HttpResponse:
    fields = {"version": patient.version} | fields
    return browser.post(address("edit_allergies", patient), typed(token=token, **fields))


def test_an_allergy_is_kept_and_counts_as_asked(desk: Desk) -> None:
    patient = desk.patient(allergies_known=False)
    allergies(desk.nurse, patient, allergy_cobalt="on", bleeding_risk="Warfarin")
    desk.look()
    patient.refresh_from_db()
    assert (patient.allergies_known, patient.allergies, patient.bleeding_risk) == (True, "cobalt", "Warfarin")


def test_two_who_keep_allergies_at_once(desk: Desk) -> None:
    patient = desk.patient()
    allergies(desk.nurse, patient, allergy_cobalamin="on", allergies_known="on")
    answer = allergies(desk.physician, patient, bleeding_risk="Warfarin")
    assert answer.status_code == 422
    assert "On record now" in words(answer)
    assert "allergic to a B12 drug: yes" in words(answer).lower().replace("b12", "B12")
    assert b'value="Warfarin"' in answer.content
    desk.look()
    patient.refresh_from_db()
    assert (patient.allergy_cobalamin, patient.bleeding_risk) == (True, "")


# --- Striking out ---


def strike(browser: Client, record: Any, word: str, *, token: Any = None, **fields: Any) -> HttpResponse:
    about = {"reason": "not_done", "note": "She had left before."} | fields
    return browser.post(
        address("correct_record", record.patient, word, record.uid), typed(token=token, **about)
    )


def test_a_struck_out_result_stays_with_its_reason_and_its_flags_go(desk: Desk) -> None:
    patient = desk.patient()
    result = LabResultFactory(patient=patient, value=100, recorded_by=desk.users["nurse"])
    refresh_patients([patient.pk], cause="test")
    assert "B12_DEFICIENT_TREAT" in desk.flags(patient)
    assert strike(desk.nurse, result, "result").status_code == 302
    assert "B12_DEFICIENT_TREAT" not in desk.flags(patient)
    result.refresh_from_db()
    assert (result.error_reason, result.error_note) == ("not_done", "She had left before.")
    assert (result.error_by, result.error_at.date()) == (desk.users["nurse"], TODAY)


def test_a_struck_out_dose_is_due_again(desk: Desk) -> None:
    patient = desk.patient()
    desk.physician.post(
        address("decide_start", patient),
        typed(
            on=TODAY.isoformat(),
            regimen="1mo",
            drug="hydroxocobalamin",
            dose="1000",
            unit="ug",
            route="im",
            sign="1",
        ),
    )
    desk.look()
    injection = InjectionFactory(patient=patient, on=TODAY, recorded_by=desk.users["nurse"])
    refresh_patients([patient.pk], cause="test")
    assert desk.due(patient)[0] > TODAY
    strike(desk.nurse, injection, "injection")
    assert desk.due(patient) == [TODAY]


def test_a_nurse_cannot_correct_what_another_wrote_and_a_physician_can(desk: Desk) -> None:
    patient = desk.patient()
    result = LabResultFactory(patient=patient, recorded_by=desk.users["physician"])
    assert desk.nurse.get(address("correct_record", patient, "result", result.uid)).status_code == 403
    assert strike(desk.nurse, result, "result").status_code == 403
    desk.look()
    result.refresh_from_db()
    assert not result.entered_in_error
    nurses = LabResultFactory(patient=patient, recorded_by=desk.users["nurse"])
    assert strike(desk.physician, nurses, "result").status_code == 302


def test_that_it_is_another_patients_a_nurse_says_of_what_a_physician_can_move(desk: Desk) -> None:
    patient = desk.patient()
    nurse = desk.users["nurse"]
    cause = Cause.objects.create(clinic=desk.clinic, patient=patient, kind="dietary", recorded_by=nurse)
    assert strike(desk.nurse, cause, "cause", reason="wrong_patient").status_code == 422
    assert strike(desk.physician, cause, "cause", reason="wrong_patient").status_code == 302
    result = LabResultFactory(patient=patient, recorded_by=nurse)
    assert strike(desk.nurse, result, "result", reason="wrong_patient").status_code == 302
    read = words(desk.nurse.get(address("patient", patient)))
    assert "A physician can move it to the right patient" in read
    assert "Move it…" not in read
    assert "Move it…" in words(desk.physician.get(address("patient", patient)))


def test_a_correction_says_why(desk: Desk) -> None:
    patient = desk.patient()
    result = LabResultFactory(patient=patient, recorded_by=desk.users["nurse"])
    for fields in ({"reason": ""}, {"note": "  "}, {"reason": "undone"}, {"reason": "amended"}):
        assert strike(desk.nurse, result, "result", **fields).status_code == 422


def test_two_correct_the_same_entry_and_the_second_is_told(desk: Desk) -> None:
    patient = desk.patient()
    result = LabResultFactory(patient=patient, recorded_by=desk.users["nurse"])
    strike(desk.nurse, result, "result")
    answer = strike(desk.physician, result, "result", note="Another sentence.")
    assert answer.status_code in {409, 422}
    assert "already corrected by someone else" in words(answer)
    desk.look()
    result.refresh_from_db()
    assert result.error_note == "She had left before."


def test_the_same_correction_twice_is_no_conflict_with_oneself(desk: Desk) -> None:
    patient, token = desk.patient(), uuid.uuid4()
    result = LabResultFactory(patient=patient, recorded_by=desk.users["nurse"])
    assert [strike(desk.nurse, result, "result", token=token).status_code for _ in "12"] == [302, 302]


def test_a_record_of_another_patient_is_not_found_under_this_one(desk: Desk) -> None:
    mine, other = desk.patient(), desk.patient()
    result = LabResultFactory(patient=other, recorded_by=desk.users["nurse"])
    assert desk.nurse.get(address("correct_record", mine, "result", result.uid)).status_code == 404


def test_the_background_page_needs_as_many_queries_for_one_row_as_for_fifty(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    few, many = desk.patient(), desk.patient()
    for patient, count in ((few, 1), (many, 50)):
        for _ in range(count):
            patient.causes.create(clinic=desk.clinic, kind="dietary")
    desk.nurse.get(address("background", few))  # signs in
    with django_assert_max_num_queries(100) as one:
        desk.nurse.get(address("background", few))
    with django_assert_max_num_queries(100) as fifty:
        desk.nurse.get(address("background", many))
    assert len(one) == len(fifty)


# --- Same as last time ---


def test_same_as_last_time_is_one_press_and_the_record_says_so(desk: Desk) -> None:
    patient = desk.patient()
    last = AssessmentFactory(patient=patient, on=TODAY - dt.timedelta(14), gait_ataxia=2, visual=None)
    assert "Same as last time" in words(desk.nurse.get(address("record_assessment", patient)))
    assert assess(desk.nurse, patient, same=str(last.uid)).status_code == 302
    desk.look()
    new = Assessment.objects.filter(patient=patient).latest("pk")
    assert (new.on, new.scores, new.same_as_last) == (TODAY, last.scores, True)


def test_after_a_fortnight_each_row_is_scored_again(desk: Desk) -> None:
    patient = desk.patient()
    last = AssessmentFactory(patient=patient, on=TODAY - dt.timedelta(15))
    assert "Same as last time" not in words(desk.nurse.get(address("record_assessment", patient)))
    assert assess(desk.nurse, patient, same=str(last.uid)).status_code == 422


def test_what_was_saved_meanwhile_is_not_repeated_unseen(desk: Desk) -> None:
    patient = desk.patient()
    seen = AssessmentFactory(patient=patient, on=TODAY - dt.timedelta(7))
    AssessmentFactory(patient=patient, on=TODAY, gait_ataxia=3)
    answer = assess(desk.nurse, patient, same=str(seen.uid))
    assert answer.status_code == 422
    assert "Another assessment was saved meanwhile" in words(answer)
