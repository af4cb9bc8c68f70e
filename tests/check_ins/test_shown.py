"""Where a clinician meets the answers: timeline, charts and their table, beside the scores of the forms."""

import datetime as dt

import pytest
from django.urls import reverse

from patients.models import Patient
from schedules.actions.refresh import refresh_patients
from tests.check_ins.asked import NOW, TODAY
from tests.factories import AssessmentFactory, CheckInFactory, DecisionFactory, InjectionFactory
from tests.record.desk import Desk, address, typed, words

DAY = dt.timedelta(1)
NOTE = "My feet feel like cotton wool <b>again</b>"


@pytest.fixture
def answered(desk: Desk, patient: Patient) -> Patient:
    """In prevention; assessed ten days ago, answered three days ago."""
    desk.look()
    DecisionFactory(patient=patient, on=TODAY - 60 * DAY, kind="start_prophylaxis", interval="1mo")
    for ago in (60, 30):
        InjectionFactory(patient=patient, on=TODAY - ago * DAY)
    assessment = AssessmentFactory(patient=patient, on=TODAY - 10 * DAY, gait_ataxia=1)
    type(assessment).objects.update(recorded_at=NOW - 10 * DAY)
    CheckInFactory(patient=patient, on=TODAY - 3 * DAY, gait_ataxia=3, visual=1, note=NOTE)
    refresh_patients([patient.pk], cause="test")
    return patient


def test_the_timeline_says_the_answers_in_words(desk: Desk, answered: Patient) -> None:
    page = desk.nurse.get(address("patient", answered))
    said = words(page)
    assert "Patient answered by link : numbness, tingling: none; walking, balance: very much;" in said
    assert "&lt;b&gt;again&lt;/b&gt;" in page.content.decode()


def test_what_was_skipped_is_said(desk: Desk, patient: Patient) -> None:
    desk.look()
    CheckInFactory(patient=patient, on=TODAY, cognitive=None, glossitis=None)
    said = words(desk.physician.get(address("patient", patient)))
    assert "Not answered: memory, thinking, sore tongue" in said


def test_a_coordinator_sees_nothing_of_it(desk: Desk, answered: Patient) -> None:
    for page in (
        desk.coordinator.get(address("patient", answered)),
        desk.coordinator.get(address("patient_timeline", answered) + "?show=all"),
        desk.coordinator.get(address("patient", answered) + "?scores=all"),
    ):
        for private in ("answered by link", "cotton wool", "very much", "Symptom scores", "by the patient"):
            assert private not in words(page)
    assert desk.coordinator.get(address("patient_chart_data", answered)).status_code == 403


def test_hollow_and_not_joined_in_the_course_chart(desk: Desk, answered: Patient) -> None:
    course = desk.nurse.get(address("patient_chart_data", answered)).json()["course"]
    scores = [trace for trace in course["data"] if trace["yaxis"] == "y6"]
    (line,) = (trace for trace in scores if trace["mode"] == "lines")
    assert line["x"] == [(TODAY - 10 * DAY).isoformat()]
    marks = {
        trace["marker"]["symbol"]: (trace["x"], trace["y"]) for trace in scores if trace["mode"] == "markers"
    }
    assert marks["diamond-open"] == ([(TODAY - 3 * DAY).isoformat()], [4])
    assert marks["circle"] == ([(TODAY - 10 * DAY).isoformat()], [1])


def test_the_table_has_them_marked_as_the_patients(desk: Desk, answered: Patient) -> None:
    said = words(desk.nurse.get(address("patient", answered)))
    assert "Fri 27 Feb 2026 by the patient, day 27 ◇ 4 none very much none none a little" in said
    assert "Fri 20 Feb 2026 at the clinic, day 20 1 0 1 0 0 0" in said


def test_more_scores_than_the_table_shows_are_a_press_away(desk: Desk, patient: Patient) -> None:
    desk.look()
    for ago in range(8):
        AssessmentFactory(patient=patient, on=TODAY - ago * DAY)
    where = address("patient", patient)
    assert words(desk.nurse.get(where)).count("at the clinic") == 6
    assert "All scores" in words(desk.nurse.get(where))
    assert words(desk.nurse.get(where + "?scores=all")).count("at the clinic") == 8


def test_the_assessment_form_says_what_the_patient_said_and_chooses_nothing(
    desk: Desk, answered: Patient
) -> None:
    page = desk.nurse.get(address("record_assessment", answered))
    said = words(page)
    assert "By link, Fri 27 Feb:" in said
    assert "last time 1 patient: very much" in said
    assert NOTE.partition(" <b>")[0] in said
    assert "checked" not in page.content.decode()


def test_an_answer_that_an_assessment_has_followed_is_not_said_again(desk: Desk, answered: Patient) -> None:
    desk.nurse.post(address("record_assessment", answered), typed(on=TODAY, gait_ataxia="2"))
    assert "patient:" not in words(desk.nurse.get(address("record_assessment", answered)))
    assert "patient:" not in words(desk.nurse.get(address("log_injection", answered)))


def test_the_log_form_opens_its_scores_when_the_patient_reports_worsening(
    desk: Desk, answered: Patient
) -> None:
    page = desk.nurse.get(address("log_injection", answered))
    assert "The patient reports worsening: assess today." in words(page)
    assert "patient: very much" in words(page)
    assert "only-if-symptoms" not in page.content.decode()


def test_they_stay_closed_for_answers_that_are_not_worse(desk: Desk, patient: Patient) -> None:
    desk.look()
    assessment = AssessmentFactory(patient=patient, on=TODAY - 10 * DAY)
    type(assessment).objects.update(recorded_at=NOW - 10 * DAY)
    refresh_patients([patient.pk], cause="test")
    closed = desk.nurse.get(address("log_injection", patient)).content.decode()
    CheckInFactory(patient=patient, on=TODAY - 3 * DAY)
    still = desk.nurse.get(address("log_injection", patient)).content.decode()
    assert "only-if-symptoms" in closed
    assert "only-if-symptoms" in still
    CheckInFactory(patient=patient, on=TODAY - 2 * DAY, visual=1)
    assert (
        "only-if-symptoms"
        not in desk.nurse.get(reverse("log_injection", args=[patient.uid])).content.decode()
    )
