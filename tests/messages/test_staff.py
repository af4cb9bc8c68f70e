"""Mails to staff: an urgent flag within minutes to the right physician, and the counts of the morning."""

import datetime as dt

import pytest

from patients.models import Clinic, ClosedDate
from patients.scope import clinic_scope
from schedules.actions import send_messages
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_for_clinic
from schedules.models import Flag, JobRun, Message
from tests.factories import member
from tests.messages.people import VISIT, Server, at, book, clinic_that_reminds, patient_with_visit

pytestmark = pytest.mark.django_db
NIGHT = at(VISIT, 3)
MORNING = at(VISIT, 8)


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds()


def run(clinic: Clinic, now: dt.datetime) -> list[str]:
    server = Server()
    send_for_clinic(clinic, outbox=server, clock=lambda: now)
    return sorted(mail.to[0] for mail in server.taken)


def flag(clinic: Clinic, code: str, *, physician: object = None, **fields: object) -> Flag:
    with clinic_scope([clinic.pk]):
        patient = patient_with_visit(clinic, on=VISIT + dt.timedelta(60), physician=physician, email="")
        about = {
            "severity": "urgent",
            "raised_on": VISIT,
            "reason": "Symptoms are back",
            "next_step": "Decide",
        }
        return Flag.objects.create(clinic=clinic, patient=patient, code=code, **(about | fields))


def test_the_responsible_physician_is_told_once_at_any_hour(clinic: Clinic) -> None:
    helen = member(clinic, "physician", email="helen@clinic.example")
    member(clinic, "physician", email="omar@clinic.example")
    flag(clinic, "SYMPTOM_RECURRENCE", physician=helen)
    assert run(clinic, NIGHT) == ["helen@clinic.example"]
    assert run(clinic, NIGHT + dt.timedelta(minutes=1)) == []


def test_without_one_who_still_works_here_all_physicians_are_told(clinic: Clinic) -> None:
    gone = member(clinic, "physician", email="gone@clinic.example", is_active=False)
    member(clinic, "physician", email="omar@clinic.example")
    member(clinic, "physician", email="ines@clinic.example")
    member(clinic, "nurse", email="joy@clinic.example")
    flag(clinic, "SYMPTOM_RECURRENCE", physician=gone)
    assert run(clinic, NIGHT) == ["ines@clinic.example", "omar@clinic.example"]


def test_several_flags_are_one_mail(clinic: Clinic) -> None:
    member(clinic, "physician", email="helen@clinic.example")
    for code in ("SYMPTOM_RECURRENCE", "MISSED_INJECTION", "LOW_POTASSIUM"):
        flag(clinic, code)
    assert run(clinic, NIGHT) == ["helen@clinic.example"]
    with clinic_scope([clinic.pk]):
        assert Message.objects.get().subject == "3 urgent flags wait for you"


@pytest.mark.parametrize(
    "fields",
    [{"severity": "warning"}, {"acknowledged_at": NIGHT}, {"resolved_at": NIGHT}, {"cleared_on": VISIT}],
    ids=["warning", "acknowledged", "resolved", "closed"],
)
def test_what_nobody_needs_to_look_at_is_not_mailed(clinic: Clinic, fields: dict) -> None:
    member(clinic, "physician", email="helen@clinic.example")
    flag(clinic, "SYMPTOM_RECURRENCE", **fields)
    assert run(clinic, NIGHT) == []


def test_a_flag_waits_until_there_is_a_physician_to_tell(clinic: Clinic) -> None:
    flag(clinic, "SYMPTOM_RECURRENCE")
    assert run(clinic, NIGHT) == []
    member(clinic, "physician", email="helen@clinic.example")
    assert run(clinic, NIGHT + dt.timedelta(minutes=1)) == ["helen@clinic.example"]


def test_newer_facts_are_told_again_on_the_same_day_too(clinic: Clinic) -> None:
    member(clinic, "physician", email="helen@clinic.example")
    told = flag(clinic, "SYMPTOM_RECURRENCE")
    assert run(clinic, NIGHT) == ["helen@clinic.example"]
    with clinic_scope([clinic.pk]):
        Flag.objects.filter(pk=told.pk).update(alerted_at=None)  # As `reconcile_flags` renews it.
    assert run(clinic, NIGHT + dt.timedelta(hours=1)) == ["helen@clinic.example"]


def test_the_morning_mail_goes_once_to_those_who_work_with_the_list(clinic: Clinic) -> None:
    for role in ("nurse", "physician", "coordinator", "manager"):
        member(clinic, role, email=f"{role}@clinic.example")
    with clinic_scope([clinic.pk]):
        book(patient_with_visit(clinic, email=""), on=VISIT)
    sent = [run(clinic, MORNING + dt.timedelta(hours=hours)) for hours in (-1, 0, 1, 9, 24 * 1)]
    everyone = ["coordinator@clinic.example", "nurse@clinic.example", "physician@clinic.example"]
    assert sent == [[], everyone, [], [], everyone]
    with clinic_scope([clinic.pk]):
        text = Message.objects.filter(announced_on=VISIT).first().text
    assert "Booked today: 1" in text
    assert "Due today: 1" in text
    assert "Late: 0" in text


def test_no_morning_mail_on_a_closed_day(clinic: Clinic) -> None:
    member(clinic, "nurse", email="joy@clinic.example")
    ClosedDate.objects.create(clinic=clinic, date=VISIT)
    assert run(clinic, MORNING) == []


def test_who_left_before_it_was_sent_gets_nothing(clinic: Clinic) -> None:
    joy = member(clinic, "nurse", email="joy@clinic.example")
    with clinic_scope([clinic.pk]):
        Message.objects.create(
            clinic=clinic,
            kind="digest",
            announced_on=VISIT,
            step="morning",
            to=joy.email,
            next_attempt_at=MORNING,
        )
    joy.clinic_roles.update(active=False)
    assert run(clinic, MORNING) == []
    with clinic_scope([clinic.pk]):
        assert Message.objects.get().state == "suppressed"


def test_a_staff_mail_that_cannot_be_written_does_not_hold_up_the_patients(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise RuntimeError

    with clinic_scope([clinic.pk]):
        patient_with_visit(clinic)
    prepare_messages(now=at(VISIT - dt.timedelta(7), 9))
    monkeypatch.setattr(send_messages, "prepare_staff_messages", broken)
    assert run(clinic, at(VISIT - dt.timedelta(7), 9)) == ["ruth@mail.example"]
    assert JobRun.objects.get(clinic=clinic, job="messages").error == "staff: RuntimeError"
