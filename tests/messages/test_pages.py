"""The messages page, sending again, and the link that stops the e-mails."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import AccessLog, Clinic, Patient
from patients.scope import clinic_scope
from schedules import tasks
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.messages.links import VALID_FOR, Recipient, unsubscribe_token
from schedules.models import Message
from tests.factories import member
from tests.messages.people import VISIT, clinic_that_reminds, days_before, patient_with_visit

pytestmark = pytest.mark.django_db
NOW = days_before(7)
TODAY = NOW.date()


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds()


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(tasks, "soon", lambda task: None)
    with time_machine.travel(NOW, tick=False):
        yield


def make(clinic: Clinic, **fields: object) -> Patient:
    with clinic_scope([clinic.pk]):
        return patient_with_visit(clinic, **fields)


def told(clinic: Clinic, **fields: object) -> Message:
    """A reminder as it is after being sent."""
    make(clinic, **fields)
    prepare_messages(now=NOW)
    send_messages(clock=lambda: NOW)
    with clinic_scope([clinic.pk]):
        return Message.objects.select_related("patient").filter(patient__isnull=False).latest("pk")


def signed_in(clinic: Clinic, *roles: str) -> Client:
    client = Client()
    client.force_login(member(clinic, *roles))
    return client


@pytest.mark.parametrize("role", ["nurse", "physician", "coordinator"])
def test_who_may_see_messages_sees_the_text_as_sent(clinic: Clinic, role: str) -> None:
    message = told(clinic)
    client = signed_in(clinic, role)
    listed = client.get(reverse("messages")).content.decode()
    assert message.patient.name in listed
    page = client.get(reverse("message", args=[message.uid])).content.decode()
    assert "Your visit on Wed 18 Mar 2026" in page
    assert "Hello Ruth" in page
    assert "ruth@mail.example" in page


def test_reading_a_message_to_a_patient_is_in_the_access_log(clinic: Clinic) -> None:
    message = told(clinic)
    signed_in(clinic, "nurse").get(reverse("message", args=[message.uid]))
    with clinic_scope([clinic.pk]):
        assert AccessLog.objects.get().patient_id == message.patient_id


def test_a_manager_and_another_clinic_do_not(clinic: Clinic) -> None:
    message = told(clinic)
    other = signed_in(clinic_that_reminds(), "nurse")
    assert signed_in(clinic, "manager").get(reverse("messages")).status_code == 403
    assert signed_in(clinic, "manager").get(reverse("message", args=[message.uid])).status_code == 403
    assert other.get(reverse("message", args=[message.uid])).status_code == 404
    assert message.patient.name not in other.get(reverse("messages")).content.decode()
    assert other.post(reverse("message_resend", args=[message.uid])).status_code == 404


def test_filters_narrow_by_patient_state_and_kind(clinic: Clinic) -> None:
    told(clinic, given_name="Anna", email="anna@mail.example")
    failed = told(clinic, given_name="Bert", email="bert@mail.example")
    with clinic_scope([clinic.pk]):
        Message.objects.filter(pk=failed.pk).update(state="bounced", why="Mailbox full")
    client = signed_in(clinic, "nurse")

    def shown(**filters: str) -> list[str]:
        page = client.get(reverse("messages"), filters).content.decode()
        return [name for name in ("Anna", "Bert") if f">{name} " in page]

    assert shown() == ["Anna", "Bert"]
    assert shown(state="failed") == ["Bert"]
    assert shown(state="sent") == ["Anna"]
    assert shown(q="anna") == ["Anna"]
    assert shown(kind="visit_missed") == []
    assert shown(state="nonsense") == ["Anna", "Bert"]


def test_the_list_costs_the_same_for_one_message_and_for_fifty(clinic: Clinic) -> None:
    client = signed_in(clinic, "nurse")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("messages"))
        return len(captured)

    told(clinic)
    one = queries()
    for number in range(49):
        make(clinic, email=f"p{number}@mail.example")
    prepare_messages(now=NOW)
    assert queries() == one


def test_the_page_says_what_happened_and_when_it_is_tried_again(clinic: Clinic) -> None:
    make(clinic)
    prepare_messages(now=NOW)
    with clinic_scope([clinic.pk]):
        message = Message.objects.get()
        message.attempts, message.why = 2, "The mail server could not be reached."
        message.next_attempt_at = NOW + dt.timedelta(minutes=5)
        message.save()
    page = signed_in(clinic, "nurse").get(reverse("message", args=[message.uid])).content.decode()
    assert "The mail server could not be reached." in page
    assert "Tried 2 times." in page
    assert "Next attempt Wed 11 Mar 2026, 09:05." in page


def resend(client: Client, message: Message, token: uuid.UUID) -> str:
    answer = client.post(reverse("message_resend", args=[message.uid]), {"token": str(token)})
    assert answer.status_code == 302
    return answer.url


def test_sending_again_is_a_row_of_its_own_to_the_present_address_once(clinic: Clinic) -> None:
    message, client, token = told(clinic), signed_in(clinic, "coordinator"), uuid.uuid4()
    with clinic_scope([clinic.pk]):
        Message.objects.filter(pk=message.pk).update(state="bounced", why="Mailbox full")
        Patient.objects.update(email="ruth.new@mail.example")
    first = resend(client, message, token)
    assert resend(client, message, token) == first
    with clinic_scope([clinic.pk]):
        again = Message.objects.get(step="resend-1")
        assert (again.to, again.state, again.announced_on) == ("ruth.new@mail.example", "queued", VISIT)
        assert Message.objects.filter(step__startswith="resend").count() == 1
    assert first == reverse("message", args=[again.uid])


def test_what_makes_no_sense_any_more_is_not_sent_again_and_the_page_says_why(clinic: Clinic) -> None:
    message, client = told(clinic), signed_in(clinic, "nurse")
    with clinic_scope([clinic.pk]):
        Patient.objects.update(unsubscribed_at=NOW)
    page = client.get(reverse("message", args=[message.uid])).content.decode()
    assert "no agreement to reminders" in page
    assert reverse("message_resend", args=[message.uid]) not in page
    resend(client, message, uuid.uuid4())
    with clinic_scope([clinic.pk]):
        assert Message.objects.count() == 1


def link_of(patient: Patient, day: dt.date = TODAY) -> str:
    token = unsubscribe_token(Recipient(patient.clinic_id, patient.uid), today=day)
    return reverse("unsubscribe", args=[token])


def unsubscribed_at(patient: Patient) -> dt.datetime | None:
    with clinic_scope([patient.clinic_id]):
        return Patient.objects.get(pk=patient.pk).unsubscribed_at


def test_opening_the_link_asks_and_changes_nothing(clinic: Clinic) -> None:
    patient = make(clinic)
    page = Client().get(link_of(patient))
    assert page.status_code == 200
    assert "Stop the e-mails" in page.content.decode()
    assert unsubscribed_at(patient) is None
    for private in (patient.given_name, patient.family_name, clinic.name, "B12tracker ·", "· b12tracker"):
        assert private not in page.content.decode()


def test_the_button_stops_the_e_mails(clinic: Clinic) -> None:
    patient, before = make(clinic), 1
    client = Client(enforce_csrf_checks=True)
    assert client.post(link_of(patient)).status_code == 200
    with clinic_scope([clinic.pk]):
        patient.refresh_from_db()
    assert not patient.can_be_mailed
    assert patient.version == before + 1
    prepare_messages(now=NOW)
    with clinic_scope([clinic.pk]):
        assert Message.objects.count() == 0


def test_one_click_by_a_mail_provider_needs_no_session_and_twice_is_once(clinic: Clinic) -> None:
    patient = make(clinic)
    client = Client(enforce_csrf_checks=True)
    for _time in range(2):
        assert client.post(link_of(patient), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert unsubscribed_at(patient) == NOW


def test_a_wrong_link_reveals_nothing_and_changes_nothing(clinic: Clinic) -> None:
    patient, other = make(clinic), make(clinic, email="other@mail.example")
    right, stranger = link_of(patient), link_of(other)
    swapped = stranger.rstrip("/").rpartition("-")[0] + "-" + right.rstrip("/").rpartition("-")[2] + "/"
    nobody = reverse("unsubscribe", args=[unsubscribe_token(Recipient(clinic.pk, uuid.uuid4()), today=TODAY)])
    wrong = [
        swapped,
        right[:-2] + ("1/" if right.endswith("0/") else "0/"),
        "/u/1-2-3-4/",
        "/u/nonsense/",
        link_of(patient, TODAY - VALID_FOR - dt.timedelta(1)),
    ]
    answers = [Client().post(address) for address in [*wrong, nobody]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert unsubscribed_at(patient) is None
    assert unsubscribed_at(other) is None


def test_the_link_holds_only_digits(clinic: Clinic) -> None:
    assert link_of(make(clinic)).strip("/").removeprefix("u/").replace("-", "").isdecimal()
