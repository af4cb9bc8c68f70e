"""Merging two records of one person: everything moves, both calendars are right, and separating restores row by row."""

import datetime as dt
import json
import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from patients.actions.once import AlreadySubmittedError
from patients.actions.people import likely_same_person
from patients.models import BatchNotice, CheckIn, Injection, LabResult, Patient, PatientIdentifier
from patients.models.patient import MergedRecordError
from patients.scope import clinic_scope, set_local_scope
from patients.walls import OWN_APPS, is_history
from schedules.actions.bookings import book_visit
from schedules.actions.merge import (
    STAYS,
    AlreadyMergedError,
    LaterMergeError,
    NotMergedError,
    merge_records,
    moving_models,
)
from schedules.actions.messages import unsubscribe
from schedules.actions.prepare_messages import prepare_for_clinic
from schedules.actions.rebuild import differences
from schedules.actions.refresh import refresh_patients
from schedules.facts import facts_for
from schedules.merging import merged_facts
from schedules.messages.links import Recipient, unsubscribe_token
from schedules.models import Booking, Decision, Flag, Merge, Message, OpenEvent, Order, PatientSchedule
from schedules.rules.evaluate import evaluate
from schedules.worklist import Asked, tallies, worklist
from schedules.worklist_download import write_worklist
from tests.check_ins.asked import FINE, NOW, Phone, ask, link_to
from tests.factories import InjectionFactory, LabResultFactory, OrderFactory, PatientFactory
from tests.people.two_records import about, days, full, merge, queued, rows_of, separate, two
from tests.record.desk import TEN_O_CLOCK, TODAY, Desk
from tests.schedules.case_rows import clinic_of, day, patient_of

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))
PAIRS = list(zip(CASES[::9], CASES[4::9], strict=False))


def facts(patient: Patient) -> Any:
    return facts_for([Patient.objects.select_related("clinic").get(pk=patient.pk)])[patient.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda path: path.stem)
def test_case_histories_merged_are_their_union_and_separated_are_as_before(one: Path, other: Path) -> None:
    case, second = json.loads(one.read_text()), json.loads(other.read_text())
    clinic, today = clinic_of(case), day(case["as_of"])
    desk = Desk(clinic)
    set_local_scope([clinic.pk])
    kept, merged = patient_of(case, clinic), patient_of(second | {"id": f"{second['id']}-2"}, clinic)
    refresh_patients([kept.pk, merged.pk], cause="test", as_of=today)
    before = [(rows_of(each), about(each), facts(each)) for each in (kept, merged)]

    merge(desk, kept, merged, today=today)
    after = Patient.objects.get(pk=kept.pk)
    union = merged_facts(
        before[0][2], before[1][2], sex=after.sex, diabetic_nephropathy=after.diabetic_nephropathy
    )
    assert facts(kept) == union
    assert not any(
        (facts(merged).decisions, facts(merged).injections, facts(merged).labs, facts(merged).assessments)
    )
    stored, said = PatientSchedule.objects.get(pk=kept.pk), evaluate(union, as_of=today)
    assert (stored.phase, stored.last_dose_on) == (said.phase, said.last_dose_on)
    assert list(differences(clinic, as_of=today)) == []

    set_local_scope([clinic.pk])
    separate(desk, merged, today=today)
    assert [(rows_of(each), about(each), facts(each)) for each in (kept, merged)] == _without_number(before)
    assert list(differences(clinic, as_of=today)) == []


def _without_number(before: list[Any]) -> list[Any]:
    """The kept record's earlier number was taken away again, and its row stays."""
    number = PatientIdentifier.objects.get(removed_at__isnull=False)
    values = {field.attname: getattr(number, field.attname) for field in number._meta.concrete_fields}
    before[0][0]["patients.patientidentifier"].append(values)
    return before


def test_every_table_about_a_patient_moves_or_is_named_as_staying() -> None:
    """A new table moves unless it says otherwise; this list is to be read by whoever adds one."""
    about_patients = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS
        and not is_history(model)
        and any(field.name == "patient" for field in model._meta.concrete_fields)
    }
    moving = {model._meta.label for model in moving_models()}
    assert moving | STAYS == about_patients
    assert {
        "patients.Injection", "patients.LabResult", "patients.Assessment", "patients.BloodDraw", "patients.Cause",
        "patients.Medication", "patients.Pregnancy", "patients.PatientIdentifier", "schedules.Decision",
        "schedules.Order", "schedules.Booking", "schedules.Contact",
    } <= moving  # fmt: skip


def test_each_table_moves_and_comes_back_row_by_row(desk: Desk) -> None:
    kept, merged = two(desk)
    before = [(rows_of(each), about(each)) for each in (kept, merged)]
    assert all(rows for rows in before[1][0].values()), "the test is about every table"
    found = merge(desk, kept, merged)
    assert not any(rows_of(merged).values())
    for label, rows in before[1][0].items():
        assert found.moved[label] == [row["id"] for row in rows]
        now = {row["id"] for row in rows_of(kept)[label]}
        assert {row["id"] for each in before for row in each[0][label]} <= now
    separate(desk, merged)
    assert [(rows_of(each), about(each)) for each in (kept, merged)] == _without_number(before)


def test_records_keep_their_order_within_a_day(desk: Desk) -> None:
    kept, merged = two(desk)
    written = [LabResultFactory(patient=each, drawn_on=TODAY).pk for each in (merged, kept, merged, kept)]
    merge(desk, kept, merged)
    assert [lab.ref for lab in facts(kept).labs if lab.drawn_on == TODAY] == [f"lab:{pk}" for pk in written]


def test_both_calendars_are_right_and_the_check_finds_nothing(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    schedule = PatientSchedule.objects.get(pk=merged.pk)
    assert (schedule.phase, schedule.due_on, schedule.last_dose_on) == ("not_started", None, None)
    assert not OpenEvent.objects.filter(patient=merged).exists()
    assert not Flag.objects.filter(patient=merged, cleared_on__isnull=True).exists()
    assert desk.schedule(kept).last_dose_on == TODAY - days(1)
    call_command("rebuild_schedules", "--check")
    desk.look()
    separate(desk, merged)
    assert desk.schedule(kept).last_dose_on == TODAY - days(8)
    assert desk.schedule(merged).last_dose_on == TODAY - days(1)
    call_command("rebuild_schedules", "--check")


# --- What gives way ---


def test_the_older_order_ends_and_is_in_force_again_after_separating(desk: Desk) -> None:
    kept, merged = two(desk)
    older, newer = Order.objects.get(patient=kept), Order.objects.get(patient=merged)
    merge(desk, kept, merged)
    older.refresh_from_db()
    assert older.ended_on == newer.from_date
    assert Order.objects.get(patient=kept, ended_on__isnull=True) == newer
    separate(desk, merged)
    assert Order.objects.get(patient=kept, ended_on__isnull=True) == older
    assert Order.objects.get(patient=merged, ended_on__isnull=True) == newer


def test_an_order_is_not_in_force_again_if_a_newer_one_is_or_treatment_ended(desk: Desk) -> None:
    kept, merged = two(desk)
    older, newer = Order.objects.get(patient=kept), Order.objects.get(patient=merged)
    merge(desk, kept, merged)
    Order.objects.filter(pk=newer.pk).update(ended_on=TODAY)
    latest = OrderFactory(patient=kept, from_date=TODAY)
    separate(desk, merged)
    older.refresh_from_db()
    assert older.ended_on is not None
    assert Order.objects.get(patient=kept, ended_on__isnull=True) == latest


def test_an_order_does_not_come_back_after_a_stop(desk: Desk) -> None:
    kept, merged = two(desk)
    older = Order.objects.get(patient=kept)
    merge(desk, kept, merged)
    stop = Decision.objects.create(clinic=desk.clinic, patient=kept, kind="stop", on=TODAY, reason="other")
    Decision.objects.filter(pk=stop.pk).update(recorded_at=timezone.now() + days(1))
    separate(desk, merged)
    older.refresh_from_db()
    assert older.ended_on is not None


def test_of_two_bookings_the_later_made_is_cancelled_and_comes_back(desk: Desk) -> None:
    kept, merged = two(desk)
    first, second = Booking.objects.get(patient=kept), Booking.objects.get(patient=merged)
    Booking.objects.filter(pk=second.pk).update(made_at=first.made_at + days(1))
    merge(desk, kept, merged)
    for booking in (first, second):
        booking.refresh_from_db()
    assert (first.cancelled_at, second.cancelled_by) == (None, desk.users["physician"])
    # A coming date that was agreed stands, though the other record has a later dose.
    assert first.after_dose_on == desk.schedule(kept).last_dose_on
    separate(desk, merged)
    for booking in (first, second):
        booking.refresh_from_db()
    assert (first.cancelled_at, second.cancelled_at) == (None, None)
    assert first.after_dose_on == desk.schedule(kept).last_dose_on


def test_a_booking_that_a_dose_has_overtaken_gives_way(desk: Desk) -> None:
    kept, merged = two(desk)
    Booking.objects.filter(patient=kept).update(after_dose_on=TODAY - days(100))
    merge(desk, kept, merged)
    assert Booking.objects.get(patient=kept, cancelled_at__isnull=True).after_dose_on == TODAY - days(1)


def test_a_booking_agreed_since_stays_and_the_cancelled_one_of_the_kept_does_not_come_back(
    desk: Desk,
) -> None:
    kept, merged = two(desk)
    theirs, mine = Booking.objects.get(patient=merged), Booking.objects.get(patient=kept)
    Booking.objects.filter(pk=mine.pk).update(made_at=theirs.made_at + days(1))
    merge(desk, kept, merged)
    new = book_visit(
        patient=kept, on=TODAY + days(3), at=None, note="", token=uuid.uuid4(), by=desk.users["nurse"]
    )
    separate(desk, merged)
    assert list(Booking.objects.filter(patient=kept, cancelled_at__isnull=True)) == [new]


def test_allergies_and_risks_of_both_hold_and_contact_data_are_filled_in(desk: Desk) -> None:
    said_yes = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    kept, merged = two(
        desk, allergy_cobalt=True, allergy_note="Latex", bleeding_risk="Apixaban", phone="020 7946 0001",
        email="ruth@mail.example", email_consent=True, email_consent_at=said_yes,
    )  # fmt: skip
    Patient.objects.filter(pk=kept.pk).update(allergy_note="Nickel", allergies_known=False)
    before = about(kept)
    merge(desk, kept, merged)
    now = Patient.objects.get(pk=kept.pk)
    assert (now.allergy_cobalt, now.allergy_note, now.bleeding_risk) == (True, "Nickel; Latex", "Apixaban")
    assert (now.phone, now.email, now.can_be_mailed) == ("020 7946 0001", "ruth@mail.example", True)
    separate(desk, merged)
    assert about(kept) == before


def test_a_note_too_long_for_one_field_says_where_the_rest_is(desk: Desk) -> None:
    kept, merged = two(desk, bleeding_risk="b" * 100)
    Patient.objects.filter(pk=kept.pk).update(bleeding_risk="a" * 100)
    kept.refresh_from_db()
    merge(desk, kept, merged)
    risk = Patient.objects.get(pk=kept.pk).bleeding_risk
    assert len(risk) == 120
    assert risk.endswith("; … RS-2")


def test_a_newer_no_to_e_mails_holds_and_a_yes_is_not_carried_to_another_address(desk: Desk) -> None:
    asked, later = dt.datetime(2026, 1, 5, tzinfo=dt.UTC), dt.datetime(2026, 2, 5, tzinfo=dt.UTC)
    agrees = {"email_consent": True, "email_consent_at": asked}
    kept, merged = two(desk, email="old@mail.example", unsubscribed_at=later, **agrees)
    Patient.objects.filter(pk=kept.pk).update(email="new@mail.example", **agrees)
    kept.refresh_from_db()
    merge(desk, kept, merged)
    assert not Patient.objects.get(pk=kept.pk).can_be_mailed
    separate(desk, merged)
    assert Patient.objects.get(pk=kept.pk).can_be_mailed
    Patient.objects.filter(pk=kept.pk).update(email_consent=False)
    Patient.objects.filter(pk=merged.pk).update(unsubscribed_at=None)
    merge(desk, *Patient.objects.filter(pk__in=[kept.pk, merged.pk]).order_by("pk"))
    assert not Patient.objects.get(pk=kept.pk).can_be_mailed


def test_what_was_changed_since_stays_changed(desk: Desk) -> None:
    kept, merged = two(desk, phone="020 7946 0001")
    merge(desk, kept, merged)
    Patient.objects.filter(pk=kept.pk).update(phone="020 7946 0999")
    separate(desk, merged)
    assert Patient.objects.get(pk=kept.pk).phone == "020 7946 0999"


def test_a_reaction_that_waits_to_be_looked_at_waits_with_the_kept_record(desk: Desk) -> None:
    kept, merged = two(desk)
    dose = Injection.objects.valid().filter(patient=merged).latest("pk")
    Injection.objects.filter(pk=dose.pk).update(reaction="Rash")
    refresh_patients([merged.pk], cause="test")
    Flag.objects.filter(patient=merged, code="REACTION_REVIEW").update(acknowledged_at=TEN_O_CLOCK)
    merge(desk, kept, merged)
    assert "REACTION_REVIEW" in desk.flags(kept)
    assert desk.flags(merged) == set()
    separate(desk, merged)
    assert "REACTION_REVIEW" not in desk.flags(kept)
    [again] = Flag.objects.filter(patient=merged, code="REACTION_REVIEW")
    assert (again.cleared_on, again.acknowledged_at) == (None, TEN_O_CLOCK)


# --- Numbers, messages, lists ---


def test_the_old_number_is_a_number_of_the_kept_record(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    found = PatientIdentifier.objects.current().filter(patient=kept)
    assert set(found.values_list("system", "value")) == {
        ("NHS number", "943 RS-1"), ("NHS number", "943 RS-2"), ("Earlier record number", "RS-2"),
    }  # fmt: skip
    likely = likely_same_person(clinic=desk.clinic, birth_date=TODAY, name="Nobody at all", numbers=["rs 2"])
    assert set(likely) == {kept, Patient.objects.get(pk=merged.pk)}


def test_waiting_mails_are_not_sent_and_no_new_one_is_prepared(desk: Desk) -> None:
    agrees = {"email_consent": True, "email_consent_at": TEN_O_CLOCK}
    kept, merged = two(desk, email="ruth@mail.example", **agrees)
    message = queued(merged)
    merge(desk, kept, merged)
    message.refresh_from_db()
    assert (message.state, message.patient) == ("suppressed", merged)
    assert message.why == "The record was merged into RS-1."
    prepare_for_clinic(desk.clinic, now=TEN_O_CLOCK)
    desk.look()
    assert not Message.objects.filter(patient=merged, state="queued").exists()


def test_the_link_that_stops_mails_speaks_for_the_person(desk: Desk) -> None:
    agrees = {"email_consent": True, "email_consent_at": TEN_O_CLOCK}
    kept, merged = two(desk, email="ruth@mail.example", **agrees)
    merge(desk, kept, merged)
    desk.look()
    assert Patient.objects.get(pk=kept.pk).can_be_mailed
    assert unsubscribe(
        token=unsubscribe_token(Recipient(desk.clinic.pk, merged.uid), today=TODAY), now=TEN_O_CLOCK
    )
    desk.look()
    assert not Patient.objects.get(pk=kept.pk).can_be_mailed


def test_the_merged_record_leaves_today_and_is_listed_once_in_the_download(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    now = TEN_O_CLOCK
    shown = worklist(desk.clinic.pk, Asked(), now=now, with_flags=True)
    assert [line.record_number for line in shown] == ["RS-1"]
    counts = tallies(desk.clinic.pk, now=now)
    assert counts.due + counts.late + counts.missed + counts.still_booked <= 1
    file = StringIO()
    write_worklist(file, desk.clinic.pk, now=now)
    [line] = [row for row in file.getvalue().splitlines() if "Caloway" in row]
    assert "Merged into RS-1" in line


# --- Refusals ---


def test_nothing_is_written_on_a_merged_record(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    with pytest.raises(MergedRecordError):
        book_visit(patient=merged, on=TODAY, at=None, note="", token=uuid.uuid4(), by=desk.users["nurse"])
    assert not Booking.objects.filter(patient=merged).exists()


def test_a_record_is_merged_once_and_the_form_counts_once(desk: Desk) -> None:
    kept, merged = two(desk)
    token = uuid.uuid4()
    merge(desk, kept, merged, token=token)
    with pytest.raises(AlreadySubmittedError):
        merge(desk, kept, merged, token=token)
    for pair in ((kept, merged), (merged, kept)):
        with pytest.raises(AlreadyMergedError):
            merge(desk, *pair)
    assert Merge.objects.count() == 1


def test_later_merges_are_undone_first_and_then_all_is_as_before(desk: Desk) -> None:
    kept, merged = two(desk)
    third = full(desk, begun=TODAY - days(30), number="RS-3")
    before = [facts(each) for each in (kept, merged, third)]
    merge(desk, kept, merged)
    merge(desk, third, kept)
    assert Patient.objects.get(pk=merged.pk).current_record == third
    with pytest.raises(LaterMergeError) as refused:
        separate(desk, merged)
    assert refused.value.later.merged == kept
    separate(desk, kept)
    separate(desk, merged)
    assert [facts(each) for each in (kept, merged, third)] == before
    with pytest.raises(NotMergedError):
        separate(desk, merged)


def test_a_second_merge_into_the_same_record_is_undone_first(desk: Desk) -> None:
    kept, merged = two(desk)
    third = full(desk, begun=TODAY - days(30), number="RS-3")
    merge(desk, kept, merged)
    merge(desk, kept, third)
    with pytest.raises(LaterMergeError):
        separate(desk, merged)


def test_merged_again_after_separating(desk: Desk) -> None:
    kept, merged = two(desk)
    for _ in range(2):
        merge(desk, kept, merged)
        separate(desk, merged)
    merge(desk, merged, kept)
    assert Patient.objects.get(pk=kept.pk).merged_into == merged
    assert PatientIdentifier.objects.current().get(system="Earlier record number").value == "RS-1"


def test_what_was_written_since_stays_with_the_kept_record(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    new = InjectionFactory(patient=kept, on=TODAY)
    separate(desk, merged)
    assert Injection.objects.get(pk=new.pk).patient == kept
    assert desk.schedule(kept).last_dose_on == TODAY


def test_two_clinics_are_never_merged(desk: Desk) -> None:
    other = Desk()
    stranger = other.patient()
    patient = desk.patient()
    set_local_scope([desk.clinic.pk, other.clinic.pk])
    with pytest.raises(ValueError, match="one clinic"), transaction.atomic():
        merge_records(
            kept=patient, merged=stranger, reason="x", today=TODAY, token=uuid.uuid4(), by=desk.users["nurse"]
        )
    with pytest.raises(DatabaseError, match="same_clinic"), transaction.atomic():
        Patient.objects.filter(pk=stranger.pk).update(merged_into=patient)
    with pytest.raises(DatabaseError, match="same_clinic"), transaction.atomic():
        Merge.objects.create(
            clinic=desk.clinic, kept=patient, merged=stranger, at=TEN_O_CLOCK, by=desk.users["physician"], reason="x"
        )  # fmt: skip


def test_history_keeps_who_moved_what(desk: Desk) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, merged = two(desk)
    with clinic_scope([desk.clinic.pk], user_id=desk.users["physician"].pk):
        merge_records(
            kept=kept, merged=merged, reason="x", today=TODAY, token=uuid.uuid4(), by=desk.users["physician"]
        )
    desk.look()
    row = LabResult.objects.get(pk=Merge.objects.get().moved["patients.labresult"][0])
    versions = (
        apps.get_model("patients", "LabResultEvent").objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    )
    assert [each.patient_id for each in versions] == [merged.pk, kept.pk]
    assert versions.last().pgh_user == str(desk.users["physician"].pk)


def test_empty_records_merge_too(desk: Desk) -> None:
    desk.look()
    kept, merged = PatientFactory(clinic=desk.clinic), PatientFactory(clinic=desk.clinic)
    refresh_patients([kept.pk, merged.pk], cause="test")
    merge(desk, kept, merged)
    separate(desk, merged)
    assert Patient.objects.get(pk=merged.pk).merged_into is None


@pytest.mark.django_db
def test_answers_to_a_link_sent_before_the_merge_are_with_the_kept_record(desk: Desk) -> None:
    kept, merged = two(desk)
    link = Phone(link_to(ask(merged, after_dose_on=TODAY)))
    merge(desk, kept, merged)
    with time_machine.travel(NOW, tick=False):
        page = link.send(**FINE | {"visual": "2"})
    assert "Thank you" in page.content.decode()
    desk.look()
    assert CheckIn.objects.get(answered_at=NOW).patient == kept
    assert Flag.objects.filter(
        patient=kept, code="PATIENT_REPORTS_WORSENING", cleared_on__isnull=True
    ).exists()


@pytest.mark.django_db
def test_who_was_told_of_a_batch_under_both_records_was_told_once(desk: Desk) -> None:
    kept, merged = two(desk)
    told = {"clinic": desk.clinic, "number": "H1", "number_key": "H1", "how": "phone", "on": TODAY}
    mine = BatchNotice.objects.create(patient=kept, **told)
    theirs = BatchNotice.objects.create(patient=merged, **told)
    merge(desk, kept, merged)
    assert list(BatchNotice.objects.filter(patient=kept, number="H1")) == [mine]
    separate(desk, merged)
    assert list(BatchNotice.objects.filter(patient=merged, number="H1")) == [theirs]
