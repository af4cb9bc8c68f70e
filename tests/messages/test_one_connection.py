"""Servers that end a connection after so many mails: another one is opened, and no mail waits or arrives twice."""

import datetime as dt

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from patients.models import Clinic
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.messages import mail
from schedules.models import JobRun, Message
from tests.messages.people import clinic_that_reminds, days_before, patient_with_visit
from tests.messages.smtp import Postbox, smtp_server, through

pytestmark = pytest.mark.django_db
PATIENTS = 10
NOW = days_before(7)


class Counting(Postbox):
    """Counts its connections; may end them in silence after so many mails, or answer 421 to everybody."""

    def __init__(self, *, silent_after: int = 0, shut: bool = False) -> None:
        super().__init__()
        self.sessions: list[Session] = []
        self.silent_after, self.shut = silent_after, shut

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if session not in self.sessions:
            self.sessions.append(session)
            self.here = 0
        self.here += 1
        if self.silent_after and self.here > self.silent_after:
            server.transport.abort()
        if self.shut:
            return "421 4.3.2 Going down"
        envelope.mail_from = address
        return "250 OK"


@pytest.fixture(autouse=True)
def clinic() -> Clinic:
    clinic = clinic_that_reminds()
    with clinic_scope([clinic.pk]):
        for number in range(PATIENTS):
            patient_with_visit(clinic, email=f"p{number}@mail.example")
    prepare_messages(now=NOW)
    return clinic


def attempts(clinic: Clinic) -> list[int]:
    with clinic_scope([clinic.pk]):
        return list(Message.objects.values_list("attempts", flat=True))


def test_a_connection_carries_so_many_mails_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MOST_IN_A_CONNECTION", 4)
    box = Counting()
    with smtp_server(box) as server, through(server):
        assert send_messages(clock=lambda: NOW) == {"sent": PATIENTS}
    assert len(box.sessions) == 3


@pytest.mark.parametrize(
    ("box", "options"),
    [(Counting(), {"command_call_limit": {"MAIL": 3}}), (Counting(silent_after=3), {})],
    ids=["421", "without a word"],
)
def test_a_server_that_allows_less_gets_another_connection(
    clinic: Clinic, box: Counting, options: dict
) -> None:
    with smtp_server(box, **options) as server, through(server):
        assert send_messages(clock=lambda: NOW) == {"sent": PATIENTS}
    assert len(box.sessions) == 4
    assert len({sent["Message-ID"] for sent in box.mails}) == len(box.raw) == PATIENTS
    assert attempts(clinic) == [1] * PATIENTS


def test_a_server_that_is_going_down_is_away(clinic: Clinic) -> None:
    box = Counting(shut=True)
    with smtp_server(box) as server, through(server):
        assert send_messages(clock=lambda: NOW) == {"queued": 1}
        assert sorted(attempts(clinic)) == [0] * (PATIENTS - 1) + [1]
        assert "Going down" in JobRun.objects.get(clinic=clinic, job="messages").error
        box.shut = False
        later = NOW + dt.timedelta(minutes=2)
        assert send_messages(clock=lambda: later) == {"sent": PATIENTS}
