"""For those no e-mail reaches: the list to phone from and appointment cards; nothing on them tells what for."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import AccessLog, Clinic
from schedules.messages.words import clinical_words
from schedules.models import Message, PatientSchedule
from tests.factories import MONDAY, member
from tests.today.people import batch, blood_due, days, log, maintained, token

AGREED = {
    "email": "r@mail.example",
    "email_consent": True,
    "email_consent_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
}


def words_of(page: str) -> str:
    """What stands on the paper: the page's title and its printed part."""
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    paper = re.search(r'<div class="paper">(.*)</main>', page, re.S)
    assert title
    assert paper
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", f"{title[1]} {paper[1]}"))


def test_the_list_has_those_whom_no_mail_reaches_with_phone_and_next_date(
    as_coordinator: Client, clinic: Clinic
) -> None:
    maintained(clinic, due_on=MONDAY + days(3), given_name="Ann", phone="07700 900001")
    maintained(clinic, due_on=MONDAY - days(9), given_name="Ben", phone="")
    booked = maintained(clinic, due_on=MONDAY, given_name="Cleo", phone="07700 900003")
    maintained(clinic, due_on=MONDAY, given_name="Dora", **AGREED)
    back = maintained(clinic, due_on=MONDAY, given_name="Emil", phone="07700 900005", **AGREED)
    mail = {"patient": back, "clinic": clinic, "kind": "visit_coming", "to": "r@mail.example", "why": "x"}
    Message.objects.create(**mail, announced_on=MONDAY, step="1d", state="bounced")
    as_coordinator.post(
        f"/patients/{booked.uid}/book/", {"token": token(), "on": "2026-03-04", "at": "09:40"}
    )
    said = words_of(as_coordinator.get("/today/phone-list/").content.decode())
    assert "4 people whom no e-mail reaches" in said
    assert re.search(r"07700 900001 Ann \S+ RS-\d+ Thu 5 Mar 2026 agree a time", said)
    assert re.search(r"no phone number Ben \S+ RS-\d+ Sat 21 Feb 2026 9 days late: agree a date", said)
    assert re.search(r"07700 900003 Cleo \S+ RS-\d+ Wed 4 Mar 2026, 09:40", said)
    assert "Dora" not in said
    assert re.search(r"07700 900005 Emil .*? the last e-mail came back", said)
    assert said.count("no agreement") == 3
    (row,) = AccessLog.objects.filter(what="phone list")
    assert (row.clinic, row.patient, row.purpose) == (clinic, None, "To phone patients")


def test_the_filters_of_today_narrow_the_paper_too(as_coordinator: Client, clinic: Clinic) -> None:
    for name in ("Ann", "Ben"):
        maintained(clinic, due_on=MONDAY, given_name=name)
    today = as_coordinator.get("/?show=phone&q=ann&page=1").content.decode()
    (address,) = re.findall(r'href="(/today/phone-list/[^"]*)"', today)
    said = words_of(as_coordinator.get(address).content.decode())
    assert "1 person" in said
    assert "Ben" not in said
    assert "Print cards" not in as_coordinator.get("/").content.decode()


def test_blood_is_ten_minutes_more_and_no_clinical_word_stands_on_paper(
    as_nurse: Client, clinic: Clinic
) -> None:
    clinic.name = "Harbour Haematology\N{EN DASH}B12 clinic"
    clinic.address = "Injection suite\n2 Quay Street"
    clinic.phone = "01632 960 200"
    clinic.save()
    patient = blood_due(clinic, given_name="Ruth")
    for page in ("/today/phone-list/", "/today/cards/", f"/patients/{patient.uid}/card/"):
        said = words_of(as_nurse.get(page).content.decode())
        assert "lease allow ten minutes more" in said, page
        assert clinical_words(said) == set(), page
    assert "2 Quay Street" in said
    assert "01632 960 200" in said


def test_a_card_has_first_name_date_time_place_and_phone(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY, given_name="Cleo", family_name="Brambleby")
    as_coordinator.post(
        f"/patients/{patient.uid}/book/", {"token": token(), "on": "2026-03-04", "at": "09:40"}
    )
    page = as_coordinator.get(f"/patients/{patient.uid}/card/").content.decode()
    said = words_of(page)
    for word in ("For Cleo", "Wed 4 Mar 2026", "09:40", clinic.name, "1 River Road", "020 7946 0000"):
        assert word in said
    for private in ("Brambleby", patient.record_number, "b12tracker", "Maintenance", "Prevention"):
        assert private not in said
    assert AccessLog.objects.filter(patient=patient, what="appointment card").count() == 1


def test_what_is_not_agreed_is_a_line_to_write_on(as_coordinator: Client, clinic: Clinic) -> None:
    coming = maintained(clinic, due_on=MONDAY + days(2))
    late = maintained(clinic, due_on=MONDAY - days(9))
    for patient, lines in ((coming, 1), (late, 2)):
        page = as_coordinator.get(f"/patients/{patient.uid}/card/").content.decode()
        assert page.count('class="blank"') == lines


def test_without_a_visit_there_is_no_card_but_words(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    PatientSchedule.objects.filter(patient=patient).update(due_on=None, book_on=None, missed_on=None)
    assert "No visit is planned" in words_of(
        as_coordinator.get(f"/patients/{patient.uid}/card/").content.decode()
    )
    assert "card-out" not in as_coordinator.get("/today/cards/").content.decode()


def test_after_saving_and_booking_the_card_is_offered_to_those_no_mail_reaches(
    as_nurse: Client, clinic: Clinic
) -> None:
    batch(clinic)
    for about, offered in (({}, True), (AGREED, False)):
        patient = maintained(clinic, due_on=MONDAY, **about)
        link = f'href="/patients/{patient.uid}/card/">Print a card</a>'
        log(as_nurse, patient)
        assert (link in as_nurse.get("/").content.decode()) is offered
        as_nurse.post(f"/patients/{patient.uid}/book/", {"token": token(), "on": "2026-03-09"})
        assert (link in as_nurse.get("/").content.decode()) is offered


@pytest.mark.parametrize("address", ["/today/phone-list/", "/today/cards/"])
def test_one_or_fifty_cost_the_same_queries(as_nurse: Client, clinic: Clinic, address: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_nurse.get(address).status_code == 200
        return len(queries)

    maintained(clinic, due_on=MONDAY)
    cost()
    one = cost()
    for _number in range(55):
        maintained(clinic, due_on=MONDAY)
    assert cost() == one
    page = as_nurse.get(address).content.decode()
    assert max(page.count("card-out"), page.count('scope="row"')) == 56


def test_a_manager_prints_neither(clinic: Clinic) -> None:
    manager = Client()
    manager.force_login(member(clinic, "manager"))
    assert [manager.get(path).status_code for path in ("/today/phone-list/", "/today/cards/")] == [403, 403]
