"""A small clinic on Monday 2 March 2026, with the people a worklist is made of."""

import datetime as dt
import re
import uuid
from html import unescape
from typing import Any

from django.test import Client

from patients.models import Clinic, Patient
from schedules.actions.refresh import refresh_patients
from tests.factories import (
    MONDAY,
    AssessmentFactory,
    BatchFactory,
    DecisionFactory,
    InjectionFactory,
    OrderFactory,
    PatientFactory,
    ProductFactory,
)

NOW = dt.datetime(2026, 3, 2, 10, 23, tzinfo=dt.UTC)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(number)


def refreshed(patient: Patient, as_of: dt.date = MONDAY) -> Patient:
    refresh_patients([patient.pk], cause="test", as_of=as_of)
    return patient


def maintained(
    clinic: Clinic,
    *,
    due_on: dt.date,
    interval: str = "1wk",
    order: bool = True,
    as_of: dt.date = MONDAY,
    **fields: Any,
) -> Patient:
    """In prevention every week (or two), the next dose due on `due_on`, everything else in order."""
    patient = PatientFactory(clinic=clinic, **fields)
    last = due_on - days({"1wk": 7, "2wk": 14}[interval])
    DecisionFactory(patient=patient, kind="start_prophylaxis", interval=interval, on=last)
    AssessmentFactory(patient=patient, on=last)
    InjectionFactory(patient=patient, on=last)
    if order:
        OrderFactory(patient=patient, regimen=interval, from_date=last)
    return refreshed(patient, as_of)


def blood_due(clinic: Clinic, *, as_of: dt.date = MONDAY, **fields: Any) -> Patient:
    """In prevention every month for three months: dose and first check are due today."""
    patient = PatientFactory(clinic=clinic, **fields)
    start = dt.date(2025, 12, 2)
    DecisionFactory(patient=patient, kind="start_prophylaxis", interval="1mo", on=start)
    AssessmentFactory(patient=patient, on=start)
    for on in (start, dt.date(2026, 1, 2), dt.date(2026, 2, 2)):
        InjectionFactory(patient=patient, on=on)
    OrderFactory(patient=patient, regimen="1mo", from_date=start)
    return refreshed(patient, as_of)


def batch(clinic: Clinic, number: str = "H4471B", **fields: Any) -> Any:
    product = ProductFactory(clinic=clinic, name=f"Hydroxocobalamin {number}")
    return BatchFactory(clinic=clinic, product=product, number=number, **fields)


def filled_in(page: Any) -> dict[str, str]:
    """What a form holds as it is shown: hidden and text fields, and the chosen option of each list."""
    text = page.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        ticks = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and (not ticks or " checked" in tag):
            found[name[1]] = value[1] if value else ("on" if ticks else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text, re.S):
        found[name] = unescape(value)
    return found


def log(client: Client, patient: Patient, **typed: Any) -> Any:
    """Open the form, tick identity and "no to all", change what is `typed`, save."""
    address = f"/patients/{patient.uid}/log/"
    data = filled_in(client.get(address)) | {"identity": "on", "no_to_all": "on"} | typed
    return client.post(address, {name: value for name, value in data.items() if value is not None})


def token() -> str:
    return str(uuid.uuid4())
