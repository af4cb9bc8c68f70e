"""The mails as a real mail server gets them: parsed, scanned byte by byte, answered with refusals and silence."""

import datetime as dt
from collections.abc import Iterator

import icalendar
import pytest
from django.conf import settings
from django.test import override_settings

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import BACK_OFF, LEASE, send_messages
from schedules.messages.words import clinical_words, clinical_words_in_mail
from schedules.models import Flag, JobRun, Message, PatientSchedule
from tests.factories import member
from tests.messages.people import VISIT, at, book, clinic_that_reminds, days_before, patient_with_visit, plan
from tests.messages.smtp import Postbox, free_port, smtp_server, through

pytestmark = pytest.mark.django_db
FORBIDDEN = [
    "b12",
    "vitamin",
    "injection",
    "blood",
    "hydroxocobalamin",
    "cobalamin",
    "folic",
    "homocysteine",
    "neurolog",
]


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds(address="Riverside Surgery\n12 Mill Lane\nOtley", phone="01632 960 123")


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    with smtp_server(box) as server, through(server):
        yield box


def run(now: dt.datetime) -> dict[str, int]:
    prepare_messages(now=now)
    return send_messages(clock=lambda: now)


def make(clinic: Clinic, **fields: object) -> Patient:
    with clinic_scope([clinic.pk]):
        return patient_with_visit(clinic, **fields)


def states(clinic: Clinic) -> dict[str, str]:
    with clinic_scope([clinic.pk]):
        return dict(Message.objects.filter(patient__isnull=False).values_list("to", "state"))


def test_a_reminder_says_who_when_where_and_no_more(clinic: Clinic, postbox: Postbox) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT)
        PatientSchedule.objects.update(blood_from=VISIT - dt.timedelta(14), blood_due_on=VISIT)
    run(days_before(7))
    (mail,) = postbox.mails
    assert mail["To"] == "ruth@mail.example"
    assert mail["From"] == "Riverside Surgery <appointments@riverside.example>"
    assert mail["Subject"] == "Your visit on Wed 18 Mar 2026"
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        for part in (
            "Hello Ruth",
            "Wed 18 Mar 2026",
            "10:20",
            "12 Mill Lane, Otley",
            "01632 960 123",
            "ten minutes more",
        ):
            assert part in text
        assert "Calloway" not in text


def test_without_a_time_it_asks_to_agree_one_and_without_a_check_says_nothing_of_ten_minutes(
    clinic: Clinic, postbox: Postbox
) -> None:
    make(clinic)
    run(days_before(7))
    text = postbox.mails[0].get_body(("plain",)).get_content()
    assert "No time is agreed yet" in text
    assert "ten minutes" not in text


def test_the_calendar_entry_is_the_visit_in_the_clinics_time_zone(postbox: Postbox) -> None:
    clinic = clinic_that_reminds(time_zone="Europe/London")
    patient = make(clinic, on=dt.date(2026, 3, 30))  # The clocks went forward the day before.
    with clinic_scope([clinic.pk]):
        book(patient, on=dt.date(2026, 3, 30))
    run(at(dt.date(2026, 3, 24), 12))
    (mail,) = postbox.mails
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "visit.ics")
    (event,) = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert event["DTSTART"].dt == dt.datetime(2026, 3, 30, 9, 20, tzinfo=dt.UTC)
    assert "Riverside Surgery" in event["LOCATION"]
    assert event["SUMMARY"] == "Visit: Riverside Surgery"


def test_a_changed_date_replaces_the_entry_in_the_patients_calendar(clinic: Clinic, postbox: Postbox) -> None:
    patient = make(clinic)
    run(days_before(7))
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT + dt.timedelta(5))
    run(days_before(6))
    first, second = (
        icalendar.Calendar.from_ical(next(mail.iter_attachments()).get_content()).walk("VEVENT")[0]
        for mail in postbox.mails
    )
    assert postbox.mails[1]["Subject"] == "Your visit has moved to Mon 23 Mar 2026"
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]


def test_one_click_unsubscribing_is_offered_as_rfc_8058_says(clinic: Clinic, postbox: Postbox) -> None:
    make(clinic)
    run(days_before(7))
    (mail,) = postbox.mails
    link = mail["List-Unsubscribe"].strip()  # The header may be folded.
    assert link.startswith("<https://visits.riverside.example/u/")
    assert link.endswith("/>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.strip("<>") in mail.get_body(("plain",)).get_content()


def every_kind(clinic: Clinic) -> None:
    """Write and send each kind there is, for a patient with accents in the name."""
    patient = make(clinic, given_name="Zoë-Ñ2")
    with clinic_scope([clinic.pk]):
        PatientSchedule.objects.update(blood_from=VISIT - dt.timedelta(14), blood_due_on=VISIT)
        Flag.objects.create(
            clinic=clinic, patient=patient, code="SYMPTOM_RECURRENCE", severity="urgent", raised_on=VISIT,
            reason="Symptoms are back", next_step="Consider monthly injections",
        )  # fmt: skip
        PatientSchedule.objects.update(interval="2mo")
    member(clinic, "physician", email="helen@clinic.example", name="Zoë Marsh")
    member(clinic, "manager", email="mona@clinic.example")
    run(days_before(14))
    run(days_before(7))
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT + dt.timedelta(2))
    run(days_before(6))
    run(days_before(-1))
    with clinic_scope([clinic.pk]):
        plan(patient, on=VISIT)
        patient.bookings.update(cancelled_at=days_before(-2))
    run(days_before(-15))


def test_no_clinical_word_stands_in_the_raw_bytes_of_any_kind(clinic: Clinic, postbox: Postbox) -> None:
    every_kind(clinic)
    with clinic_scope([clinic.pk]):
        sent = set(Message.objects.filter(state="sent").values_list("kind", flat=True))
    assert sent == set(Message.Kind.values)
    for raw, mail in zip(postbox.raw, postbox.mails, strict=True):
        decoded = "\n".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
        headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
        everything = (raw.decode("latin-1") + decoded + headers).lower()
        assert [word for word in FORBIDDEN if word in everything] == []
        assert clinical_words(everything) == set()


def test_staff_learn_of_an_urgent_flag_without_a_word_about_the_patient(
    clinic: Clinic, postbox: Postbox
) -> None:
    every_kind(clinic)
    mails = [mail for mail in postbox.mails if mail["Subject"].startswith("An urgent flag")]
    assert [mail["To"] for mail in mails] == ["helen@clinic.example", "mona@clinic.example"]
    at_once, after_a_day = (mail.get_body(("plain",)).get_content() for mail in mails)
    assert "https://visits.riverside.example/flags/" in at_once
    assert "https://visits.riverside.example/clinic/people/" in after_a_day
    assert "Zoë Marsh, helen@clinic.example" in after_a_day
    for private in ("Zoë-Ñ2", "Calloway", "RS-", "Symptoms"):
        assert private not in at_once + after_a_day


def test_the_message_id_is_made_of_digits_so_no_word_arises_by_chance(
    clinic: Clinic, postbox: Postbox
) -> None:
    make(clinic)
    prepare_messages(now=days_before(7))
    with clinic_scope([clinic.pk]):
        Message.objects.update(uid="b12b12b1-2b12-4b12-8b12-b12b12b12b12")
    send_messages(clock=lambda: days_before(7))
    number, _, domain = postbox.mails[0]["Message-ID"].strip("<>").partition("@")
    assert number.isdecimal()
    assert domain == "riverside.example"


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Riverside Vitamin Clinic", "sender_name": "Riverside"},
        {"address": "Haematology Unit\n12 Mill Lane"},
    ],
    ids=["the clinic's name", "a line of its address"],
)
def test_a_clinic_whose_name_or_address_tells_is_named_otherwise(postbox: Postbox, told: dict) -> None:
    make(clinic_that_reminds(**told))
    run(days_before(7))
    (raw,) = postbox.raw
    assert clinical_words_in_mail(raw) == set()
    assert b"Riverside" in raw


@pytest.mark.parametrize(
    "setting", [{"PUBLIC_URL": "https://b12.example"}, {"MAIL_DOMAIN": "haematology.example"}]
)
def test_a_message_that_would_tell_is_not_sent_and_says_why(
    clinic: Clinic, postbox: Postbox, setting: dict
) -> None:
    make(clinic)
    with override_settings(**setting):
        run(days_before(7))
    assert postbox.raw == []
    with clinic_scope([clinic.pk]):
        message = Message.objects.get()
    assert message.state == "failed"
    assert "would say what the visit is for" in message.why


def test_one_refused_address_does_not_stop_the_others(clinic: Clinic, postbox: Postbox) -> None:
    for name in ("anna", "bad", "carl"):
        make(clinic, email=f"{name}@mail.example")
    postbox.refuses["bad@mail.example"] = "550 5.1.1 No such user"
    run(days_before(7))
    assert states(clinic) == {
        "anna@mail.example": "sent",
        "bad@mail.example": "failed",
        "carl@mail.example": "sent",
    }
    with clinic_scope([clinic.pk]):
        assert "550 5.1.1 No such user" in Message.objects.get(state="failed").why
    run(days_before(7, hour=15))
    assert [mail["To"] for mail in postbox.mails] == ["anna@mail.example", "carl@mail.example"]


def test_an_address_refused_for_now_is_tried_again_later_with_the_same_message_id(
    clinic: Clinic, postbox: Postbox
) -> None:
    make(clinic)
    postbox.refuses["ruth@mail.example"] = "450 4.2.1 Mailbox busy"
    run(days_before(7))
    assert states(clinic) == {"ruth@mail.example": "queued"}
    postbox.refuses.clear()
    assert run(days_before(7) + dt.timedelta(seconds=59)) == {}
    run(days_before(7) + dt.timedelta(minutes=1))
    assert states(clinic) == {"ruth@mail.example": "sent"}
    with clinic_scope([clinic.pk]):
        assert Message.objects.get().attempts == 2


def test_retries_back_off_and_end(clinic: Clinic, postbox: Postbox) -> None:
    make(clinic)
    postbox.refuses["ruth@mail.example"] = "450 4.2.1 Mailbox busy"
    now, waits = days_before(7, hour=8), []
    run(now)
    while states(clinic) == {"ruth@mail.example": "queued"}:
        with clinic_scope([clinic.pk]):
            following = Message.objects.get().next_attempt_at
        waits.append(int((following - now).total_seconds() // 60))
        now = following
        send_messages(clock=lambda moment=now: moment)
    assert waits == list(BACK_OFF)
    assert states(clinic) == {"ruth@mail.example": "failed"}
    assert JobRun.objects.get(clinic=clinic, job="messages").error == ""


def test_a_server_that_is_down_costs_one_attempt_a_run_and_mail_goes_out_when_it_is_back(
    clinic: Clinic,
) -> None:
    for number in range(4):
        make(clinic, email=f"p{number}@mail.example")
    nobody = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": free_port()}
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", **nobody):
        run(days_before(7))
    with clinic_scope([clinic.pk]):
        assert sum(Message.objects.values_list("attempts", flat=True)) == 1
    assert "could not be reached" in JobRun.objects.get(clinic=clinic, job="messages").error
    box = Postbox()
    with smtp_server(box) as server, through(server):
        run(days_before(7) + dt.timedelta(minutes=2))
    assert len(box.raw) == 4
    assert JobRun.objects.get(clinic=clinic, job="messages").error == ""


def test_nothing_leaves_outside_the_clinics_hours(postbox: Postbox) -> None:
    clinic = clinic_that_reminds(time_zone="America/New_York")
    make(clinic)
    for hour_utc, sent in ((11, 0), (12, 1)):  # 07:00 and 08:00 in New York, summer time since 8 March
        run(days_before(7, hour=hour_utc))
        assert len(postbox.raw) == sent


def test_a_message_left_by_a_worker_that_died_is_taken_up_after_its_lease_with_the_same_message_id(
    clinic: Clinic, postbox: Postbox
) -> None:
    make(clinic)
    now = days_before(7)
    run(now)
    with clinic_scope([clinic.pk]):  # As a worker leaves it that dies after the server took the mail.
        Message.objects.update(state="sending", sent_at=None, lease_until=now + LEASE)
    run(now + LEASE)
    assert len(postbox.raw) == 1
    run(now + LEASE + dt.timedelta(seconds=1))
    assert len(postbox.raw) == 2
    assert len({mail["Message-ID"] for mail in postbox.mails}) == 1
    assert states(clinic) == {"ruth@mail.example": "sent"}


def test_where_no_server_is_set_mail_is_kept_and_nothing_leaves(clinic: Clinic, postbox: Postbox) -> None:
    make(clinic)
    with override_settings(MAIL_IS_KEPT=True):
        run(days_before(7))
    assert postbox.raw == []
    with clinic_scope([clinic.pk]):
        message = Message.objects.get()
    assert (message.state, message.why) == ("sent", "No mail server is set.")
    assert message.state_words == "Kept here"
    assert "Hello Ruth" in message.text


def test_what_is_sent_is_what_the_row_says_also_when_the_time_changed_after_writing(
    clinic: Clinic, postbox: Postbox
) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT)
    prepare_messages(now=days_before(7, hour=2))
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT, time=dt.time(15, 45))
    send_messages(clock=lambda: days_before(7))
    (mail,) = postbox.mails
    text = mail.get_body(("plain",)).get_content()
    assert "15:45" in text
    assert "10:20" not in text
    with clinic_scope([clinic.pk]):
        assert Message.objects.get().text.split() == text.split()


def test_another_clinics_messages_stay_out_of_reach(clinic: Clinic) -> None:
    make(clinic)
    prepare_messages(now=days_before(7))
    with clinic_scope([clinic_that_reminds().pk]):
        assert Message.objects.count() == 0
    assert settings.MAIL_IS_KEPT is False
