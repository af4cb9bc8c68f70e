"""Ten thousand mails through a real mail server: each once, one bad address in a hundred in nobody's way."""

import datetime as dt
from functools import partial

import pytest

from patients.models import Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.models import Message, PatientSchedule
from tests.factories import PatientFactory
from tests.messages.people import AGREED_AT, VISIT, clinic_that_reminds, days_before
from tests.messages.smtp import Postbox, smtp_server, through

MAILS = 10_000


@pytest.mark.slow
@pytest.mark.django_db
def test_ten_thousand_mails_each_once() -> None:
    clinic = clinic_that_reminds()
    with clinic_scope([clinic.pk]):
        people = [
            PatientFactory.build(
                clinic=clinic,
                email=f"p{n}@mail.example",
                email_consent=True,
                email_consent_at=AGREED_AT,
                name_key=f"p{n}",
            )
            for n in range(MAILS)
        ]
        Patient.objects.bulk_create(people)
        PatientSchedule.objects.bulk_create(
            PatientSchedule(
                patient=person, clinic=clinic, phase="maintenance", interval="2mo", due_on=VISIT, book_on=VISIT,
                missed_on=VISIT + dt.timedelta(15), evaluated_on=AGREED_AT, forecast_until=VISIT,
            )
            for person in people
        )  # fmt: skip
    box = Postbox({f"p{n}@mail.example": "550 5.1.1 No such user" for n in range(0, MAILS, 100)})
    now = days_before(7)
    assert prepare_messages(now=now)["prepared"] == MAILS
    assert prepare_messages(now=now)["prepared"] == 0
    with smtp_server(box) as server, through(server):
        for run in range(10):
            # A server may hang up in between; those messages wait for their next attempt, minutes later.
            send_messages(clock=partial(dt.datetime.__add__, now, dt.timedelta(minutes=6 * run)))
    assert len(box.raw) == len({mail["Message-ID"] for mail in box.mails}) == MAILS - MAILS // 100
    with clinic_scope([clinic.pk]):
        assert Message.objects.filter(state="failed").count() == MAILS // 100
        assert Message.objects.filter(state="sent").count() == len(box.raw)
