"""The inbox, and the life of a flag in people's hands."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from schedules.actions.refresh import refresh_patients
from schedules.flag_words import ANSWERS, answer_to, title_of, version_of
from schedules.models import Flag
from schedules.rules.flags import TABLE
from tests.factories import AssessmentFactory
from tests.patient.ruth import TODAY, on_record
from tests.record.desk import Desk, address, typed, words

URGENT, WARNING = "SYMPTOM_RECURRENCE", "MMA_ABOVE_TARGET"


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    return on_record(desk)


def flag(desk: Desk, patient: Patient, code: str) -> Flag:
    desk.look()
    return Flag.objects.filter(patient=patient, code=code).latest("pk")


def send(browser: Client, name: str, desk: Desk, patient: Patient, code: str, **fields: Any) -> HttpResponse:
    found = flag(desk, patient, code)
    word = code.lower().replace("_", "-")
    return browser.post(address(name, patient, word), typed(**({"version": version_of(found)} | fields)))


def days_on(count: int) -> str:
    return (TODAY + dt.timedelta(count)).isoformat()


def test_every_flag_has_a_title_and_most_an_answer() -> None:
    codes = {row.code for row in TABLE}
    assert all(title_of(code) != "Something to look at" for code in codes)
    without = codes - set(ANSWERS)
    assert without == {
        "ALT_DAY_GAP", "NOT_TROUGH", "B12_WITHIN_14D_OF_DOSE", "IRON_DEFICIENCY_MAY_BLUNT_RESPONSE",
        "VITAMIN_D_BELOW_TARGET", "LOW_POTASSIUM",
    }  # fmt: skip


def test_a_proposed_interval_is_named_on_the_button() -> None:
    answer = answer_to(URGENT, {"proposed_interval": "2wk"})
    assert answer is not None
    assert str(answer.label) == "Consider every 2 weeks"


def test_after_a_change_of_the_interval_symptoms_are_assessed_again() -> None:
    answer = answer_to(URGENT, {"interval_changed_on": "2026-11-25"})
    assert answer is not None
    assert str(answer.label) == "Assess symptoms"


def test_the_inbox_begins_with_the_most_pressing(desk: Desk, ruth: Patient) -> None:
    html = desk.nurse.get(address("flags")).content.decode()
    places = [html.index(f"tag tag-{severity}") for severity in ("urgent", "warning")]
    assert places == sorted(places)
    assert "Ruth Calloway" in html


def test_filters_narrow_and_empty_says_so(desk: Desk, ruth: Patient) -> None:
    assert "Methylmalonic" not in words(desk.nurse.get(address("flags"), {"severity": "urgent"}))
    assert "Ruth Calloway" in words(desk.physician.get(address("flags"), {"whose": "mine"}))
    assert "No flag fits" in words(desk.nurse.get(address("flags"), {"whose": "mine"}))


def test_who_may_open_the_inbox(desk: Desk, ruth: Patient) -> None:
    assert desk.coordinator.get(address("flags")).status_code == 403
    assert desk.manager.get(address("flags")).status_code == 403
    assert "Ruth" not in words(Desk().physician.get(address("flags")))


def test_as_many_queries_for_one_patient_as_for_five(desk: Desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.nurse.get(address("flags"))
        return len(seen)

    on_record(desk)
    queries()
    one = queries()
    for _ in range(4):
        on_record(desk)
    assert queries() == one


def test_seen_is_kept_with_who_and_the_first_stays(desk: Desk, ruth: Patient) -> None:
    send(desk.nurse, "flag_acknowledge", desk, ruth, URGENT)
    send(desk.physician, "flag_acknowledge", desk, ruth, URGENT)
    found = flag(desk, ruth, URGENT)
    assert found.acknowledged_by == desk.users["nurse"]
    assert "Seen by" in words(desk.nurse.get(address("patient", ruth)))


def test_what_was_not_seen_is_not_marked_as_seen(desk: Desk, ruth: Patient) -> None:
    old = version_of(flag(desk, ruth, URGENT))
    AssessmentFactory(patient=ruth, on=TODAY, peripheral_neuropathy=3)
    refresh_patients([ruth.pk], cause="test")
    answer = desk.nurse.post(
        address("flag_acknowledge", ruth, "symptom-recurrence"), {"version": old}, follow=True
    )
    assert "This flag has changed" in words(answer)
    assert flag(desk, ruth, URGENT).acknowledged_at is None


def test_putting_off_hides_it_in_the_inbox_and_keeps_it_on_the_page(desk: Desk, ruth: Patient) -> None:
    answer = send(
        desk.nurse, "flag_snooze", desk, ruth, WARNING, until=days_on(30), reason="Sees the renal clinic.",
        back="flags",
    )  # fmt: skip
    assert answer.headers["Location"] == address("flags")
    assert "Methylmalonic" not in words(desk.nurse.get(address("flags")))
    assert "Methylmalonic" in words(desk.nurse.get(address("flags"), {"state": "snoozed"}))
    assert "Put off until Wed 23 Dec 2026" in words(desk.nurse.get(address("patient", ruth)))


@pytest.mark.parametrize(
    ("code", "days", "fits"),
    [(WARNING, 0, False), (WARNING, 1, True), (WARNING, 30, True), (WARNING, 31, False)]
    + [(URGENT, 1, True), (URGENT, 3, True), (URGENT, 4, False)],
)
def test_for_how_long_a_physician_may_put_off(
    desk: Desk, ruth: Patient, code: str, days: int, fits: bool
) -> None:
    answer = send(desk.physician, "flag_snooze", desk, ruth, code, until=days_on(days), reason="Waits.")
    assert answer.status_code == (302 if fits else 422)
    assert (flag(desk, ruth, code).snoozed_until is not None) is fits


def test_a_nurse_does_not_put_off_an_urgent_flag(desk: Desk, ruth: Patient) -> None:
    answer = send(desk.nurse, "flag_snooze", desk, ruth, URGENT, until=days_on(1), reason="Waits.")
    assert answer.status_code == 403
    assert flag(desk, ruth, URGENT).snoozed_until is None


def test_a_reason_is_asked_for(desk: Desk, ruth: Patient) -> None:
    for name in ("flag_snooze", "flag_resolve"):
        answer = send(desk.physician, name, desk, ruth, WARNING, until=days_on(2), reason="")
        assert answer.status_code == 422
        assert "required" in words(answer)


def test_a_physician_resolves_and_it_stays_away_until_a_newer_record(desk: Desk, ruth: Patient) -> None:
    assert send(desk.nurse, "flag_resolve", desk, ruth, URGENT, reason="Seen.").status_code == 403
    send(desk.physician, "flag_resolve", desk, ruth, URGENT, reason="Explained by a fall.")
    refresh_patients([ruth.pk], cause="test")
    assert URGENT not in desk.flags(ruth)
    assert "Explained by a fall." in words(desk.physician.get(address("patient", ruth), {"shown": "200"}))
    AssessmentFactory(patient=ruth, on=TODAY, peripheral_neuropathy=3)
    refresh_patients([ruth.pk], cause="test")
    assert URGENT in desk.flags(ruth)


def test_the_same_form_twice_resolves_once(desk: Desk, ruth: Patient) -> None:
    token = "3f0b6f0e-3df0-4b0c-9c8e-2f0c3f1a7d11"
    first = send(desk.physician, "flag_resolve", desk, ruth, WARNING, reason="One.", token=token)
    second = send(desk.physician, "flag_resolve", desk, ruth, WARNING, reason="Two.", token=token)
    assert (first.status_code, second.status_code) == (302, 302)
    assert flag(desk, ruth, WARNING).resolve_reason == "One."


def test_nothing_is_done_to_another_clinics_flag(desk: Desk, ruth: Patient) -> None:
    found = flag(desk, ruth, URGENT)
    other = Desk().physician
    for name in ("flag_acknowledge", "flag_snooze", "flag_resolve"):
        answer = other.post(address(name, ruth, "symptom-recurrence"), typed(version=version_of(found)))
        assert answer.status_code == 404


@pytest.mark.parametrize("name", ["flag_snooze", "flag_resolve"])
def test_a_flag_that_is_gone_is_said_to_be_gone(desk: Desk, ruth: Patient, name: str) -> None:
    send(desk.physician, "flag_resolve", desk, ruth, WARNING, reason="Kidneys")
    for answer in (
        desk.physician.get(address(name, ruth, "mma-above-target") + "?back=flags", follow=True),
        send(desk.physician, name, desk, ruth, WARNING, reason="Late", until=days_on(3)),
    ):
        if answer.status_code == 302:
            answer = desk.physician.get(answer.url)  # type: ignore[attr-defined]
        assert "“Methylmalonic acid above target” no longer stands for Ruth Calloway" in words(answer)
    assert desk.physician.get(address(name, ruth, "no-such-flag")).status_code == 404
