"""Who had a batch, as a spreadsheet: a row a dose."""

import csv
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.batches import WhichBatch
from patients.models import Injection
from patients.vocabulary import BodySite, Place
from schedules.batch_people import PersonLine, lines, people, shown
from schedules.worklist_download import defused

COLUMNS = (
    gettext_lazy("Record number"),
    gettext_lazy("First name"),
    gettext_lazy("Family name"),
    gettext_lazy("Phone"),
    gettext_lazy("Record closed"),
    gettext_lazy("Date of the dose"),
    gettext_lazy("Where given"),
    gettext_lazy("Batch as recorded"),
    gettext_lazy("Told"),
    gettext_lazy("Told on"),
    gettext_lazy("Told by"),
)
CLINICAL_COLUMNS = (
    gettext_lazy("Dose, micrograms"),
    gettext_lazy("Body site"),
    gettext_lazy("Given by"),
    gettext_lazy("Note"),
)


def write_batch(file: Any, which: WhichBatch, *, clinical: bool) -> None:
    """Write the CSV to `file`: everybody, newest dose first. Without `clinical` only who, when and where."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS + (CLINICAL_COLUMNS if clinical else ()))
    for person in lines(which, shown(people(which), show="", order="")):
        for dose in person.doses:
            cells = _cells(person, dose) + (_clinical_cells(person, dose) if clinical else [])
            writer.writerow([defused(cell) for cell in cells])


def _cells(person: PersonLine, dose: Injection) -> list[str]:
    patient, told = person.patient, person.told
    return [
        patient.record_number,
        patient.given_name,
        patient.family_name,
        "" if person.died else patient.phone,
        person.closed,
        dose.on.isoformat(),
        Place(dose.place).label,
        dose.batch_number,
        told.get_how_display() if told else _("no"),
        told.on.isoformat() if told else "",
        told.recorded_by.name if told and told.recorded_by else "",
    ]


def _clinical_cells(person: PersonLine, dose: Injection) -> list[str]:
    return [
        f"{dose.dose_ug.normalize():f}",
        BodySite(dose.site).label if dose.site else "",
        dose.given_by.name if dose.given_by else "",
        person.told.note if person.told else "",
    ]
