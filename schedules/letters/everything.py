"""All data of a patient as files: every table that has rows about them, struck-out rows and history too, and both
letters. Which tables those are is read from the models, so that a new one cannot be forgotten."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, Model
from django.utils.translation import gettext as _

from patients.analytes import ANALYTES
from patients.models import Patient
from patients.walls import OWN_APPS, is_history
from schedules.letters.material import material_of
from schedules.letters.own_record import own_record
from schedules.letters.pdf import letter_pdf
from schedules.letters.summary import Choice, summary_letter
from schedules.units import unit_words
from schedules.worklist_download import defused

# What history adds to a row, in words.
_OF_HISTORY = {
    "pgh_id": "number of the version",
    "pgh_created_at": "when this version was written",
    "pgh_label": "insert (the row was new) or update (it was changed)",
    "pgh_user": "who wrote it",
    "pgh_obj_id": "id of the row",
}


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table as it goes into the files: columns are names, what they hold, and the field they come from."""

    model: type[Model]

    @property
    def path(self) -> str:
        """Without its ending: "tables/injection", "history/injection"."""
        name = self.model._meta.model_name or ""
        return f"history/{name.removesuffix('event')}" if is_history(self.model) else f"tables/{name}"

    @property
    def fields(self) -> list[Field[Any, Any]]:
        return list(self.model._meta.concrete_fields)

    @property
    def columns(self) -> list[str]:
        """People by name, other rows by their id."""
        return [field.name if _is_person(field) else field.attname for field in self.fields]

    def rows(self, patient: Patient) -> Iterator[list[Any]]:
        """Every row about the patient, in the order written. One query."""
        is_patient = self.model is Patient or self.model._meta.model_name == "patientevent"
        about = {"pgh_obj_id" if is_history(self.model) else "pk": patient.pk} if is_patient else {}
        found = self.model._default_manager.filter(**(about or {"patient": patient.pk})).order_by("pk")
        names = [f"{field.name}__name" if _is_person(field) else field.attname for field in self.fields]
        for row in found.values_list(*names):
            yield list(row)


def _is_person(field: Field[Any, Any]) -> bool:
    return isinstance(field, ForeignKey) and field.related_model is get_user_model()


def data_tables() -> list[DataTable]:
    """Every table of the own apps with rows about one patient; those of today first, then their history."""
    found = [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS
        and (
            "patient" in {field.name for field in model._meta.concrete_fields}
            or model is Patient
            or model._meta.model_name == "patientevent"
        )
    ]
    return [
        DataTable(model) for model in sorted(found, key=lambda each: (is_history(each), each._meta.label))
    ]


def everything(patient: Patient, *, now: dt.datetime, by: str) -> bytes:
    """The zip. The patient comes with their clinic; `now` is on the clinic's wall clock, `by` signs the summary."""
    material = material_of(patient, today=now.date())
    summary = summary_letter(material, Choice.everything(material), signed_by=by)
    people = {str(pk): name for pk, name in get_user_model().objects.values_list("pk", "name")}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: str | bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)

        put("README.txt", readme(patient, now=now))
        put("summary.pdf", letter_pdf(summary))
        put("own-record.pdf", letter_pdf(own_record(material)))
        for table in data_tables():
            rows = [_named(table.columns, row, people) for row in table.rows(patient)]
            put(f"{table.path}.csv", _csv(table.columns, rows))
            put(f"{table.path}.json", _json(table.columns, rows))
    return file.getvalue()


def _named(columns: Sequence[str], row: list[Any], people: dict[str, str]) -> list[Any]:
    """The row with the writer of its version by name."""
    if "pgh_user" in columns:
        at = columns.index("pgh_user")
        row[at] = people.get(row[at], row[at])
    return row


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([defused(_cell(value)) for value in row] for row in rows)
    return f"\N{BYTE ORDER MARK}{file.getvalue()}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def readme(patient: Patient, *, now: dt.datetime) -> str:
    """What the files hold: each table, its columns, the coded words, the units."""
    intro = _(
        "All data about record %(number)s of %(clinic)s, taken out on %(on)s.\n\n"
        "summary.pdf       the summary for the patient's doctor\n"
        "own-record.pdf    the patient's own record in plain words\n"
        "tables/           every table with rows about this patient, each as CSV and as JSON\n"
        "history/          every version of those rows: who wrote it, and when\n\n"
        "access log, flags, forecast and notes are for the clinic's people; give the patient own-record.pdf.\n"
        "A row with error_at was entered in error: it no longer counts; error_by, error_reason and error_note say who\n"
        "struck it out and why. Times are UTC, dates are those of the clinic. Empty means not recorded.\n"
        "In CSV files a cell that a spreadsheet would take for a formula begins with an apostrophe.\n"
    ) % {"number": patient.record_number, "clinic": patient.clinic.name, "on": f"{now:%Y-%m-%d %H:%M}"}
    tables = "\n".join(_explained(table) for table in data_tables())
    units = "".join(f"  {row.label}: {unit_words(row.canonical_unit)}\n" for row in ANALYTES.values())
    doses = _("UNITS\n  dose_ug: micrograms\n  dose_mg: milligrams a day\n  length_cm: centimetres\n")
    results = _(
        "canonical_value of a result, by its test (value and unit are as the laboratory reported them):\n"
    )
    return f"{intro}\n{tables}\n{doses}{results}{units}"


def _explained(table: DataTable) -> str:
    about = (table.model.__doc__ or "").strip().splitlines()[0] if not is_history(table.model) else ""
    lines = [f"{table.path}: {about}" if about and not about.startswith(table.model.__name__) else table.path]
    if is_history(table.model):
        known = ", ".join(f"{name}: {_OF_HISTORY[name]}" for name in table.columns if name in _OF_HISTORY)
        return f"{lines[0]}\n  the columns of the table, and {known}\n"
    for name, field in zip(table.columns, table.fields, strict=True):
        codes = "; ".join(f"{code} = {label}" for code, label in (field.flatchoices or []))
        lines.append(f"  {name}: {field.verbose_name}" + (f" ({codes})" if codes else ""))
    return "\n".join(lines) + "\n"
