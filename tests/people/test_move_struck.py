"""Struck out as another patient's first, moved to the right one later."""

from typing import Any

import pytest

from patients.actions.records import ChangedMeanwhileError
from patients.models import Assessment, Injection, LabResult, Patient
from tests.factories import AssessmentFactory, LabResultFactory
from tests.people.test_move_entry import dose, go, moved, page, right, wrong
from tests.record.desk import TODAY, Desk, address, typed, words

__all__ = ["right", "wrong"]


def struck(desk: Desk, row: Any, word: str = "injection", reason: str = "wrong_patient") -> Any:
    form = typed(reason=reason, note="It was Ruth's")
    assert desk.nurse.post(address("correct_record", row.patient, word, row.uid), form).status_code == 302
    desk.look()
    row.refresh_from_db()
    return row


def test_a_dose_a_nurse_struck_out_is_written_for_the_right_patient(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    given = dose(desk, wrong)
    own = {"clinic": desk.clinic, "patient": wrong, "injection": given, "recorded_by": desk.users["nurse"]}
    AssessmentFactory(**own, on=TODAY, gait_ataxia=2)
    struck(desk, given)
    where = address("move_find", wrong, "injection", given.uid)
    assert where in page(desk.physician, wrong).content.decode()
    assert where not in page(desk.nurse, wrong).content.decode()
    shown = words(desk.physician.get(address("move", wrong, "injection", given.uid, right.uid)))
    assert "Struck out already: It was Ruth's" in shown
    assert "How did it happen" not in shown
    assert go(desk.physician, wrong, given, right, note=None).url == address("patient", right)
    desk.look()
    new = Injection.objects.valid().get(amends=given)
    given.refresh_from_db()
    assert (new.patient, new.on, new.given_by) == (right, TODAY, desk.users["nurse"])
    assert (given.error_by, given.error_note) == (desk.users["nurse"], "It was Ruth's")
    beside = Assessment.objects.valid().get(patient=right, injection=new)
    assert beside.amends.error_note == "It was Ruth's"
    assert desk.schedule(right).last_dose_on == TODAY
    after = page(desk.physician, wrong)
    assert "Moved to RS-2" in words(after)
    assert where not in after.content.decode()
    with pytest.raises(ChangedMeanwhileError):
        moved(desk, wrong, right, [given])


def test_struck_out_for_another_reason_it_does_not_move(desk: Desk, wrong: Patient, right: Patient) -> None:
    given = struck(desk, dose(desk, wrong), reason="not_done")
    assert "Move it…" not in words(page(desk.physician, wrong))
    with pytest.raises(ChangedMeanwhileError):
        moved(desk, wrong, right, [given])


def test_of_one_draw_the_struck_out_results_move_and_the_others_stay(
    desk: Desk, wrong: Patient, right: Patient
) -> None:
    nurse = desk.users["nurse"]
    first = LabResultFactory(patient=wrong, drawn_on=TODAY, recorded_by=nurse)
    stays = LabResultFactory(patient=wrong, drawn_on=TODAY, analyte="hb", value=130, unit="g/L")
    struck(desk, first, "result")
    go(desk.physician, wrong, first, right, "result", results=[str(first.uid)])
    desk.look()
    assert LabResult.objects.valid().get(patient=right).amends == first
    assert LabResult.objects.valid().get(patient=wrong) == stays
