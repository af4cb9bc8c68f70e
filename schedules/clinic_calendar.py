"""The clinic's calendar: how many visits fall on each day, and who they are."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from patients.models import Clinic, ClosedDate
from schedules.models import Booking, OpenEvent, PatientSchedule

Counts = Counter[dt.date | None]
BLOOD = ("check", "pregnancy_check", "panel")


@dataclass(frozen=True, slots=True)
class Day:
    """One square: visits booked by a person, visits to be booked that day, blood tests among them."""

    on: dt.date
    in_month: bool
    booked: int
    to_book: int
    bloods: int
    closed: str

    @property
    def visits(self) -> int:
        return self.booked + self.to_book


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of one day's list."""

    schedule: PatientSchedule
    booking: Booking | None


def standing_bookings(clinic: Clinic) -> QuerySet[Booking]:
    """Bookings that nobody cancelled, that no later dose has overtaken, and for which a dose is still to come: who
    has died or stopped treatment is not expected."""
    schedule = "patient__schedule__last_dose_on"
    same_dose = Q(after_dose_on=F(schedule)) | Q(after_dose_on__isnull=True, **{f"{schedule}__isnull": True})
    return Booking.objects.filter(
        same_dose,
        clinic=clinic,
        cancelled_at__isnull=True,
        kind="injection",
        patient__schedule__due_on__isnull=False,
    )


def counts_by_day(clinic: Clinic, first: dt.date, last: dt.date) -> tuple[Counts, Counts, Counts]:
    """Booked visits, unbooked visits by the day to book, and blood tests by the day to book; three queries."""
    standing = standing_bookings(clinic)
    booked: Counts = Counter(standing.filter(on__range=(first, last)).values_list("on", flat=True))
    to_book = PatientSchedule.objects.filter(clinic=clinic, book_on__range=(first, last))
    unbooked: Counts = Counter(
        to_book.exclude(patient__in=standing.values("patient")).values_list("book_on", flat=True)
    )
    events = OpenEvent.objects.filter(clinic=clinic, kind__in=BLOOD, book_on__range=(first, last))
    bloods: Counts = Counter(events.values_list("book_on", flat=True))
    return booked, unbooked, bloods


def closed_days(clinic: Clinic, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Closed dates with their names."""
    return dict(
        ClosedDate.objects.filter(clinic=clinic, date__range=(first, last)).values_list("date", "name")
    )


def squares(clinic: Clinic, days: Iterable[dt.date], *, month: int) -> list[Day]:
    """The days with their counts, in a fixed number of queries."""
    wanted = list(days)
    booked, unbooked, bloods = counts_by_day(clinic, wanted[0], wanted[-1])
    closed = closed_days(clinic, wanted[0], wanted[-1])
    return [
        Day(
            on=day,
            in_month=day.month == month,
            booked=booked[day],
            to_book=unbooked[day],
            bloods=bloods[day],
            closed=closed.get(day) or ("" if day.weekday() in clinic.open_weekdays else _("closed")),
        )
        for day in wanted
    ]


def weeks_of(month: dt.date) -> list[dt.date]:
    """Every day of the weeks that hold the month, Monday first."""
    first = month.replace(day=1)
    start = first - dt.timedelta(first.weekday())
    after = (first + dt.timedelta(32)).replace(day=1)
    end = after + dt.timedelta((7 - after.weekday()) % 7)
    return [start + dt.timedelta(number) for number in range((end - start).days)]


def visits_on(clinic: Clinic, day: dt.date) -> list[Visit]:
    """Who comes that day: booked by time, then those to be booked for it by name."""
    standing = standing_bookings(clinic)
    booked = (
        standing.filter(on=day)
        .select_related("patient__schedule")
        .order_by(F("at").asc(nulls_last=True), "pk")
    )
    schedules = PatientSchedule.objects.filter(clinic=clinic, book_on=day).select_related("patient")
    unbooked = schedules.exclude(patient__in=standing.values("patient")).order_by("patient__name_key", "pk")
    return [
        *(Visit(_schedule(each), each) for each in booked),
        *(Visit(each, None) for each in unbooked),
    ]


def _schedule(booking: Booking) -> PatientSchedule:
    schedule: PatientSchedule = booking.patient.schedule  # type: ignore[attr-defined]
    schedule.patient = booking.patient
    return schedule
