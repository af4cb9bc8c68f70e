"""What people do with messages: send one again, and stop them."""

import datetime as dt
import uuid

from django.db.models import F
from django.utils.translation import gettext as _

from patients.actions.once import claim_form
from patients.actions.records import lock_patient
from patients.models import Patient
from patients.scope import clinic_scope
from schedules.messages.links import read_unsubscribe_token
from schedules.messages.visits import Reminder, reason_against, visits_of
from schedules.models import Message

State = Message.State
ENDED = frozenset({State.SENT, State.FAILED, State.BOUNCED, State.SUPPRESSED})


class NotWantedError(Exception):
    """The message makes no sense (any more); the words say why."""


def reason_against_resending(message: Message, *, today: dt.date) -> str:
    """Why a message cannot be sent again, in words that say what would help; empty when it can."""
    if message.patient_id is None:
        return _("Mails to staff are not sent again; the pages they point to are always up to date.")
    if message.state not in ENDED:
        return _("It has not been sent yet: it is waiting.")
    visit = visits_of([message.patient_id]).get(message.patient_id)
    return reason_against(Reminder(message.kind, message.announced_on, "resend-1"), visit, today=today)


def resend_message(
    *, message: Message, token: uuid.UUID, now: dt.datetime, today: dt.date, by: object
) -> Message:
    """Queue the message once more, as a row of its own, to the patient's present address; it is written afresh just
    before it is sent. Raises NotWantedError, AlreadySubmittedError."""
    why = reason_against_resending(message, today=today)
    if why or message.patient is None:
        raise NotWantedError(why)
    form = claim_form(token=token, by=by)
    patient = lock_patient(message.patient)
    same = Message.objects.filter(patient=patient, kind=message.kind, announced_on=message.announced_on)
    again = Message.objects.create(
        clinic=patient.clinic,
        patient=patient,
        kind=message.kind,
        announced_on=message.announced_on,
        step=f"resend-{same.filter(step__startswith='resend-').count() + 1}",
        to=patient.email,
        language=patient.language,
        subject=message.subject,
        text=message.text,
        html=message.html,
        calendar=message.calendar,
        next_attempt_at=now,
    )
    form.result = str(again.uid)
    form.save(update_fields=["result"])
    return again


def unsubscribe(*, token: str, now: dt.datetime) -> bool:
    """Stop all e-mails to the patient a link is about, in the link's own clinic; False when the link is wrong.

    Twice is once: the first time stands.
    """
    recipient = read_unsubscribe_token(token, today=now.date())
    if recipient is None:
        return False
    with clinic_scope([recipient.clinic_id]):
        patient = Patient.objects.filter(uid=recipient.patient_uid).first()
        if patient is None:
            return False
        # The link of a record that was merged since speaks for the person.
        patients = Patient.objects.filter(pk__in=[patient.pk, patient.current_record.pk])
        patients.filter(unsubscribed_at__isnull=True).update(unsubscribed_at=now, version=F("version") + 1)
        return True
