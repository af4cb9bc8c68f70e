"""Ten thousand mails through a real mail server: each once, one bad address in a hundred in nobody's way."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import RUN_FOR, send_messages
from schedules.models import Message, PatientSchedule
from tests.factories import PatientFactory
from tests.messages.people import AGREED_AT, VISIT, clinic_that_reminds, days_before
from tests.messages.smtp import Postbox, smtp_server, through

MAILS = 10_000


def address(number: int) -> str:
    return f"p{number}@mail.example"


def many_patients(clinic: Clinic) -> None:
    with clinic_scope([clinic.pk]):
        people = Patient.objects.bulk_create(
            PatientFactory.build(
                clinic=clinic,
                email=address(n),
                email_consent=True,
                email_consent_at=AGREED_AT,
                name_key=f"p{n}",
            )
            for n in range(MAILS)
        )
        PatientSchedule.objects.bulk_create(
            PatientSchedule(
                patient=person, clinic=clinic, phase="maintenance", interval="2mo", due_on=VISIT, book_on=VISIT,
                missed_on=VISIT + dt.timedelta(15), evaluated_on=AGREED_AT, forecast_until=VISIT,
            )
            for person in people
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_mails_each_once(record_property: Callable[[str, object], None]) -> None:
    clinic = clinic_that_reminds()
    many_patients(clinic)
    box = Postbox({address(n): "550 5.1.1 No such user" for n in range(0, MAILS, 100)})
    now = days_before(7)
    assert prepare_messages(now=now)["prepared"] == MAILS
    assert prepare_messages(now=now)["prepared"] == 0
    begun = time.monotonic()

    def clock() -> dt.datetime:
        return now + dt.timedelta(seconds=time.monotonic() - begun)

    runs = []
    with smtp_server(box, command_call_limit={"MAIL": 1_000}) as server, through(server):
        while (run := (clock(), send_messages(clock=clock), clock()))[1]:
            runs.append(run)
    record_property("mails a second", round(len(box.raw) / (time.monotonic() - begun), 1))
    record_property("runs", len(runs))
    assert all(ended - started < RUN_FOR + dt.timedelta(seconds=5) for started, _counts, ended in runs)
    assert len(box.raw) == len({mail["Message-ID"] for mail in box.mails}) == MAILS - MAILS // 100
    with clinic_scope([clinic.pk]):
        assert Message.objects.filter(state="failed").count() == MAILS // 100
        assert Message.objects.filter(state="sent").count() == len(box.raw)
