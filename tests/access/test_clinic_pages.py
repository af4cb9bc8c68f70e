"""What a manager keeps: settings, closed days, people, batches."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from b12tracker.accounts.actions import LastManagerError, set_roles
from patients.actions.products import reinstate_batch, withdraw_batch
from patients.actions.records import ChangedMeanwhileError
from patients.models import AccessLog, Batch, Clinic, ClinicRole, ClosedDate
from patients.permissions import Role
from patients.scope import set_local_scope
from schedules.models import JobRun
from tests import factories as make

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)


@pytest.fixture
def clinic(db: None) -> Clinic:
    made = make.ClinicFactory(name="Riverside", country="GB", region="ENG")
    set_local_scope([made.pk])
    make.PatientFactory(clinic=made)
    return made


@pytest.fixture
def manager(clinic: Clinic, client: Client) -> Any:
    user = make.member(clinic, Role.MANAGER, email="manager@clinic.example", name="Anita Verma")
    client.force_login(user)
    return user


def settings_of(clinic: Clinic, **changed: Any) -> dict[str, Any]:
    names = ["name", "phone", "address", "time_zone", "country", "region", "units", "sender_name"]
    times = {"send_from": "08:00", "send_until": "18:00", "morning_at": "02:10"}
    kept = {name: getattr(clinic, name) for name in names}
    return kept | times | {"open_weekdays": [0, 1, 2, 3, 4], "reminders_on": "on"} | changed


def wants_rebuild(clinic: Clinic) -> bool:
    return JobRun.objects.filter(clinic=clinic, job="rebuild", finished_at__isnull=True).exists()


def test_another_phone_moves_nothing(clinic: Clinic, manager: Any, client: Client) -> None:
    client.post(reverse("clinic"), settings_of(clinic, phone="020 7946 0999"))
    clinic.refresh_from_db()
    assert clinic.phone == "020 7946 0999"
    assert not wants_rebuild(clinic)


def test_other_open_days_have_the_calendars_rebuilt(clinic: Clinic, manager: Any, client: Client) -> None:
    answer = client.post(reverse("clinic"), settings_of(clinic, open_weekdays=[0, 2, 4]), follow=True)
    clinic.refresh_from_db()
    assert clinic.open_weekdays == [0, 2, 4]
    assert wants_rebuild(clinic)
    assert "The calendars of 1 patients are being worked out again" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"open_weekdays": []}, "required"),
        ({"country": "QQ"}, "No public holidays are known"),
        ({"region": "ZZ"}, "Known regions"),
        ({"send_until": "07:00"}, "Must be later"),
    ],
)
def test_odd_settings_are_refused_in_words(
    changed: dict[str, Any], words: str, clinic: Clinic, manager: Any, client: Client
) -> None:
    answer = client.post(reverse("clinic"), settings_of(clinic, **changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()


@time_machine.travel(NOW, tick=False)
def test_public_holidays_are_taken_per_year_and_kept(clinic: Clinic, manager: Any, client: Client) -> None:
    page = client.get(reverse("clinic_closed_days"), {"year": 2027}).content.decode()
    assert "Good Friday" in page
    assert not ClosedDate.objects.exists()
    client.post(reverse("clinic_take_holidays", args=[2027]))
    days = dict(ClosedDate.objects.filter(clinic=clinic).values_list("date", "source"))
    assert days[dt.date(2027, 3, 26)] == "public"
    assert {day.year for day in days} == {2027}
    assert wants_rebuild(clinic)
    client.post(reverse("clinic_take_holidays", args=[2027]))
    assert ClosedDate.objects.filter(clinic=clinic).count() == len(days)


@time_machine.travel(NOW, tick=False)
def test_an_own_closed_day_and_back(clinic: Clinic, manager: Any, client: Client) -> None:
    day = {"date": "2026-12-31", "name": "Stocktaking"}
    client.post(reverse("clinic_closed_days"), day)
    closed = ClosedDate.objects.get(clinic=clinic)
    assert (closed.name, closed.source) == ("Stocktaking", "own")
    again = client.post(reverse("clinic_closed_days"), day)
    assert "closed on this date already" in again.content.decode()
    client.post(reverse("clinic_open_day", args=[closed.pk]))
    assert not ClosedDate.objects.filter(clinic=clinic).exists()


def test_somebody_invited_chooses_a_password_and_works(
    clinic: Clinic, manager: Any, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    form = {"email": "New.Nurse@clinic.example", "name": "Nia Rees", "roles": ["nurse"]}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("clinic_invite"), form)
    [letter] = mail.outbox
    assert letter.to == ["new.nurse@clinic.example"]
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    theirs = Client()
    page = theirs.get("/" + link.split("/", 3)[3], follow=True)
    chosen = {"password1": "a quiet long walk", "password2": "a quiet long walk"}
    theirs.post(page.request["PATH_INFO"], chosen)
    signed_in = theirs.post(
        reverse("account_login"), {"login": form["email"], "password": "a quiet long walk"}
    )
    assert signed_in.status_code == 302
    assert theirs.get(reverse("today")).status_code == 200
    assert AccessLog.objects.filter(what="roles", user=manager, purpose__contains="nurse").exists()


def test_whoever_leaves_sees_nothing_at_once(clinic: Clinic, manager: Any, client: Client) -> None:
    nurse = make.member(clinic, Role.NURSE)
    theirs = Client()
    theirs.force_login(nurse)
    assert theirs.get(reverse("today")).status_code == 200
    client.post(reverse("clinic_deactivate", args=[nurse.pk]))
    gone = theirs.get(reverse("today"))
    assert gone.status_code == 302
    assert gone.url.startswith(reverse("account_login"))
    nurse.refresh_from_db()
    assert not nurse.is_active


def test_leaving_one_clinic_keeps_the_other(clinic: Clinic, manager: Any, client: Client) -> None:
    other = make.ClinicFactory()
    nurse = make.member(clinic, Role.NURSE)
    ClinicRole.objects.create(user=nurse, clinic=other, role=Role.NURSE)
    client.post(reverse("clinic_deactivate", args=[nurse.pk]))
    nurse.refresh_from_db()
    assert nurse.is_active
    assert set(ClinicRole.objects.filter(user=nurse, active=True).values_list("clinic", flat=True)) == {
        other.pk
    }


def test_the_last_manager_stays(clinic: Clinic, manager: Any, client: Client) -> None:
    answer = client.post(reverse("clinic_person", args=[manager.pk]), {"roles": ["nurse"]})
    assert "needs a manager" in answer.content.decode()
    client.post(reverse("clinic_deactivate", args=[manager.pk]))
    assert ClinicRole.objects.filter(user=manager, role=Role.MANAGER, active=True).exists()
    gone = make.member(clinic, Role.MANAGER, is_active=False)
    with pytest.raises(LastManagerError):
        set_roles(clinic=clinic, user=manager, roles=(), by=gone)
    make.member(clinic, Role.MANAGER)
    set_roles(clinic=clinic, user=manager, roles={Role.NURSE}, by=manager)
    assert set(ClinicRole.objects.filter(user=manager, active=True).values_list("role", flat=True)) == {
        "nurse"
    }


def test_a_batch_from_shelf_to_withdrawal(clinic: Clinic, manager: Any, client: Client) -> None:
    product = {"name": "Hydroxo 1 mg", "drug": "hydroxocobalamin", "strength_ug": "1000"}
    client.post(reverse("clinic_new_product"), product)
    made = clinic.products.get()
    expired = client.post(
        reverse("clinic_new_batch"), {"product": made.pk, "number": "X1", "expires_on": "2020-01-01"}
    )
    assert "has expired" in expired.content.decode()
    client.post(reverse("clinic_new_batch"), {"product": made.pk, "number": "X1", "expires_on": "2099-01-01"})
    batch = Batch.objects.get(clinic=clinic)
    client.post(reverse("clinic_withdraw", args=[batch.pk]), {"reason": ""})
    batch.refresh_from_db()
    assert batch.withdrawn_at is None
    client.post(reverse("clinic_withdraw", args=[batch.pk]), {"reason": "Recalled"})
    batch.refresh_from_db()
    assert batch.withdrawn_reason == "Recalled"
    assert "Recalled" in client.get(reverse("clinic_products")).content.decode()


def test_withdrawing_says_first_what_follows(clinic: Clinic, manager: Any, client: Client) -> None:
    product = make.ProductFactory(clinic=clinic, name="Hydroxo 1 mg")
    batch = make.BatchFactory(clinic=clinic, product=product, number="X1")
    address = reverse("clinic_withdraw", args=[batch.pk])
    page = client.get(address).content.decode()
    assert "Nobody had a dose of it." in page
    assert "No other batch of Hydroxo 1 mg is left on the shelf." in page
    for _ in range(2):
        patient = make.PatientFactory(clinic=clinic)
        make.InjectionFactory(patient=patient, batch=batch)
    make.BatchFactory(clinic=clinic, product=product, number="X2", expires_on=dt.date(2099, 1, 1))
    make.BatchFactory(clinic=clinic, product=product, number="X3", expires_on=dt.date(2020, 1, 1))
    page = client.get(address).content.decode()
    assert "2 people had a dose of it" in page
    assert "<b>X2</b> (expires 1 Jan 2099)." in page
    assert "X3" not in page


def test_a_withdrawn_batch_is_put_back_into_use_after_asking_twice(
    clinic: Clinic, manager: Any, client: Client
) -> None:
    product = make.ProductFactory(clinic=clinic)
    batch = make.BatchFactory(clinic=clinic, product=product, number="X1")
    address = reverse("clinic_reinstate", args=[batch.pk])
    assert client.get(address).status_code == 302  # in use
    withdraw_batch(batch=batch, reason="Recalled")
    assert client.post(address, {"reason": "", "sure": "True"}).status_code == 422
    once = client.post(address, {"reason": "Typed by mistake"})
    assert "Are you sure it may be given to patients?" in once.content.decode()
    batch.refresh_from_db()
    assert batch.withdrawn_at is not None
    client.post(address, {"reason": "Typed by mistake", "sure": "True"})
    read_before, batch = batch, Batch.objects.get(pk=batch.pk)
    assert (batch.withdrawn_at, batch.withdrawn_reason) == (None, "")
    assert "Typed by mistake" in client.get(reverse("batch", args=[batch.pk])).content.decode()
    states = batch.events.order_by("pgh_id").values_list("withdrawn_reason", "reinstated_reason")
    assert list(states) == [("", ""), ("Recalled", ""), ("", "Typed by mistake")]
    with pytest.raises(ChangedMeanwhileError):
        reinstate_batch(batch=read_before, reason="Again")


def test_the_permission_table_is_the_one_in_force(manager: Any, client: Client) -> None:
    page = client.get(reverse("clinic_permissions")).content.decode()
    assert "Order, decide, override, resolve a flag" in page


def test_the_access_log_pages_and_filters(clinic: Clinic, manager: Any, client: Client) -> None:
    patient = clinic.patients.get()
    AccessLog.objects.bulk_create(
        AccessLog(clinic=clinic, patient=patient, user=manager, what="patient page") for _ in range(51)
    )
    AccessLog.objects.create(
        clinic=clinic, user=make.member(clinic, Role.NURSE, name="Joy Mbeki"), what="download"
    )
    page = client.get(reverse("clinic_access_log"))
    assert len(page.context["rows"]) == 50
    assert patient.family_name not in page.content.decode()
    by_person = client.get(reverse("clinic_access_log"), {"q": "joy"})
    assert [row.what for row, _ in by_person.context["rows"]] == ["download"]
    found = client.get(reverse("clinic_access_log"), {"q": patient.record_number.lower(), "page": 2})
    assert len(found.context["rows"]) == 1
