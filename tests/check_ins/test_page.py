"""The page behind the link: nothing is used up by opening it, the birth year guards it, answers are recorded once."""

import datetime as dt
import re
import uuid

import pytest
import time_machine

from patients.models import CheckInInvitation, Patient
from patients.scope import clinic_scope
from schedules.messages.links import Recipient, unsubscribe_token
from schedules.messages.words import clinical_words
from schedules.views import check_ins
from tests.check_ins.asked import FINE, NOW, TODAY, YEAR, Phone, ask, link_to, recorded, tries
from tests.factories import AssessmentFactory
from tests.record.desk import Desk, words

DAY = dt.timedelta(1)
CLOSED = "This link cannot be used (any more)"


def test_opened_twice_by_a_scanner_then_answered(phone: Phone, patient: Patient) -> None:
    for _time in range(2):
        opened = phone.open()
        assert (opened.status_code, "In which year were you born?" in words(opened)) == (200, True)
    assert phone.client.head(phone.address).status_code == 200
    assert recorded(patient) == []
    token = phone.token()
    answers = FINE | {"gait_ataxia": "1", "glossitis": "3", "note": "My own words."}
    assert "Thank you" in words(phone.send(token=token, **answers))
    (check_in,) = recorded(patient)
    assert check_in.scores == {
        "peripheral_neuropathy": 0, "gait_ataxia": 1, "cognitive": 0, "glossitis": 3, "visual": 0,
    }  # fmt: skip
    assert (check_in.note, check_in.on, check_in.answered_at) == ("My own words.", TODAY, NOW)
    assert (str(check_in.uid), check_in.recorded_by) == (token, None)


def test_the_questions_stand_behind_the_birth_year_and_nothing_is_chosen(phone: Phone) -> None:
    assert "numbness" not in words(phone.open())
    assert "numbness" not in words(phone.try_year("1962"))
    page = phone.try_year(YEAR).content.decode()
    assert page.count('type="radio"') == 20
    assert "checked" not in page
    assert len(re.findall(r"<fieldset", page)) == 5


def test_a_skipped_question_has_no_score_and_all_skipped_is_no_answer(phone: Phone, patient: Patient) -> None:
    token = phone.token()
    nothing = phone.send(token=token)
    assert (nothing.status_code, "Please answer at least one question." in words(nothing)) == (422, True)
    assert recorded(patient) == []
    phone.send(token=token, visual="2")
    (check_in,) = recorded(patient)
    assert (check_in.visual, check_in.gait_ataxia, check_in.total) == (2, None, None)


def test_words_alone_are_an_answer(phone: Phone, patient: Patient) -> None:
    phone.send(note="Better than ever")
    assert [row.note for row in recorded(patient)] == ["Better than ever"]


def test_the_same_form_sent_twice_is_recorded_once_and_thanked_twice(phone: Phone, patient: Patient) -> None:
    token = phone.token()
    answers = [words(phone.send(token=token, **FINE)) for _time in range(2)]
    assert answers[0] == answers[1]
    assert "Thank you" in answers[0]
    assert len(recorded(patient)) == 1


def test_a_second_form_of_the_same_link_is_not_recorded(phone: Phone, patient: Patient) -> None:
    first, second = phone.token(), phone.token()
    phone.send(token=first, **FINE)
    later = phone.send(token=second, **FINE | {"visual": "3"})
    assert (later.status_code, CLOSED in words(later)) == (404, True)
    assert [row.visual for row in recorded(patient)] == [0]
    assert CLOSED in words(phone.open())
    assert CLOSED in words(phone.send(token=first, year="1962", **FINE))


def test_five_wrong_years_lock_the_link_also_for_the_right_one(
    phone: Phone, invitation: CheckInInvitation, patient: Patient
) -> None:
    said = [words(phone.try_year(str(year))) for year in range(1962, 1967)]
    assert ["more times" in each or "once more" in each for each in said] == [True] * 4 + [False]
    assert "You can try 4 more times." in said[0]
    assert "You can try once more." in said[3]
    assert CLOSED in said[4]
    assert CLOSED in words(phone.try_year(YEAR))
    assert CLOSED in words(phone.send(**FINE))
    assert (tries(invitation), recorded(patient)) == (5, [])


def test_a_wrong_year_with_the_answers_counts_too(phone: Phone, invitation: CheckInInvitation) -> None:
    for year in ("1962", "1963"):
        phone.send(year=year, **FINE)
    phone.send(year="1964")  # Not even an answer.
    assert tries(invitation) == 3


def test_what_is_no_year_is_no_try(phone: Phone, invitation: CheckInInvitation) -> None:
    for text in ("", "61", "3 March 1961", "19611", "\u0661\u0669\u0666\u0661"):
        assert phone.try_year(text).status_code == 422
    assert tries(invitation) == 0
    assert phone.try_year(" 1961 ").status_code == 200


def test_a_try_is_counted_although_the_request_ends_in_an_error(
    phone: Phone, invitation: CheckInInvitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(check_ins, "_say_wrong", fails)
    answer = phone.try_year("1962")
    assert answer.status_code == 500
    assert "b12tracker ·" not in answer.content.decode()
    assert "Something went wrong on our side" in words(answer)
    assert tries(invitation) == 1


def test_expired_used_locked_unsent_or_forged_is_one_and_the_same_page(desk: Desk, patient: Patient) -> None:
    good = ask(patient)
    with clinic_scope([patient.clinic_id]):
        other = desk.patient()
        closed = {
            name: CheckInInvitation.objects.create(
                clinic=desk.clinic, patient=patient, for_due_on=TODAY, after_dose_on=TODAY - n * DAY, **fields
            )
            for n, (name, fields) in enumerate(
                {
                    "expired": {"sent_on": TODAY - 15 * DAY},
                    "used": {"sent_on": TODAY, "answered_at": NOW},
                    "locked": {"sent_on": TODAY, "tries": 5},
                    "not sent": {},
                }.items()
            )
        }
    elsewhere = Desk()
    right = link_to(good)
    other_purpose = unsubscribe_token(Recipient(patient.clinic_id, patient.uid), today=TODAY)
    addresses = [
        *map(link_to, closed.values()),
        link_to(good, clinic_id=elsewhere.clinic.pk),
        link_to(good, patient_uid=other.uid),
        link_to(good, patient_uid=uuid.uuid4()),
        link_to(good, invitation_id=10**9),
        right[:-2] + ("1/" if right[-2] != "1" else "2/"),
        re.sub(r"-\d+-(\d+)/$", r"-0-\1/", right),
        f"/q/{other_purpose}/",
        "/q/1-2-3-4/",
        "/q/nonsense/",
    ]
    answers = [Phone(address).open() for address in addresses]
    answers += [Phone(address).try_year(YEAR) for address in addresses]
    answers += [Phone(address).send(**FINE) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert recorded(patient) == []
    assert (tries(good), tries(closed["expired"])) == (0, 0)
    assert f"/u/{right.removeprefix('/q/')}" != right
    assert Phone(f"/u/{right.removeprefix('/q/')}").open().status_code == 404


def test_no_log_holds_the_link(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="django.request")
    assert phone.try_year("1962").status_code == 422
    assert Phone(phone.address[:-2] + "/").open().status_code == 404
    assert "/q/" not in caplog.text


def test_it_can_be_used_for_fourteen_days(phone: Phone) -> None:
    for days, status in ((14, 200), (15, 404)):
        with time_machine.travel(NOW + days * DAY, tick=False):
            assert phone.open().status_code == status


def test_the_pages_tell_neither_program_nor_person_and_are_kept_nowhere(
    phone: Phone, patient: Patient, desk: Desk
) -> None:
    desk.look()
    AssessmentFactory(patient=patient, on=TODAY - DAY)
    pages = [
        phone.open(), phone.try_year("1962"), phone.try_year(YEAR),
        phone.send(**FINE | {"visual": "3"}), phone.open(),
    ]  # fmt: skip
    for page in pages:
        text = page.content.decode()
        for private in (
            patient.given_name,
            patient.family_name,
            patient.record_number,
            "· b12tracker",
            "<script",
        ):
            assert private not in text
        assert clinical_words(words(page)) == set()
        assert "no-store" in page["Cache-Control"]
        assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
        assert not page.cookies
    assert clinical_words(phone.address) == set()
    assert re.fullmatch(r"/q/[\d-]+/", phone.address)


def test_worse_is_thanked_without_alarm_and_without_comparison(
    phone: Phone, patient: Patient, desk: Desk
) -> None:
    desk.look()
    AssessmentFactory(patient=patient, on=TODAY - DAY, gait_ataxia=1)
    said = words(phone.send(**FINE | {"gait_ataxia": "2"}))
    assert "Someone from the clinic will look at your answers." in said
    assert f"If you feel much worse, phone us: {desk.clinic.phone}" in said
    assert not re.search(r"wors\w+ than|last time|\d of 15|urgent", said)


def test_not_worse_is_just_thanked(phone: Phone, patient: Patient, desk: Desk) -> None:
    desk.look()
    AssessmentFactory(patient=patient, on=TODAY - DAY, gait_ataxia=2)
    said = words(phone.send(**FINE | {"gait_ataxia": "2"}))
    assert "Someone from the clinic will look" not in said
    assert "Thank you" in said


def test_the_row_keeps_its_history(phone: Phone, patient: Patient) -> None:
    phone.send(**FINE)
    (check_in,) = recorded(patient)
    with clinic_scope([patient.clinic_id]):
        assert [event.visual for event in check_in.events.all()] == [0]
