"""The patient page: who sees what, what is counted, what stays visible after a correction."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.actions.records import strike_out
from patients.models import AccessLog, Assessment, Injection, Patient
from patients.vocabulary import ErrorReason
from schedules.actions.refresh import refresh_patients
from schedules.models import Booking, Contact, Decision, Flag, Message
from tests.factories import LabResultFactory
from tests.patient.ruth import DOSES, KEPT, on_record
from tests.record.desk import Desk, address, words

MOST_QUERIES = 20
# Not round trips: the request's transaction, and the savepoint it becomes within a test.
_NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    return on_record(desk)


def page(browser: Client, patient: Patient, **asked: str) -> str:
    response = browser.get(address("patient", patient), asked)
    assert response.status_code == 200
    return words(response)


def test_the_head_says_who_and_what_is_next(desk: Desk, ruth: Patient) -> None:
    read = page(desk.physician, ruth)
    assert "Born 3 Mar 1961 (65)" in read
    assert "Allergies: none known" in read
    assert "Maintenance every 2 months dose 4 due Mon 16 Nov 2026, 7 days late" in read
    assert "Late" in read


def test_flags_come_by_severity_with_evidence_rule_and_one_click(desk: Desk, ruth: Patient) -> None:
    response = desk.physician.get(address("patient", ruth))
    read, html = words(response), response.content.decode()
    assert "1 urgent" in read
    assert "Symptoms are back on 2 Nov 2026" in read
    assert "Consider every month" in read
    assert "R57 guideline" in read
    assert f'href="{address("guideline")}#R57"' in html
    assert f'href="{address("decide_interval", ruth)}"' in html
    assert html.index("Symptoms are back") < html.index("Methylmalonic acid above target")


def test_no_code_of_a_flag_is_on_the_page(desk: Desk, ruth: Patient) -> None:
    assert not re.search(r"\b[A-Z]{3,}_[A-Z_]+\b", page(desk.physician, ruth))


def test_only_one_button_is_filled(desk: Desk, ruth: Patient) -> None:
    assert desk.physician.get(address("patient", ruth)).content.decode().count("btn-primary") == 1


def test_a_coordinator_sees_dates_and_contact_and_nothing_clinical(desk: Desk, ruth: Patient) -> None:
    response = desk.coordinator.get(address("patient", ruth))
    read = words(response)
    assert "Maintenance every 2 months" in read
    assert "Dose 4" in read
    assert "Reaching the patient" in read
    for clinical in (
        "Allergies", "Flags", "Symptoms are back", "Results", "Course", "Symptom score", "Who looked", "Why?",
        "micrograms", "Plan and decisions", "MMA",
    ):  # fmt: skip
        assert clinical not in read, clinical
    assert "course-figure" not in response.content.decode()


@pytest.mark.parametrize("name", ["patient_chart_data", "patient_results_csv"])
def test_a_coordinator_gets_no_clinical_data(desk: Desk, ruth: Patient, name: str) -> None:
    assert desk.coordinator.get(address(name, ruth)).status_code == 403


def test_a_manager_is_refused_and_another_clinic_finds_nobody(desk: Desk, ruth: Patient) -> None:
    other = Desk()
    for name in ("patient", "patient_timeline", "patient_chart_data", "patient_results_csv"):
        assert desk.manager.get(address(name, ruth)).status_code == 403
        assert other.physician.get(address(name, ruth)).status_code == 404


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("patient", "patient page"),
        ("patient_timeline", "timeline"),
        ("patient_chart_data", "chart"),
        ("patient_results_csv", "results as CSV"),
    ],
)
def test_every_read_is_written_down(desk: Desk, ruth: Patient, name: str, what: str) -> None:
    desk.nurse.get(address(name, ruth))
    desk.look()
    row = AccessLog.objects.get(patient=ruth)
    assert (row.what, row.user, row.address) == (what, desk.users["nurse"], "127.0.0.1")


def test_who_looked_names_everybody_who_did(desk: Desk, ruth: Patient) -> None:
    page(desk.coordinator, ruth)
    read = page(desk.physician, ruth, show="looked")
    assert desk.users["coordinator"].name in read
    assert desk.users["physician"].name in read


def queries_of(browser: Client, patient: Patient) -> int:
    browser.get(address("patient", patient))  # what is cached for good is cached now
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page(browser, patient)
    return sum(not query["sql"].startswith(_NOT_COUNTED) for query in seen.captured_queries)


def test_as_many_queries_for_one_dose_as_for_fifty(desk: Desk) -> None:
    one = on_record(desk, doses=DOSES[:1])
    fifty = on_record(desk, doses=[DOSES[0] + dt.timedelta(5 * n) for n in range(50)])
    few, many = queries_of(desk.physician, one), queries_of(desk.physician, fifty)
    assert few == many
    assert many <= MOST_QUERIES


def test_a_struck_out_entry_stays_with_who_and_why(desk: Desk, ruth: Patient) -> None:
    desk.look()
    wrong = Injection.objects.get(patient=ruth, on=KEPT[-1])
    strike_out(wrong, reason=ErrorReason.WRONG_PATIENT, note="It was Rita's.", by=desk.users["physician"])
    refresh_patients([ruth.pk], cause="test")
    response = desk.physician.get(address("patient", ruth), {"show": "doses"})
    read = words(response)
    by = desk.users["physician"].name
    assert f"Struck out by {by}, Mon 23 Nov 2026: Recorded on the wrong patient. It was Rita's." in read
    assert "<s>" in response.content.decode()
    assert "dose 3" in read


def test_a_flag_whose_text_was_renewed_says_that_it_is_the_present_one(desk: Desk, ruth: Patient) -> None:
    desk.look()
    flag = Flag.objects.get(patient=ruth, code="SYMPTOM_RECURRENCE")
    assert f"Symptoms are back {flag.reason}" in page(desk.physician, ruth).partition("Everything")[2]
    flag.reason = "Symptoms are back on 20 Nov 2026: walking."
    desk.look()
    flag.save()
    assert f"Symptoms are back Now: {flag.reason}" in page(desk.physician, ruth)
    desk.look()
    Flag.objects.filter(pk=flag.pk).update(cleared_on=dt.date(2026, 11, 23))
    assert f"Symptoms are back At last: {flag.reason}" in page(desk.physician, ruth)


def test_corrections_are_offered_to_those_who_may(desk: Desk, ruth: Patient) -> None:
    desk.look()
    theirs = Assessment.objects.filter(patient=ruth).latest("on")
    Assessment.objects.filter(pk=theirs.pk).update(recorded_by=desk.users["physician"])
    link = address("correct_record", ruth, "assessment", theirs.uid)
    assert link in desk.physician.get(address("patient", ruth)).content.decode()
    html = desk.nurse.get(address("patient", ruth), {"shown": "100"}).content.decode()
    assert link not in html
    own = Assessment.objects.filter(patient=ruth).earliest("on")
    assert address("correct_record", ruth, "assessment", own.uid) in html


def test_a_decision_is_struck_out_by_a_physician_only(desk: Desk, ruth: Patient) -> None:
    desk.look()
    link = address("withdraw_decision", ruth, Decision.objects.filter(patient=ruth).latest("on").uid)
    everything = {"shown": "100"}
    assert link in desk.physician.get(address("patient", ruth), everything).content.decode()
    assert link not in desk.nurse.get(address("patient", ruth), everything).content.decode()


def test_the_timeline_holds_everything_newest_first(desk: Desk, ruth: Patient) -> None:
    desk.look()
    nurse, clinic = desk.users["nurse"], desk.clinic
    Contact.objects.create(clinic=clinic, patient=ruth, outcome="no_answer", note="Twice.", by=nurse)
    Booking.objects.create(
        clinic=clinic, patient=ruth, on=dt.date(2026, 11, 25), at=dt.time(10, 20), after_dose_on=KEPT[-1],
        made_by=nurse,
    )  # fmt: skip
    Message.objects.create(
        clinic=clinic, patient=ruth, kind="visit_coming", announced_on=dt.date(2026, 11, 25), step="1d",
        to="r@mail.example", subject="s", text="t",
    )  # fmt: skip
    read = page(desk.physician, ruth, shown="200")
    for said in (
        "Contact : no answer", "Twice.", "Booked : injection, Wed 25 Nov 2026, 10:20", "E-mail : Visit is coming",
        "Symptom score 4", "Symptoms assessed in part", "Not assessed: sore tongue", "Dose 3",
        "hydroxocobalamin 1000 micrograms, left upper arm", "Blood drawn : Serum B12 262 pmol/L",
        "Plateau confirmed: maintenance begins", "Ordered", "Flag raised Symptoms are back",
    ):  # fmt: skip
        assert said in read, said
    assert "booked Wed 25 Nov, 10:20" in read
    times = re.findall(
        r'<time datetime="([\d-]+)"', desk.physician.get(address("patient_timeline", ruth)).content.decode()
    )
    assert times == sorted(times, reverse=True)


def test_segments_and_older_entries(desk: Desk, ruth: Patient) -> None:
    doses = words(desk.nurse.get(address("patient_timeline", ruth), {"show": "doses"}))
    assert "Dose 3" in doses
    assert "Symptom score" not in doses
    assert "Show older" in doses
    everything = words(desk.nurse.get(address("patient_timeline", ruth), {"show": "doses", "shown": "200"}))
    assert "Loading dose 1 " in everything
    assert "Show older" not in everything


@pytest.mark.parametrize(
    "asked", [{"show": "nothing"}, {"shown": "-1"}, {"shown": "x"}, {"range": "9y"}, {"units": "stone"}]
)
def test_an_odd_address_shows_the_usual_page(desk: Desk, ruth: Patient, asked: dict[str, Any]) -> None:
    assert "Symptom score 4" in page(desk.nurse, ruth, **asked)


def test_units_and_ranges_from_the_address(desk: Desk, ruth: Patient) -> None:
    mass = desk.physician.get(address("patient_chart_data", ruth), {"units": "mass", "range": "3m"}).json()
    notes = " ".join(note["text"] for note in mass["course"]["wide"]["annotations"])
    assert "pg/mL" in notes
    assert mass["course"]["wide"]["xaxis"]["range"][0] > "2026-08-01"
    assert "440" in page(desk.physician, ruth, units="mass")


def test_results_as_a_file_keep_what_was_reported(desk: Desk, ruth: Patient) -> None:
    desk.look()
    LabResultFactory(
        patient=ruth,
        analyte="mma",
        value=60,
        value_text="60",
        comparator="<",
        unit="nmol/L",
        drawn_on=KEPT[-1],
    )
    response = desk.nurse.get(address("patient_results_csv", ruth))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert (rows[0]["as_reported"], rows[0]["value"]) == ("< 60 nmol/L", "")
    converted = next(row for row in rows if row["as_reported"] == "440 pg/mL")
    assert (converted["value"], converted["unit"], converted["before_a_dose"]) == ("324.63", "pmol/L", "yes")
    scores = [(row["drawn_on"], row["as_reported"]) for row in rows if row["test"] == "symptom_score"]
    assert scores[0] == ("2026-11-02", "4 of 15")
    assert len(scores) == 8  # one assessment is incomplete
    assert len(rows) - len(scores) == 11


def test_an_empty_record_says_what_would_be_here(desk: Desk) -> None:
    nobody = desk.patient()
    refresh_patients([nobody.pk], cause="test")
    read = page(desk.physician, nobody)
    for said in (
        "Nothing needs attention",
        "No results yet",
        "Nothing is decided yet",
        "Nothing is on record yet",
    ):
        assert said in read
    assert "plotly" not in desk.physician.get(address("patient", nobody)).content.decode()
