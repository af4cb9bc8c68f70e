"""The pages and files of letters: who gets them, what stands in the PDF, what the access log keeps."""

import csv
import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from patients.models import AccessLog, Injection, Patient
from patients.walls import OWN_APPS, is_history
from schedules.letters.everything import data_tables
from schedules.letters.summary import ALL_PARTS
from tests.factories import InjectionFactory, LabResultFactory
from tests.patient.ruth import on_record
from tests.record.desk import Desk, address, words

PRINT = {"parts": list(ALL_PARTS), "print": "1"}


def reader(answer: HttpResponse) -> PdfReader:
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def test_the_summary_is_looked_at_then_printed(desk: Desk, ruth: Patient) -> None:
    page = desk.physician.get(address("letter_summary", ruth))
    assert "Symptoms are back" in words(page)
    seen = desk.physician.post(
        address("letter_summary", ruth),
        {"parts": ["results"], "words": "Dear Dr Brown", "preview": "1"},
    )
    assert "Dear Dr Brown" in words(seen)
    assert "<h3>Last doses</h3>" not in seen.content.decode()
    answer = desk.physician.post(address("letter_summary", ruth), PRINT | {"flags": ["SYMPTOM_RECURRENCE"]})
    assert answer["Content-Disposition"] == 'attachment; filename="letter-rs-20417-2026-11-23.pdf"'
    said = text_of(reader(answer))
    assert desk.users["physician"].name in said
    assert "Symptoms are back" in said
    assert "Methylmalonic acid above target" not in said


def test_in_place_only_the_letter_is_sent_again(desk: Desk, ruth: Patient) -> None:
    answer = desk.nurse.post(address("letter_summary", ruth), {"parts": ["causes"]}, HTTP_HX_REQUEST="true")
    assert answer.content.decode().lstrip().startswith("<article")


def test_each_page_names_the_patient_and_counts(desk: Desk, ruth: Patient) -> None:
    pdf = reader(desk.nurse.post(address("letter_own_record", ruth)))
    assert len(pdf.pages) > 1
    for number, page in enumerate(pdf.pages, 1):
        said = page.extract_text()
        assert "Ruth Calloway, born 3 Mar 1961, RS-20417" in said
        assert f"Page {number} of {len(pdf.pages)}" in said


def test_tagged_titled_and_in_a_language(desk: Desk, ruth: Patient) -> None:
    pdf = reader(desk.nurse.post(address("letter_own_record", ruth)))
    catalogue: Any = pdf.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith("en")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Your record: Ruth Calloway, born 3 Mar 1961, RS-20417"


ODD = '#panic("x") *bold* _it_ \\ $x$ <a> @b [c] {d} `e` // f /* g */ = h - i'


def test_what_people_typed_is_never_markup(desk: Desk) -> None:
    patient = on_record(desk, given_name='#panic("x")', family_name="Żółć *bold* \\", bleeding_risk=ODD)
    patient.injections.update(batch_number="#import")
    said = text_of(
        reader(desk.physician.post(address("letter_summary", patient), PRINT | {"words": ODD, "to": ODD}))
    )
    assert said.count(ODD) == 3
    assert '#panic("x") Żółć *bold* \\' in said
    assert "#import" in said


@pytest.mark.parametrize("name", ["محمد العربي", "Zoë 😀 Łukasz", "Ελένη Иван", "张伟"])
def test_names_of_every_writing_are_printed_and_break_nothing(desk: Desk, name: str) -> None:
    patient = on_record(desk, family_name=name)
    pdf = reader(desk.physician.post(address("letter_own_record", patient)))
    assert len(pdf.pages) > 1
    assert pdf.metadata is not None
    assert name in str(pdf.metadata.title)


def test_every_print_stands_in_who_looked(desk: Desk, ruth: Patient) -> None:
    desk.nurse.post(address("letter_summary", ruth), PRINT)
    desk.nurse.post(address("letter_own_record", ruth))
    desk.nurse.post(address("letter_everything", ruth), {"why": "patient"})
    desk.look()
    kept = list(AccessLog.objects.filter(patient=ruth).order_by("pk").values_list("what", "purpose"))
    assert kept == [
        ("letter to the doctor as PDF", ""),
        ("own record as PDF", ""),
        ("all data as files", "The patient asked for it"),
    ]
    page = words(desk.physician.get(address("patient", ruth), {"show": "looked"}))
    for what, _purpose in kept:
        assert what in page


@pytest.mark.parametrize("name", ["letters", "letter_summary", "letter_own_record", "letter_everything"])
def test_only_nurse_and_physician_of_the_clinic(desk: Desk, ruth: Patient, name: str) -> None:
    path = address(name, ruth)
    for role, code in (("nurse", 200), ("physician", 200), ("coordinator", 403), ("manager", 403)):
        assert getattr(desk, role).get(path).status_code == code
    assert Desk().physician.post(path, PRINT).status_code == 404
    page = desk.physician.get(address("patient", ruth)).content.decode()
    assert address("letters", ruth) in page
    assert address("letters", ruth) not in desk.coordinator.get(address("patient", ruth)).content.decode()


def archive(answer: HttpResponse) -> zipfile.ZipFile:
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def table(files: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files.read(f"{name}.csv").decode("utf-8-sig"))))


def test_all_data_with_what_was_struck_out_and_every_change(desk: Desk, ruth: Patient) -> None:
    nurse = desk.users["nurse"]
    wrong = InjectionFactory(patient=ruth, note="=1+1", recorded_by=nurse)
    Injection.objects.filter(pk=wrong.pk).update(
        error_at=timezone.now(), error_by=nurse, error_reason="duplicate", error_note="twice"
    )
    assert desk.nurse.post(address("letter_everything", ruth), {}).status_code == 422
    answer = desk.nurse.post(address("letter_everything", ruth), {"why": "other", "other": "Moving"})
    assert answer["Content-Disposition"] == 'attachment; filename="record-rs-20417-2026-11-23.zip"'
    files = archive(answer)
    assert files.testzip() is None
    row = next(row for row in table(files, "tables/injection") if row["id"] == str(wrong.pk))
    assert (row["error_by"], row["error_reason"], row["error_note"]) == (nurse.name, "duplicate", "twice")
    assert (row["recorded_by"], row["note"], row["given"]) == (nurse.name, "'=1+1", "yes")
    same = next(row for row in json.loads(files.read("tables/injection.json")) if row["id"] == wrong.pk)
    assert (same["note"], same["error_by"]) == ("=1+1", nurse.name)
    versions = [row for row in table(files, "history/injection") if row["pgh_obj_id"] == str(wrong.pk)]
    assert [row["pgh_label"] for row in versions] == ["insert", "update"]
    assert len(table(files, "tables/labresult")) == 10
    assert "Ruth" in table(files, "tables/patient")[0]["given_name"]
    assert table(files, "history/patient")
    assert len(PdfReader(io.BytesIO(files.read("summary.pdf"))).pages) > 0
    assert len(PdfReader(io.BytesIO(files.read("own-record.pdf"))).pages) > 0


def test_the_readme_names_every_column_and_unit(desk: Desk, ruth: Patient) -> None:
    files = archive(desk.nurse.post(address("letter_everything", ruth), {"why": "moves"}))
    said = files.read("README.txt").decode()
    for each in data_tables():
        assert f"{each.path}:" in said or f"{each.path}\n" in said
        if not is_history(each.model):
            assert all(f"  {column}: " in said for column in each.columns)
    assert "dose_ug: micrograms" in said
    assert "Serum B12: pmol/L" in said
    assert "deltoid_left = left upper arm" in said


def test_no_table_about_a_patient_is_forgotten_and_no_other_patient_is_in_it(
    desk: Desk, ruth: Patient
) -> None:
    about = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS and "patient" in {field.name for field in model._meta.fields}
    }
    assert about | {"patients.Patient", "patients.PatientEvent"} == {
        each.model._meta.label for each in data_tables()
    }
    other = on_record(desk, family_name="Otherwise", record_number="RS-99")
    files = archive(desk.nurse.post(address("letter_everything", ruth), {"why": "patient"}))
    everything_said = b"".join(files.read(name) for name in files.namelist() if not name.endswith(".pdf"))
    assert b"Otherwise" not in everything_said
    assert str(other.uid).encode() not in everything_said


def ten_years(desk: Desk) -> Patient:
    patient = on_record(desk)
    for month in range(60):
        day = dt.date(2016, 1, 4) + dt.timedelta(60 * month)
        InjectionFactory(patient=patient, on=day, given_by=desk.users["nurse"])
        for analyte, unit in (
            ("b12", "pmol/L"),
            ("mma", "nmol/L"),
            ("hb", "g/L"),
            ("mcv", "fL"),
            ("ferritin", "ug/L"),
        ):
            LabResultFactory(patient=patient, drawn_on=day, analyte=analyte, unit=unit, value=100 + month)
    return patient


def test_as_many_queries_for_ten_years_as_for_one(desk: Desk, ruth: Patient) -> None:
    long = ten_years(desk)
    for name, form in (
        ("letter_summary", PRINT),
        ("letter_own_record", {}),
        ("letter_everything", {"why": "patient"}),
    ):
        counts = []
        for patient in (ruth, ruth, long):
            with CaptureQueriesContext(connection) as found:
                assert desk.nurse.post(address(name, patient), form).status_code == 200
            counts.append(len(found))
        assert counts[1] == counts[2], name


def test_ten_years_are_printed_whole(desk: Desk) -> None:
    patient = ten_years(desk)
    said = text_of(reader(desk.nurse.post(address("letter_own_record", patient))))
    for on in patient.injections.values_list("on", flat=True):
        assert f"{on.day} {on:%b %Y}" in said
