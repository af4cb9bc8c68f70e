"""An entry on the wrong patient: struck out there, written for the right one, both calendars right at once."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from patients.actions.records import ChangedMeanwhileError
from patients.models import Assessment, BloodDraw, Injection, LabResult, Patient, Pregnancy
from patients.models.patient import MergedRecordError
from schedules.actions.log_injection import NeedsReasonError, RefusedError
from schedules.actions.move_entry import Override, move_entry, of_one_draw
from schedules.actions.refresh import refresh_patients
from tests.decisions.signing import on_maintenance
from tests.factories import AssessmentFactory, InjectionFactory, LabResultFactory
from tests.people.two_records import days, merge
from tests.record.desk import TODAY, Desk, address, typed, words


@pytest.fixture
def wrong(desk: Desk) -> Patient:
    return on_maintenance(desk, record_number="RS-1", given_name="Otto")


@pytest.fixture
def right(desk: Desk) -> Patient:
    return on_maintenance(desk, record_number="RS-2", given_name="Ruth")


def dose(desk: Desk, patient: Patient, on: dt.date = TODAY, **fields: Any) -> Injection:
    nurse = desk.users["nurse"]
    found = InjectionFactory(
        patient=patient, on=on, recorded_by=nurse, given_by=nurse, note="Left arm sore", **fields
    )
    refresh_patients([patient.pk], cause="test")
    return found


def moved(desk: Desk, patient: Patient, target: Patient, rows: Any, **fields: Any) -> Any:
    desk.look()
    asked = {"note": "Wrong row tapped", "override": Override(), "today": TODAY, "token": uuid.uuid4()}
    by = desk.users["physician"]
    return move_entry(patient=patient, target=target, rows=rows, by=by, **(asked | fields))


def test_a_dose_moves_with_who_and_when_and_both_calendars_follow(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    before = desk.due(wrong)
    given = dose(desk, wrong)
    due_right = desk.due(right)
    [new] = moved(desk, wrong, right, [given])
    given.refresh_from_db()
    assert (given.error_reason, given.error_by, given.error_note) == (
        "wrong_patient", desk.users["physician"], "Wrong row tapped",
    )  # fmt: skip
    assert (new.patient, new.amends, new.on, new.at, new.note) == (right, given, TODAY, given.at, given.note)
    assert (new.given_by, new.recorded_by) == (desk.users["nurse"], desk.users["nurse"])
    assert desk.due(wrong) == before
    assert desk.due(right) != due_right
    assert desk.schedule(right).last_dose_on == TODAY
    call_command("rebuild_schedules", "--check")


def test_what_was_recorded_with_the_dose_goes_with_it(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = dose(desk, wrong, reaction="Rash")
    own = {"clinic": desk.clinic, "patient": wrong, "injection": given, "recorded_by": desk.users["nurse"]}
    BloodDraw.objects.create(**own, drawn_on=TODAY, contents=["b12"], before_dose=True)
    AssessmentFactory(**own, on=TODAY, gait_ataxia=2)
    Pregnancy.objects.create(**own, status="planning", from_date=TODAY)
    new = moved(desk, wrong, right, [given])[0]
    for model in (BloodDraw, Assessment, Pregnancy):
        row = model.objects.valid().get(patient=right, injection=new)
        assert row.amends.patient == wrong
        assert not model.objects.valid().filter(patient=wrong, injection=given).exists()
    assert BloodDraw.objects.valid().get(patient=right).contents == ["b12"]
    assert "REACTION_REVIEW" in desk.flags(right)
    assert "REACTION_REVIEW" not in desk.flags(wrong)


def test_a_second_dose_of_the_day_asks_for_a_reason(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = dose(desk, wrong)
    dose(desk, right)
    with pytest.raises(NeedsReasonError, match="already recorded"):
        moved(desk, wrong, right, [given])
    given.refresh_from_db()
    assert not given.entered_in_error
    [new] = moved(desk, wrong, right, [given], override=Override("other", "Two were given."))
    assert (new.override_reason, new.override_note, new.codes) == (
        "other",
        "Two were given.",
        ["DUPLICATE_DOSE"],
    )


@pytest.mark.parametrize("model", [Injection, Assessment, LabResult])
def test_before_birth_is_refused_and_nothing_is_written(desk: Desk, wrong: Patient, model: Any) -> None:
    child = desk.patient(birth_date=TODAY - days(2))
    make = {Injection: InjectionFactory, Assessment: AssessmentFactory, LabResult: LabResultFactory}[model]
    day = {"drawn_on" if model is LabResult else "on": TODAY - days(3)}
    row = make(patient=wrong, **day)
    token = uuid.uuid4()
    with pytest.raises(RefusedError, match="before the date of birth"):
        moved(desk, wrong, child, [row], token=token)
    row.refresh_from_db()
    assert not row.entered_in_error
    assert not model.objects.filter(patient=child).exists()
    assert moved(desk, wrong, on_maintenance(desk), [row], token=token)  # the form may be sent again


def test_a_dose_not_given_moves_without_questions_about_doses(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    dose(desk, right)
    row = dose(desk, wrong, given=False, not_given_reason="declined")
    [new] = moved(desk, wrong, right, [row])
    assert (new.given, new.not_given_reason, new.patient) == (False, "declined", right)


def test_a_panel_moves_at_once_and_an_odd_value_is_not_asked_about_again(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    at = dt.time(8, 30)
    rows = [
        LabResultFactory(patient=wrong, drawn_on=TODAY, drawn_at=at),
        LabResultFactory(
            patient=wrong, drawn_on=TODAY, drawn_at=at, analyte="hb", value=3000, unit="g/L",
            override_reason="report_says_so", override_note="Seen",
        ),
    ]  # fmt: skip
    LabResultFactory(patient=wrong, drawn_on=TODAY, drawn_at=dt.time(12))
    assert of_one_draw(rows[0]) == rows
    new = moved(desk, wrong, right, rows)
    assert [(row.analyte, row.override_note, row.patient) for row in new] == [
        ("b12", "", right), ("hb", "Seen", right),
    ]  # fmt: skip
    assert LabResult.objects.valid().filter(patient=wrong, drawn_on=TODAY).count() == 1


def test_moved_twice_is_told_and_moved_back_is_possible(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = dose(desk, wrong)
    [new] = moved(desk, wrong, right, [given])
    with pytest.raises(ChangedMeanwhileError):
        moved(desk, wrong, right, [given])
    [back] = moved(desk, right, wrong, [new])
    assert (back.patient, desk.schedule(wrong).last_dose_on) == (wrong, TODAY)
    assert desk.schedule(right).last_dose_on == dt.date(2026, 1, 12)


def test_nothing_moves_to_a_merged_record(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = dose(desk, wrong)
    other = on_maintenance(desk)
    merge(desk, other, right)
    with pytest.raises(MergedRecordError):
        moved(desk, wrong, right, [given])


# --- The pages ---


def go(
    browser: Client, patient: Patient, row: Any, target: Patient, word: str = "injection", **fields: Any
) -> Any:
    asked = {"note": "Wrong row tapped"}
    return browser.post(address("move", patient, word, row.uid, target.uid), typed(**(asked | fields)))


def page(browser: Client, patient: Patient, **query: str) -> HttpResponse:
    return browser.get(address("patient", patient), query)


def test_the_way_begins_at_the_strike_out_page_of_a_physician(desk: Desk, wrong: Patient) -> None:
    given = dose(desk, wrong)
    where = address("correct_record", wrong, "injection", given.uid)
    assert "Move it to the right patient" in words(desk.physician.get(where))
    nurses = words(desk.nurse.get(where))  # her own entry
    assert "Move it to the right patient" not in nurses
    assert "A physician of this clinic can move it to the right patient" in nurses
    cause = wrong.causes.create(clinic=desk.clinic, kind="dietary", recorded_by=desk.users["physician"])
    assert "Move it to" not in words(desk.physician.get(address("correct_record", wrong, "cause", cause.uid)))


def test_found_moved_and_said_on_both_timelines(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = dose(desk, wrong)
    found = desk.physician.get(address("move_find", wrong, "injection", given.uid), {"q": "Ruth"})
    assert "RS-2" in words(found)
    shown = words(desk.physician.get(address("move", wrong, "injection", given.uid, right.uid)))
    assert "Otto" in shown
    assert "Ruth" in shown
    assert go(desk.physician, wrong, given, right).url == address("patient", right)
    assert "Moved here from RS-1" in words(page(desk.physician, right))
    assert "Moved to RS-2" in words(page(desk.physician, wrong))
    assert "Moved to RS-2" in words(page(desk.coordinator, wrong))


def test_a_moved_panel_says_so(desk: Desk, wrong: Patient, right: Patient) -> None:
    rows = [LabResultFactory(patient=wrong, drawn_on=TODAY, analyte=each) for each in ("b12",)]
    rows.append(LabResultFactory(patient=wrong, drawn_on=TODAY, analyte="hb", value=130, unit="g/L"))
    where = address("move", wrong, "result", rows[0].uid, right.uid)
    assert "Hb" in words(desk.physician.get(where)) or "Haemoglobin" in words(desk.physician.get(where))
    answer = go(desk.physician, wrong, rows[0], right, "result", results=[])
    assert "Tick at least one result" in words(answer)
    go(desk.physician, wrong, rows[0], right, "result", results=[str(rows[1].uid)])
    desk.look()
    assert list(LabResult.objects.filter(patient=right).values_list("analyte", flat=True)) == ["hb"]
    assert LabResult.objects.valid().filter(patient=wrong, drawn_on=TODAY).count() == 1
    assert "Moved here from RS-1" in words(page(desk.physician, right))


def test_the_page_asks_for_the_reason_and_keeps_what_was_typed(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    given = dose(desk, wrong)
    dose(desk, right)
    assert "already recorded" in words(
        desk.physician.get(address("move", wrong, "injection", given.uid, right.uid))
    )
    answer = go(desk.physician, wrong, given, right)
    assert answer.status_code == 422
    assert "Needed to record it all the same" in words(answer)
    assert b"Wrong row tapped" in answer.content
    assert go(desk.physician, wrong, given, right, reason="other", sentence="Two.").status_code == 302


def test_the_same_form_twice_moves_once(desk: Desk, wrong: Patient, right: Patient) -> None:
    given, token = dose(desk, wrong), uuid.uuid4()
    answers = [go(desk.physician, wrong, given, right, token=token).url for _ in "12"]
    desk.look()
    assert answers == [address("patient", right)] * 2
    assert Injection.objects.filter(patient=right, on=TODAY).count() == 1


def test_only_a_physician_moves_and_never_to_another_clinic(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    given = dose(desk, wrong)
    for browser in (desk.nurse, desk.coordinator, desk.manager):
        assert go(browser, wrong, given, right).status_code == 403
    stranger = Desk().patient()
    desk.look()
    assert go(desk.physician, wrong, given, stranger).status_code == 404
    assert go(desk.physician, wrong, given, wrong).status_code == 404
    assert go(desk.physician, wrong, given, right, "cause").status_code == 404
