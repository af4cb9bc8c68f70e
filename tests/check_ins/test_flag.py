"""Answers that are worse than the latest assessment raise an urgent flag at once; only an assessment closes it."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from patients.actions.assessments import record_assessment
from patients.actions.records import ref, strike_out, tell_calendar
from patients.models import Assessment, Patient
from patients.vocabulary import Phase
from schedules.actions.rebuild import differences
from schedules.actions.send_messages import send_for_clinic
from schedules.facts import facts_for
from schedules.models import Flag
from schedules.workflow import Noted, Scored, workflow_findings
from tests.check_ins.asked import FINE, NOW, TODAY, Phone, recorded
from tests.factories import AssessmentFactory, CheckInFactory
from tests.messages.people import Server
from tests.record.desk import Desk, address, typed

CODE = "PATIENT_REPORTS_WORSENING"
DAY = dt.timedelta(1)
NONE = dict.fromkeys(FINE, 0)
FOUND = Scored("assessment:1", TODAY - 30 * DAY, NONE | {"gait_ataxia": 1})


def said(on: dt.date = TODAY, **scores: int | None) -> Scored:
    return Scored("checkin:7", on, NONE | scores)


@pytest.mark.parametrize(
    ("assessed", "answers", "worse"),
    [
        (FOUND, [said(gait_ataxia=1)], None),
        (FOUND, [said(gait_ataxia=2)], ["gait_ataxia"]),
        (FOUND, [said(gait_ataxia=0, visual=1, glossitis=3)], ["glossitis", "visual"]),
        (FOUND, [said(gait_ataxia=None)], None),
        (Scored("assessment:1", TODAY, NONE | {"visual": None}), [said(visual=3)], None),
        (None, [said()], None),
        (None, [said(cognitive=1)], ["cognitive"]),
        (None, [], None),
        (FOUND, [said(), said(TODAY - DAY, gait_ataxia=3)], ["gait_ataxia"]),
    ],
    ids=[
        "the same", "worse", "worse in two, better in one", "skipped", "not assessed then", "never assessed, none",
        "never assessed, some", "nothing answered", "better since, but not assessed",
    ],
)  # fmt: skip
def test_worse_in_any_domain(assessed: Scored | None, answers: list[Scored], worse: list[str] | None) -> None:
    found = workflow_findings(Noted(Phase.MAINTENANCE, assessed=assessed, said=tuple(answers)), on=TODAY)
    assert [finding.facts["worse"] for finding in found] == ([worse] if worse else [])


def test_the_newest_worse_answer_is_named_with_dates_and_words() -> None:
    answers = (said(gait_ataxia=2), said(TODAY - DAY, gait_ataxia=3))
    (finding,) = workflow_findings(Noted(Phase.STOPPED, assessed=FOUND, said=answers), on=TODAY)
    assert (finding.code, finding.severity) == (CODE, "urgent")
    assert finding.reason == (
        "The patient answered by link on 2 Mar 2026, worse than assessed on 31 Jan 2026: "
        "walking, balance: quite a lot, assessed as mild."
    )
    assert finding.facts == {"check_in": "checkin:7", "assessment": "assessment:1", "worse": ["gait_ataxia"]}


def test_no_flag_for_who_is_no_longer_followed() -> None:
    assert workflow_findings(Noted(Phase.CLOSED, said=(said(visual=3),)), on=TODAY) == ()


@pytest.fixture
def worse(desk: Desk, patient: Patient, phone: Phone) -> Patient:
    """Assessed a month ago without findings; has just answered that walking is worse."""
    desk.look()
    AssessmentFactory(patient=patient, on=TODAY - 30 * DAY)
    phone.send(**FINE | {"gait_ataxia": "2"})
    return patient


def assess(desk: Desk, patient: Patient, on: dt.date, **fields: Any) -> Assessment:
    desk.look()
    return record_assessment(
        patient=patient, on=on, at=None, scores=NONE | {"gait_ataxia": 1}, note="", by=desk.users["nurse"],
        token=typed()["token"], **fields,
    )  # fmt: skip


def test_it_rises_at_once_and_the_physician_is_mailed(desk: Desk, worse: Patient) -> None:
    assert CODE in desk.flags(worse)
    server = Server()
    send_for_clinic(desk.clinic, outbox=server, clock=lambda: NOW + dt.timedelta(minutes=1))
    mails = [mail for mail in server.taken if "urgent flag" in mail.subject]
    assert [mail.to for mail in mails] == [[desk.users["physician"].email]]
    assert worse.family_name not in mails[0].body
    assert list(differences(desk.clinic)) == []


def test_answers_that_are_not_worse_raise_nothing(desk: Desk, patient: Patient, phone: Phone) -> None:
    phone.send(**FINE)
    assert CODE not in desk.flags(patient)


def test_an_assessment_later_the_same_day_closes_it_and_undoing_it_opens_it_again(
    desk: Desk, worse: Patient
) -> None:
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        made = assess(desk, worse, TODAY)
        assert CODE not in desk.flags(worse)
        strike_out(made, reason="undone", note="", by=desk.users["nurse"])
        tell_calendar(worse, cause=ref(made))
    assert CODE in desk.flags(worse)
    assert Flag.objects.filter(patient=worse, code=CODE).count() == 1


def test_one_on_a_later_day_closes_it(desk: Desk, worse: Patient) -> None:
    with time_machine.travel(NOW + DAY, tick=False):
        assess(desk, worse, TODAY + DAY)
    assert CODE not in desk.flags(worse)


def test_one_of_an_earlier_day_that_is_typed_later_is_what_the_answer_is_compared_with(
    desk: Desk, worse: Patient
) -> None:
    with time_machine.travel(NOW + DAY, tick=False):
        assess(desk, worse, TODAY - DAY)
        assert CODE in desk.flags(worse)
        flag = Flag.objects.get(patient=worse, code=CODE, cleared_on__isnull=True)
    assert "assessed as mild" in flag.reason


def test_one_recorded_before_the_answer_on_the_same_day_does_not_close_it(
    desk: Desk, patient: Patient, phone: Phone
) -> None:
    with time_machine.travel(NOW - dt.timedelta(hours=1), tick=False):
        assess(desk, patient, TODAY)
    phone.send(**FINE | {"gait_ataxia": "2"})
    assert CODE in desk.flags(patient)


def test_a_physician_strikes_the_answers_out_and_the_flag_is_gone(desk: Desk, worse: Patient) -> None:
    (check_in,) = recorded(worse)
    where = address("correct_record", worse, "check_in", check_in.uid)
    form = typed(reason="wrong_patient", note="Answered by the neighbour")
    assert desk.nurse.post(where, form).status_code == 403
    assert desk.physician.post(where, form).status_code == 302
    assert CODE not in desk.flags(worse)
    (check_in,) = recorded(worse)
    assert (check_in.error_reason, check_in.gait_ataxia) == ("wrong_patient", 2)


def test_the_rules_never_read_answers(desk: Desk, patient: Patient) -> None:
    desk.look()
    before = facts_for([patient])
    CheckInFactory(patient=patient, gait_ataxia=3)
    assert facts_for([patient]) == before
