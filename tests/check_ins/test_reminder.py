"""When a patient is asked how they are: once a dose, two weeks before it, where doses are a month or more apart."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import CheckInInvitation, Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.messages.links import CHECK_IN_LINK
from schedules.models import Message, PatientSchedule
from tests.check_ins.asked import FINE, Phone
from tests.messages.people import VISIT, at, book, clinic_that_reminds, days_before, patient_with_visit, plan
from tests.messages.smtp import Postbox, smtp_server, through

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(1)


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds(phone="01632 960 123")


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    with clinic_scope([clinic.pk]):
        return monthly_or_less(patient_with_visit(clinic))


def monthly_or_less(patient: Patient) -> Patient:
    PatientSchedule.objects.filter(patient=patient).update(interval="2mo")
    return patient


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    with smtp_server(box) as server, through(server):
        yield box


def run(now: dt.datetime) -> None:
    prepare_messages(now=now)
    send_messages(clock=lambda: now)


def asked(patient: Patient) -> list[tuple[dt.date, str]]:
    """The patient's check-in messages: date announced and state."""
    with clinic_scope([patient.clinic_id]):
        found = Message.objects.filter(patient=patient, kind="check_in").order_by("pk")
        return list(found.values_list("announced_on", "state"))


def invitation_of(patient: Patient) -> CheckInInvitation:
    with clinic_scope([patient.clinic_id]):
        return CheckInInvitation.objects.select_related("patient").get(patient=patient)


def test_two_weeks_before_once(patient: Patient) -> None:
    for days in range(16, -1, -1):
        run(days_before(days))
        if days == 15:
            assert asked(patient) == []
        if days == 14:
            assert asked(patient) == [(VISIT, "sent")]
    assert asked(patient) == [(VISIT, "sent")]
    assert invitation_of(patient).sent_on == VISIT - 14 * DAY


def test_not_any_more_when_the_reminder_of_the_visit_goes_out(patient: Patient) -> None:
    run(days_before(7))
    assert asked(patient) == []


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        ({"interval": "1mo"}, True),
        ({"interval": "3mo"}, True),
        ({"phase": "prophylaxis", "interval": "1mo"}, True),
        ({"interval": "4wk"}, False),
        ({"interval": "1wk"}, False),
        ({"interval": "2mo", "phase": "loading"}, False),
    ],
    ids=str,
)
def test_only_where_there_is_time_to_feel_worse_between_two_doses(
    patient: Patient, schedule: dict, wanted: bool
) -> None:
    with clinic_scope([patient.clinic_id]):
        plan(patient, on=VISIT, **schedule)
    run(days_before(14))
    assert bool(asked(patient)) is wanted


@pytest.mark.parametrize("fields", [{"email": ""}, {"email_consent": False}, {"unsubscribed_at": at(VISIT)}])
def test_only_who_agreed_and_can_be_reached(patient: Patient, fields: dict) -> None:
    with clinic_scope([patient.clinic_id]):
        Patient.objects.update(**fields)
    run(days_before(14))
    assert asked(patient) == []


def test_a_date_that_moves_asks_no_second_time(patient: Patient) -> None:
    run(days_before(14))
    with clinic_scope([patient.clinic_id]):
        book(patient, on=VISIT + 9 * DAY)
    run(days_before(5))
    with clinic_scope([patient.clinic_id]):
        plan(patient, on=VISIT + 12 * DAY, interval="2mo")
    run(days_before(1))
    assert asked(patient) == [(VISIT, "sent")]


def test_the_next_dose_asks_anew_with_a_link_of_its_own(patient: Patient) -> None:
    run(days_before(14))
    later = VISIT + 60 * DAY
    with clinic_scope([patient.clinic_id]):
        plan(patient, on=later, last_dose_on=VISIT, interval="2mo")
    run(at(later - 14 * DAY))
    assert asked(patient) == [(VISIT, "sent"), (later, "sent")]
    with clinic_scope([patient.clinic_id]):
        assert CheckInInvitation.objects.filter(patient=patient).count() == 2


def ways_it_is_not_wanted(patient: Patient, way: str) -> None:
    if way == "given":
        plan(patient, on=VISIT + 60 * DAY, last_dose_on=VISIT - 14 * DAY, interval="2mo")
    elif way == "moved":
        book(patient, on=VISIT + DAY)
    elif way == "answered":
        CheckInInvitation.objects.update(answered_at=days_before(14))
    elif way == "locked":
        CheckInInvitation.objects.update(tries=5)
    elif way == "consent":
        Patient.objects.update(email_consent=False)
    elif way == "stopped":
        plan(patient, on=None)
    elif way == "interval":
        plan(patient, on=VISIT, interval="2wk")


@pytest.mark.parametrize("way", ["given", "moved", "answered", "locked", "consent", "stopped", "interval"])
def test_asked_again_just_before_it_is_sent(patient: Patient, way: str) -> None:
    prepare_messages(now=days_before(14, hour=2))  # Outside the hours: it waits.
    with clinic_scope([patient.clinic_id]):
        ways_it_is_not_wanted(patient, way)
    send_messages(clock=lambda: days_before(14))
    assert asked(patient) == [(VISIT, "suppressed")]
    with clinic_scope([patient.clinic_id]):
        assert Message.objects.get(kind="check_in").why


def test_moved_back_within_two_weeks_it_is_sent_after_all(patient: Patient) -> None:
    prepare_messages(now=days_before(14, hour=2))
    with clinic_scope([patient.clinic_id]):
        book(patient, on=VISIT + 5 * DAY)
    send_messages(clock=lambda: days_before(14))
    run(days_before(9))  # Two weeks before the date that was agreed.
    assert asked(patient) == [(VISIT, "sent")]


def test_the_link_works_from_the_day_on_which_it_is_sent(patient: Patient, postbox: Postbox) -> None:
    prepare_messages(now=days_before(14, hour=2))
    assert invitation_of(patient).sent_on is None
    send_messages(clock=lambda: days_before(13))
    assert invitation_of(patient).sent_on == VISIT - 13 * DAY


def test_what_arrives_has_a_link_a_phone_number_and_a_way_to_stop_and_no_calendar_entry(
    patient: Patient, postbox: Postbox
) -> None:
    with clinic_scope([patient.clinic_id]):
        book(patient, on=VISIT)
    run(days_before(14))
    (mail,) = postbox.mails
    assert (mail["Subject"], mail["To"]) == ("How are you?", "ruth@mail.example")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert list(mail.iter_attachments()) == []
    links = set()
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        for part in (
            "Hello Ruth",
            "Wed 18 Mar 2026 at 10:20",
            "01632 960 123",
            "https://visits.riverside.example/u/",
        ):
            assert part in text
        assert patient.family_name not in text
        links |= {match.group(0) for match in CHECK_IN_LINK.finditer(text)}
    (link,) = links
    assert link.startswith("https://visits.riverside.example/q/")


def test_the_link_of_the_mail_opens_the_page_and_answers(
    patient: Patient, postbox: Postbox, time_machine: object
) -> None:
    time_machine.move_to(days_before(14), tick=False)
    run(days_before(14))
    text = postbox.mails[0].get_body(("plain",)).get_content()
    phone = Phone(CHECK_IN_LINK.search(text)[0].removeprefix("https://visits.riverside.example"))
    assert "Thank you" in phone.send(**FINE).content.decode()
    assert invitation_of(patient).answered_at == days_before(14)


def test_preparing_costs_the_same_for_one_patient_and_for_thirty(clinic: Clinic, patient: Patient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            prepare_messages(now=days_before(14))
        return len(captured)

    one = queries()
    with clinic_scope([clinic.pk]):
        for number in range(30):
            monthly_or_less(patient_with_visit(clinic, email=f"p{number}@mail.example"))
    assert queries() == one
    with clinic_scope([clinic.pk]):
        assert CheckInInvitation.objects.count() == 31


def test_the_first_dose_of_a_plan_taken_over_is_asked_about_too(patient: Patient) -> None:
    with clinic_scope([patient.clinic_id]):
        PatientSchedule.objects.update(last_dose_on=None)
    for days in (14, 13):
        run(days_before(days))
    assert asked(patient) == [(VISIT, "sent")]
    assert invitation_of(patient).after_dose_on is None
