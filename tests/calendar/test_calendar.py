"""The clinic's calendar counts visits by day; its feed says no more than that."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from patients.models import Clinic, ClosedDate
from patients.scope import clinic_scope
from schedules.actions.refresh import refresh_patients
from schedules.clinic_calendar import squares, weeks_of
from schedules.models import Booking, CalendarFeed
from tests.factories import ClinicFactory, DecisionFactory, PatientFactory, member

pytestmark = pytest.mark.django_db


def clinic_with_visits(visits: int) -> Clinic:
    """Patients whose prevention starts today: a dose is due today for each."""
    clinic = ClinicFactory(open_weekdays=[0, 1, 2, 3, 4, 5, 6])
    with clinic_scope([clinic.pk]):
        patients = PatientFactory.create_batch(visits, clinic=clinic)
        for patient in patients:
            DecisionFactory(patient=patient, kind="start_prophylaxis", on=clinic.today())
        refresh_patients([patient.pk for patient in patients], cause="test")
    return clinic


def test_booked_visits_move_to_their_day_and_are_counted_once() -> None:
    clinic = clinic_with_visits(3)
    today = clinic.today()
    tomorrow = today + dt.timedelta(1)
    with clinic_scope([clinic.pk]):
        moved = clinic.patients.first()
        Booking.objects.create(clinic=clinic, patient=moved, on=tomorrow)
        counted = {
            day.on: (day.booked, day.to_book) for day in squares(clinic, [today, tomorrow], month=today.month)
        }
    assert counted == {today: (0, 2), tomorrow: (1, 0)}


def test_closed_days_say_why() -> None:
    clinic = ClinicFactory(open_weekdays=[0, 1, 2, 3, 4])
    ClosedDate.objects.create(clinic=clinic, date=dt.date(2026, 12, 25), name="Christmas Day")
    with clinic_scope([clinic.pk]):
        said = {day.on: day.closed for day in squares(clinic, weeks_of(dt.date(2026, 12, 1)), month=12)}
    assert said[dt.date(2026, 12, 25)] == "Christmas Day"
    assert said[dt.date(2026, 12, 26)] == "closed"
    assert said[dt.date(2026, 12, 28)] == ""


def test_a_month_has_whole_weeks() -> None:
    days = weeks_of(dt.date(2027, 2, 10))  # February 2027: Monday 1 to Sunday 28
    assert (days[0], days[-1], len(days)) == (dt.date(2027, 2, 1), dt.date(2027, 2, 28), 28)
    assert len(weeks_of(dt.date(2026, 8, 1))) == 42


def sign_in(client: Client, clinic: Clinic, *roles: str) -> None:
    client.force_login(member(clinic, *roles), backend="allauth.account.auth_backends.AuthenticationBackend")


@pytest.mark.parametrize("visits", [1, 30])
def test_pages_take_the_same_queries_for_one_and_for_many(
    client: Client, visits: int, django_assert_max_num_queries
) -> None:
    clinic = clinic_with_visits(visits)
    sign_in(client, clinic, "nurse")
    for name, arguments in (("calendar", []), ("calendar_day", [clinic.today().isoformat()])):
        with django_assert_max_num_queries(12):
            page = client.get(reverse(name, args=arguments))
        assert page.status_code == 200


def test_a_manager_sees_counts_and_no_names(client: Client) -> None:
    clinic = clinic_with_visits(2)
    sign_in(client, clinic, "manager")
    page = client.get(reverse("calendar")).content.decode()
    assert "2 visits" in page
    assert client.get(reverse("calendar_day", args=[clinic.today().isoformat()])).status_code == 403


def address_of(client: Client) -> str:
    page = client.post(reverse("renew_feed")).content.decode()
    found = re.search(r'value="https?://[^/]+(/feed/[^"]+\.ics)"', page)
    assert found
    return found[1]


def test_the_feed_holds_counts_and_no_name(client: Client) -> None:
    clinic = clinic_with_visits(2)
    sign_in(client, clinic, "nurse")
    answer = Client().get(address_of(client))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["2 visits (0 booked)"]
    assert b"Calloway" not in answer.content
    assert b"injection" not in answer.content.lower()


def test_a_renewed_address_ends_the_old_one_and_leaving_ends_both(client: Client) -> None:
    clinic = clinic_with_visits(1)
    sign_in(client, clinic, "nurse")
    old, new = address_of(client), address_of(client)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    owner = CalendarFeed.objects.get(clinic=clinic).user
    owner.clinic_roles.update(active=False)
    assert Client().get(new).status_code == 404


def test_a_wrong_secret_reveals_nothing() -> None:
    assert Client().get(reverse("calendar_feed", args=["guess"])).status_code == 404


def test_a_stopped_address_is_gone(client: Client) -> None:
    clinic = clinic_with_visits(1)
    client.force_login(member(clinic, "nurse"))
    page = client.post(reverse("renew_feed")).content.decode()
    found = re.search(r"/feed/[^.]+\.ics", page)
    assert found
    told = client.post(reverse("stop_feed"), follow=True).content.decode()
    assert "The secret address no longer works." in told
    assert "Make my address" in told
    assert client.get(found.group()).status_code == 404


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_time_are_no_page(client: Client, day: str) -> None:
    clinic = clinic_with_visits(1)
    client.force_login(member(clinic, "nurse"))
    for view in ("month", "week"):
        assert client.get(reverse("calendar"), {"day": day, "view": view}).status_code == 200
    assert client.get(reverse("calendar_day", args=[day])).status_code == 404
