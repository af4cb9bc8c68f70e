"""The list as CSV and the letters: what is asked first, what stands in them, what the access log keeps."""

import csv
import io
from typing import Any

from django.http import HttpResponse
from pypdf import PdfReader

from patients.models import AccessLog, BatchNotice
from schedules.batch_people import lines, people
from schedules.letters.batch_letter import Wording, batch_letter
from tests.batches.recall import GIVEN, NOW, Recall
from tests.record.desk import address, typed, words

LETTER = {"words": "Particles were seen.", "asks": "nothing", "who": "left", "print": "1"}


def rows_of(answer: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def download(client: Any, recall: Recall, why: str = "phone") -> HttpResponse:
    return client.post(recall.url("batch_download"), {"why": why})


def pages(answer: HttpResponse) -> list[str]:
    assert answer["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_the_csv_has_a_row_a_dose_and_asks_what_for(recall: Recall) -> None:
    patient = recall.had(family_name="Quill", site="thigh_left")
    recall.had(patient=patient, on=GIVEN.replace(day=6))
    recall.died(recall.had(family_name="Dead", phone="020 7946 0009"))
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone", note="=1+1"))
    assert recall.desk.nurse.post(recall.url("batch_download"), {}).status_code == 422
    answer = download(recall.desk.nurse, recall)
    assert answer["Content-Disposition"] == 'attachment; filename="batch-h4390d-2026-11-23.csv"'
    first, second, dead = rows_of(answer)
    assert (first["Family name"], first["Date of the dose"]) == ("Quill", "2026-10-06")
    assert (second["Date of the dose"], second["Body site"]) == ("2026-10-05", "left thigh")
    assert (first["Told"], first["Told on"], first["Note"]) == ("By phone", "2026-11-23", "'=1+1")
    assert (dead["Phone"], dead["Record closed"], dead["Told"]) == ("", "Died", "no")
    log = AccessLog.objects.get(what="who had a batch as CSV")
    assert log.purpose == "Hydroxocobalamin 1 mg/mL, batch H4390D: To phone patients"


def test_cells_that_a_spreadsheet_would_run_are_defused(recall: Recall) -> None:
    recall.had(given_name="=cmd()", family_name="+Plus", record_number="-9", batch_number="@h4390d"[1:])
    [row] = rows_of(download(recall.desk.physician, recall))
    assert (row["First name"], row["Family name"], row["Record number"]) == ("'=cmd()", "'+Plus", "'-9")


def test_a_managers_csv_has_nothing_clinical(recall: Recall) -> None:
    recall.had(site="thigh_left")
    [row] = rows_of(download(recall.desk.manager, recall))
    assert "Body site" not in row
    assert row["Phone"] == "020 7946 0001"
    assert recall.desk.coordinator.post(recall.url("batch_download"), {"why": "phone"}).status_code == 403


def test_a_letter_says_what_was_typed_and_nothing_else_about_the_person(recall: Recall) -> None:
    patient = recall.had(given_name="Ada", family_name="Quill")
    recall.had(patient=patient, on=GIVEN.replace(day=7))
    recall.desk.look()
    [person] = lines(recall.which, people(recall.which))
    letter = batch_letter(recall.which, person, Wording("Seen.\n\nNo harm known.", "phone"), today=NOW.date())
    assert letter.opening == (
        "Dear Ada Quill,",
        "On 5 Oct 2026 and 7 Oct 2026 you had an injection at Riverside Surgery from batch H4390D. "
        "This batch has been withdrawn since then and is no longer used.",
        "Seen.",
        "No harm known.",
    )
    assert letter.closing[0].startswith("Please phone us on 020 7946 0000 when it suits you")
    nothing = batch_letter(recall.which, person, Wording("Seen.", "nothing"), today=NOW.date())
    assert nothing.closing[0] == "You need do nothing. Your next appointment stays as it is."
    unsaid = batch_letter(recall.which, person, Wording("…", ""), today=NOW.date())
    assert unsaid.closing == ("…",)


def test_one_page_each_for_those_left_and_none_for_the_dead(recall: Recall) -> None:
    told = recall.had(family_name="Told")
    recall.had(family_name="Left")
    recall.had(family_name="Alsoleft")
    recall.died(recall.had(family_name="Dead"))
    recall.desk.nurse.post(recall.url("batch_tell", told.uid), typed(how="phone"))
    answer = recall.desk.nurse.post(recall.url("batch_letters"), LETTER)
    assert answer["Content-Disposition"] == 'attachment; filename="letters-batch-h4390d-2026-11-23.pdf"'
    found = pages(answer)
    assert len(found) == 2
    assert "Alsoleft" in found[0]
    assert "Left" in found[1]
    everybody = recall.desk.nurse.post(recall.url("batch_letters"), LETTER | {"who": "all"})
    assert len(pages(everybody)) == 3
    recall.desk.look()
    printed = AccessLog.objects.filter(what="letter: batch withdrawn")
    assert printed.filter(patient__family_name="Left").count() == 2
    assert not printed.filter(patient__family_name="Dead").exists()
    looked = words(recall.desk.physician.get(address("patient", told), {"show": "looked"}))
    assert "letter: batch withdrawn" in looked


def test_what_is_typed_is_never_markup(recall: Recall) -> None:
    recall.had(given_name='#panic("x")', family_name="*bold* \\ $x$ <a> @b Żółć")
    odd = LETTER | {"words": '#panic("y")\n= Heading\n#import "common.typ"\n`code` // no comment'}
    [page] = pages(recall.desk.nurse.post(recall.url("batch_letters"), odd))
    for said in (
        '#panic("x")',
        "*bold*",
        "$x$",
        "<a>",
        "@b",
        '#panic("y")',
        "= Heading",
        "`code`",
        "// no comment",
    ):
        assert said in page


def test_nothing_is_printed_before_it_is_said_what_happened(recall: Recall) -> None:
    recall.had(family_name="Quill")
    answer = recall.desk.nurse.post(recall.url("batch_letters"), {"print": "1"})
    assert answer.status_code == 422
    preview = recall.desk.nurse.post(recall.url("batch_letters"), {"words": "Seen.", "preview": "1"})
    assert preview.status_code == 200
    assert "Seen." in words(preview)
    assert not AccessLog.objects.filter(what="letter: batch withdrawn").exists()
    assert recall.desk.manager.get(recall.url("batch_letters")).status_code == 403


def test_told_by_letter_only_those_whose_letter_was_printed(recall: Recall) -> None:
    recall.had(family_name="First")
    recall.desk.nurse.post(recall.url("batch_letters_sent"), typed())
    assert not BatchNotice.objects.exists()
    recall.desk.nurse.post(recall.url("batch_letters"), LETTER)
    recall.had(family_name="Later")
    page = words(recall.desk.nurse.get(recall.url("batch_letters")))
    assert "It is on its way: mark 1 as told by letter" in page
    form = typed()
    answer = recall.desk.nurse.post(recall.url("batch_letters_sent"), form, follow=True)
    assert "1 person is marked as told by letter" in words(answer)
    assert "1 of 2 told" in words(answer)
    recall.desk.nurse.post(recall.url("batch_letters_sent"), form)
    recall.desk.look()
    assert [row.how for row in BatchNotice.objects.all()] == ["letter"]
    assert recall.desk.manager.post(recall.url("batch_letters_sent"), typed()).status_code == 403


def test_nobody_left_gets_no_pdf(recall: Recall) -> None:
    patient = recall.had()
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    answer = recall.desk.nurse.post(recall.url("batch_letters"), LETTER)
    assert "Nobody is left to write to" in words(answer)
