"""The bridge from rows to the indicators: facts, orders and contacts of many patients in three queries."""

from collections import defaultdict
from collections.abc import Iterable

from patients.models import Patient
from schedules.facts import facts_for
from schedules.indicators.verdicts import TOO_LONG, Contact, History, OrderSpan
from schedules.models import Contact as ContactRow
from schedules.models import Order


def histories_of(patients: Iterable[Patient]) -> dict[int, History]:
    """Each patient's history by primary key; struck-out rows stay out. `patients` come with their clinic."""
    patients = list(patients)
    facts = facts_for(patients)
    keys = [patient.pk for patient in patients]
    zones = {patient.pk: patient.clinic.tz for patient in patients}
    orders: dict[int, list[OrderSpan]] = defaultdict(list)
    # Only an order that is longer than any interval of the calendar says more than the calendar does.
    asked = Order.objects.valid().filter(patient__in=keys, regimen__in=TOO_LONG).order_by("from_date", "pk")
    for key, *span in asked.values_list("patient_id", "regimen", "from_date", "ended_on"):
        orders[key].append(OrderSpan(*span))
    contacts: dict[int, list[Contact]] = defaultdict(list)
    called = ContactRow.objects.filter(patient__in=keys).order_by("at", "pk")
    for key, at, outcome, call_on in called.values_list("patient_id", "at", "outcome", "call_on"):
        contacts[key].append(Contact(at.astimezone(zones[key]).date(), outcome, call_on))
    return {
        patient.pk: History(
            facts[patient.pk],
            patient.created_at.astimezone(zones[patient.pk]).date(),
            tuple(orders[patient.pk]),
            tuple(contacts[patient.pk]),
        )
        for patient in patients
    }
