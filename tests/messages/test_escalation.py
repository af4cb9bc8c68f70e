"""An urgent flag that nobody acknowledged within a working day: the manager is told, once, without patient data."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from patients.models import Clinic, ClosedDate, Patient
from patients.scope import clinic_scope
from patients.vocabulary import Severity
from schedules.actions.flags import acknowledge_flag
from schedules.actions.raise_flags import Found, reconcile_flags
from schedules.actions.send_messages import send_for_clinic
from schedules.actions.staff_messages import prepare_staff_messages
from schedules.flag_words import version_of
from schedules.models import Flag, Message
from schedules.rules.results import Finding
from tests.factories import PatientFactory, member
from tests.messages.people import Server, at, clinic_that_reminds

pytestmark = pytest.mark.django_db
WEDNESDAY = dt.date(2026, 3, 18)
DAY = dt.timedelta(1)
ALERTED = at(WEDNESDAY, 15)


@pytest.fixture
def clinic() -> Clinic:
    clinic = clinic_that_reminds(open_weekdays=[0, 1, 2, 3, 4], reminders_on=False)
    member(clinic, "physician", email="helen@clinic.example", name="Helen Marsh")
    member(clinic, "manager", email="mona@clinic.example", name="Mona Field")
    return clinic


def raise_flag(clinic: Clinic, *, physician: Any = None, **fields: Any) -> Flag:
    about = {
        "severity": "urgent",
        "raised_on": WEDNESDAY,
        "reason": "Symptoms are back",
        "next_step": "Decide",
    }
    with clinic_scope([clinic.pk]):
        patient = PatientFactory(clinic=clinic, physician=physician, family_name="Quillfeather")
        return Flag.objects.create(
            clinic=clinic, patient=patient, code="SYMPTOM_RECURRENCE", **(about | fields)
        )


def run(clinic: Clinic, now: dt.datetime) -> list[str]:
    """Whom the mail job writes to at `now`."""
    server = Server()
    send_for_clinic(clinic, outbox=server, clock=lambda: now)
    return sorted(mail.to[0] for mail in server.taken)


def last_mail(clinic: Clinic) -> Message:
    with clinic_scope([clinic.pk]):
        return Message.objects.latest("pk")


def see(clinic: Clinic, flag: Flag, by: Any) -> None:
    with clinic_scope([clinic.pk]):
        acknowledge_flag(patient=flag.patient, code=flag.code, version=version_of(flag), by=by)


def test_the_manager_is_told_after_a_working_day_and_once(clinic: Clinic) -> None:
    raise_flag(clinic)
    assert run(clinic, ALERTED) == ["helen@clinic.example"]
    assert run(clinic, ALERTED + DAY - dt.timedelta(minutes=1)) == []
    assert run(clinic, ALERTED + DAY) == ["mona@clinic.example"]
    assert run(clinic, ALERTED + DAY + dt.timedelta(minutes=1)) == []
    assert run(clinic, ALERTED + 9 * DAY) == []


def test_closed_days_and_weekends_do_not_count(clinic: Clinic) -> None:
    ClosedDate.objects.create(clinic=clinic, date=dt.date(2026, 3, 23))
    friday = at(dt.date(2026, 3, 20), 19)
    raise_flag(clinic)
    run(clinic, friday)
    assert [run(clinic, friday + days * DAY) for days in (1, 2, 3, 4)] == [
        [],
        [],
        [],
        ["mona@clinic.example"],
    ]


def test_it_says_whom_to_ask_and_links_to_a_page_a_manager_may_open(clinic: Clinic, client: Client) -> None:
    raise_flag(clinic)
    run(clinic, ALERTED)
    run(clinic, ALERTED + DAY)
    mail = last_mail(clinic)
    assert mail.subject == "An urgent flag was not looked at for a working day"
    assert "Helen Marsh, helen@clinic.example" in mail.text
    for private in ("Quillfeather", "Ruth", "RS-", "Symptoms"):
        assert private not in mail.text + mail.html + mail.subject
    path = "/" + mail.text.split()[-1].split("/", 3)[3]
    with clinic_scope([clinic.pk]):
        manager = clinic.roles.get(role="manager").user
    client.force_login(manager)
    page = client.get(path)
    assert page.status_code == 200
    assert "Helen Marsh" in page.content.decode()


def test_the_responsible_physicians_are_the_ones_to_ask(clinic: Clinic) -> None:
    omar = member(clinic, "physician", email="omar@clinic.example", name="Omar Reyes")
    raise_flag(clinic, physician=omar)
    run(clinic, ALERTED)
    run(clinic, ALERTED + DAY)
    assert "Omar Reyes" in last_mail(clinic).text
    assert "Helen Marsh" not in last_mail(clinic).text


def test_a_manager_who_is_a_physician_too_opens_the_flags(clinic: Clinic) -> None:
    with clinic_scope([clinic.pk]):
        manager = clinic.roles.get(role="manager").user
    clinic.roles.create(user=manager, role="physician")
    raise_flag(clinic)
    run(clinic, ALERTED)
    run(clinic, ALERTED + DAY)
    assert last_mail(clinic).text.split()[-1].endswith("/flags/")
    assert "Please ask" not in last_mail(clinic).text


def test_without_a_manager_the_physicians_are_told_again(clinic: Clinic) -> None:
    clinic.roles.filter(role="manager").update(active=False)
    raise_flag(clinic)
    assert run(clinic, ALERTED) == ["helen@clinic.example"]
    assert run(clinic, ALERTED + DAY) == ["helen@clinic.example"]
    assert last_mail(clinic).kind == "escalation"
    assert last_mail(clinic).text.split()[-1].endswith("/flags/")


def test_without_a_physician_the_manager_is_told_a_working_day_after_it_was_raised(clinic: Clinic) -> None:
    clinic.roles.filter(role="physician").update(active=False)
    flag = raise_flag(clinic)
    with clinic_scope([clinic.pk]):
        Flag.objects.filter(pk=flag.pk).update(raised_at=ALERTED)
    assert run(clinic, ALERTED) == []
    assert run(clinic, ALERTED + DAY) == ["mona@clinic.example"]
    assert "No physician works in this clinic" in last_mail(clinic).text


@pytest.mark.parametrize(
    "fields",
    [
        {"severity": "warning"},
        {"acknowledged_at": ALERTED},
        {"resolved_at": ALERTED},
        {"cleared_on": WEDNESDAY},
    ],
    ids=["warning", "acknowledged", "resolved", "closed"],
)
def test_what_was_looked_at_or_is_over_stays_with_the_physicians(clinic: Clinic, fields: dict) -> None:
    raise_flag(clinic, alerted_at=ALERTED, **fields)
    assert run(clinic, ALERTED + 2 * DAY) == []


def test_it_is_asked_again_before_it_is_sent(clinic: Clinic) -> None:
    nurse = member(clinic, "nurse")
    flag = raise_flag(clinic, alerted_at=ALERTED)
    assert prepare_staff_messages(clinic, now=ALERTED + DAY) == 1
    see(clinic, flag, nurse)
    assert run(clinic, ALERTED + DAY) == []
    assert (last_mail(clinic).state, last_mail(clinic).kind) == ("suppressed", "escalation")


def test_newer_facts_begin_a_new_working_day(clinic: Clinic) -> None:
    flag = raise_flag(clinic)
    run(clinic, ALERTED)
    assert run(clinic, ALERTED + DAY) == ["mona@clinic.example"]
    renew(flag.patient, reason="Symptoms are back, worse")
    later = ALERTED + DAY + dt.timedelta(hours=2)
    assert run(clinic, later) == ["helen@clinic.example"]
    assert run(clinic, later + dt.timedelta(hours=23)) == []
    with clinic_scope([clinic.pk]):
        assert Flag.objects.get().escalated_at is None
    assert run(clinic, later + 4 * DAY) == ["mona@clinic.example"]


def renew(patient: Patient, *, reason: str) -> None:
    """What a write does whose evaluation says more than the flag."""
    finding = Finding("SYMPTOM_RECURRENCE", Severity.URGENT, (), {}, reason, "Decide")
    with clinic_scope([patient.clinic_id]):
        reconcile_flags([Found(patient, WEDNESDAY + DAY, (finding,))], cause="test")


def test_the_inbox_says_when_the_manager_was_told(clinic: Clinic, client: Client) -> None:
    nurse = member(clinic, "nurse")
    flag = raise_flag(clinic)
    run(clinic, ALERTED)
    client.force_login(nurse)
    assert "manager told" not in client.get("/flags/").content.decode()
    run(clinic, ALERTED + DAY)
    assert "manager told on Thu 19 Mar 2026" in client.get("/flags/").content.decode()
    see(clinic, flag, nurse)
    assert "manager told" not in client.get("/flags/").content.decode()
