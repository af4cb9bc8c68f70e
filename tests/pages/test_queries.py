"""Every page needs as many queries for one row of everything as for fifty: no list asks once a row."""

import datetime as dt
import re
from collections import Counter

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import AccessLog, Cause, ClosedDate, Medication, Pregnancy
from patients.permissions import Role
from schedules.actions.refresh import refresh_patients
from schedules.models import Booking, Contact, Flag, Message
from tests import factories as make
from tests.access.test_every_address import ALL
from tests.pages.test_every_page import is_page
from tests.pages.world import World, make_world

NOW = dt.datetime(2026, 3, 2, 10, 23, tzinfo=dt.UTC)
# Lists that a part of an address chooses, beside the addresses themselves.
CHOSEN = {
    "today": ["?show=due", "?show=late", "?show=missed", "?show=blood", "?show=nodate", "?show=phone"],
    "patient": ["?show=doses", "?show=flags", "?show=results", "?show=looked"],
    "messages": ["?state=failed", "?state=stuck"],
    "patient_search": ["?q=Calloway"],
}
# Parts of a request that say nothing of the page: a transaction inside a test, and what every request does.
_NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def grow(world: World, rows: int, seed: int) -> None:
    """Add `rows` of everything: to the patient's own record, and to the clinic."""
    side, clinic, patient = world.side, world.side.clinic, world.side.patient
    by, days = side.members[Role.NURSE], [make.MONDAY - dt.timedelta(seed + n) for n in range(rows)]
    for day in days:
        make.InjectionFactory(patient=patient, on=day, batch=side.batch, recorded_by=by, given_by=by)
        make.AssessmentFactory(patient=patient, on=day, gait_ataxia=1, recorded_by=by)
        make.LabResultFactory(patient=patient, drawn_on=day, recorded_by=by)
        make.OrderFactory(patient=patient, from_date=day, ended_on=day)
        Medication.objects.create(
            clinic=clinic, patient=patient, drug="metformin", started_on=day, recorded_by=by
        )
        Pregnancy.objects.create(
            clinic=clinic, patient=patient, status="planning", from_date=day, ended_on=day, recorded_by=by
        )
        Cause.objects.create(clinic=clinic, patient=patient, kind="dietary", recorded_by=by)
        Contact.objects.create(clinic=clinic, patient=patient, outcome="no_answer", by=by)
        ClosedDate.objects.create(clinic=clinic, date=day + dt.timedelta(300), name="closed")
        AccessLog.objects.create(clinic=clinic, patient=patient, user=by, what="patient page")
    people = make.PatientFactory.create_batch(rows, clinic=clinic, phone="07700 900142")
    for number, person in enumerate(people):
        day = make.MONDAY - dt.timedelta((0, 3, 30)[number % 3])
        make.DecisionFactory(patient=person, kind="start_prophylaxis", interval="1wk", protocol="", on=day)
        make.InjectionFactory(patient=person, on=day - dt.timedelta(7), batch=side.batch)
        Contact.objects.create(clinic=clinic, patient=person, outcome="no_answer", by=by)
        Message.objects.create(
            clinic=clinic, patient=person, kind="visit_coming", announced_on=day, step="1d", to="a@mail.example",
            subject="Your visit", text="Dear you", state="failed", why="no such person",
        )  # fmt: skip
        make.member(clinic, Role.NURSE)
        product = make.ProductFactory(clinic=clinic, name=f"Vials {seed}-{number}")
        make.BatchFactory(product=product, clinic=clinic, number=f"{seed}-{number}")
    refresh_patients([patient.pk, *(person.pk for person in people)], cause="test")
    for person in people:  # after the refresh, which clears what the rules do not find
        person.refresh_from_db()
        Flag.objects.create(
            clinic=clinic, patient=person, code="NEURO_WORSENING", severity="urgent", reason="x", next_step="x",
            raised_on=make.MONDAY,
        )  # fmt: skip
        Booking.objects.create(
            clinic=clinic,
            patient=person,
            on=make.MONDAY,
            after_dose_on=person.schedule.last_dose_on,
            made_by=by,
        )


def asked(world: World) -> dict[str, list[str]]:
    """The queries of each page, by its address."""
    found = {}
    for address in ALL:
        role = world.roles(address)[0]
        path, session = world.path(address), world.session(address, role)
        if not is_page(address, path, session):  # also reads what is kept for the session's later pages
            continue
        client = Client()
        client.cookies.load(session)
        for chosen in ("", *CHOSEN.get(address.name, [])):
            with CaptureQueriesContext(connection) as seen:
                client.get(path + chosen)
            said = [query["sql"] for query in seen if not query["sql"].startswith(_NOT_COUNTED)]
            found[f"{address.name}{chosen}"] = said
    client = Client()
    client.force_login(world.side.members[Role.COORDINATOR])
    with CaptureQueriesContext(connection) as seen:
        client.post(reverse("worklist_download"), {"why": "phone"})
    found["the download itself"] = [
        query["sql"] for query in seen if not query["sql"].startswith(_NOT_COUNTED)
    ]
    return found


def shapes(queries: list[str]) -> Counter[str]:
    """The queries without what stands in them, each as often as it was asked."""
    return Counter(re.sub(r"'[^']*'|\b\d+\b|, %s", "?", sql) for sql in queries)


@pytest.mark.django_db
def test_as_many_queries_for_one_row_as_for_fifty() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        grow(world, 1, seed=1)
        one = asked(world)
        grow(world, 49, seed=2)
        fifty = asked(world)
    more = [
        f"{name}: {len(one[name])} and {len(fifty[name])}: {shapes(fifty[name]) - shapes(one[name])}"
        for name in one
        if len(fifty[name]) != len(one[name])
    ]
    assert more == [], "\n".join(more)
    assert len(one) > 60
