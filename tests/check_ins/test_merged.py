"""A link that was sent before two records of one person were merged."""

import datetime as dt

from patients.models import CheckInInvitation, Patient
from schedules.actions.merge import merge_records, separate_records
from tests.check_ins.asked import FINE, TODAY, Phone, ask, recorded
from tests.factories import CheckInFactory
from tests.record.desk import Desk, typed


def merge(desk: Desk, kept: Patient, merged: Patient) -> None:
    desk.look()
    merge_records(
        kept=kept, merged=merged, reason="same_person", today=TODAY, token=typed()["token"],
        by=desk.users["coordinator"],
    )  # fmt: skip


def test_it_goes_on_working_and_the_answers_are_with_the_record_that_was_kept(
    desk: Desk, patient: Patient, phone: Phone
) -> None:
    kept = desk.patient()
    merge(desk, kept, patient)
    token = phone.token()
    for _time in range(2):
        assert "Thank you" in phone.send(token=token, **FINE | {"gait_ataxia": "2"}).content.decode()
    assert (len(recorded(kept)), recorded(patient)) == (1, [])
    assert "PATIENT_REPORTS_WORSENING" in desk.flags(kept)


def test_both_may_have_been_asked_before_the_same_dose(
    desk: Desk, patient: Patient, invitation: CheckInInvitation
) -> None:
    kept = desk.patient()
    ask(kept)
    merge(desk, kept, patient)
    desk.look()
    assert CheckInInvitation.objects.filter(patient=patient).exists()


def test_answers_move_with_the_record_and_back(desk: Desk, patient: Patient) -> None:
    kept = desk.patient()
    CheckInFactory(patient=patient, on=TODAY - dt.timedelta(3))
    merge(desk, kept, patient)
    assert (len(recorded(kept)), recorded(patient)) == (1, [])
    desk.look()
    separate_records(merged=patient, today=TODAY, token=typed()["token"], by=desk.users["coordinator"])
    assert (recorded(kept), len(recorded(patient))) == ([], 1)
