"""A check-in among the clinic's messages: who sees what of it, and sending it again."""

import uuid

import pytest
from django.test import override_settings
from django.urls import reverse

from patients.models import CheckInInvitation, Patient
from patients.scope import clinic_scope
from schedules import tasks
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.messages.links import CHECK_IN_LINK
from schedules.models import Message
from tests.messages.people import AGREED_AT, VISIT, days_before, plan
from tests.record.desk import Desk, words

NOW = days_before(14)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch, time_machine: object) -> None:
    monkeypatch.setattr(tasks, "soon", lambda task: None)
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


@pytest.fixture
def patient(desk: Desk) -> Patient:
    patient = desk.patient(email="ruth@mail.example", email_consent=True, email_consent_at=AGREED_AT)
    plan(patient, on=VISIT, interval="2mo")
    return patient


@pytest.fixture
def message(desk: Desk, patient: Patient) -> Message:
    """A check-in that was sent two weeks before the visit."""
    prepare_messages(now=NOW)
    send_messages(clock=lambda: NOW)
    desk.look()
    return Message.objects.get(kind="check_in", state="sent")


def test_staff_read_the_text_without_the_link_that_only_the_patient_may_use(
    desk: Desk, message: Message
) -> None:
    assert CHECK_IN_LINK.search(message.text)
    page = desk.coordinator.get(reverse("message", args=[message.uid]))
    assert "(the patient's own link)" in words(page)
    assert not CHECK_IN_LINK.search(page.content.decode())


@override_settings(MAIL_IS_KEPT=True)
def test_where_no_mail_leaves_the_link_is_read_there(desk: Desk, message: Message) -> None:
    page = desk.nurse.get(reverse("message", args=[message.uid]))
    assert CHECK_IN_LINK.search(page.content.decode())


def resend(desk: Desk, message: Message) -> list[str]:
    desk.coordinator.post(reverse("message_resend", args=[message.uid]), {"token": str(uuid.uuid4())})
    desk.look()
    return list(Message.objects.filter(kind="check_in").order_by("pk").values_list("step", flat=True))


def test_sent_again_it_has_the_same_link_for_two_more_weeks(
    desk: Desk, message: Message, time_machine: object
) -> None:
    later = days_before(4, hour=19)
    time_machine.move_to(later, tick=False)
    assert resend(desk, message) == ["14d", "resend-1"]
    send_messages(clock=lambda: later)
    desk.look()
    first, again = Message.objects.filter(kind="check_in").order_by("pk")
    assert again.state == "sent"
    assert CHECK_IN_LINK.findall(first.text) == CHECK_IN_LINK.findall(again.text)
    assert CheckInInvitation.objects.get().sent_on == later.date()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"answered_at": NOW}, "The patient has answered."),
        ({"tries": 5}, "so the link is locked"),
    ],
    ids=["answered", "locked"],
)
def test_not_when_it_was_answered_or_is_locked(desk: Desk, message: Message, fields: dict, why: str) -> None:
    CheckInInvitation.objects.update(**fields)
    assert why in words(desk.coordinator.get(reverse("message", args=[message.uid])))
    assert resend(desk, message) == ["14d"]


def test_not_after_the_dose(desk: Desk, patient: Patient, message: Message) -> None:
    plan(patient, on=VISIT.replace(month=5), last_dose_on=NOW.date(), interval="2mo")
    assert resend(desk, message) == ["14d"]


def test_one_that_waited_and_was_answered_meanwhile_is_not_sent(desk: Desk, message: Message) -> None:
    resend(desk, message)
    with clinic_scope([desk.clinic.pk]):
        CheckInInvitation.objects.update(answered_at=NOW)
    send_messages(clock=lambda: NOW)
    desk.look()
    assert Message.objects.get(step="resend-1").why == "The patient has answered."
