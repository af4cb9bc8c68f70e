"""The indicators and their reasons in the clinic's words, and how each is counted."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from patients.templatetags.clinic_words import plain_date
from schedules.indicators.reasons import Indicator, Why

TITLES = {
    Indicator.RIGHT_INTERVAL: gettext_lazy("On the right interval"),
    Indicator.ON_TIME: gettext_lazy("Given on time"),
    Indicator.MISSED: gettext_lazy("Missed"),
    Indicator.CHECKS: gettext_lazy("Checks done and complete"),
    Indicator.AT_TARGET: gettext_lazy("At target"),
    Indicator.RECURRENCES: gettext_lazy("Recurrences"),
    Indicator.CONTACTS: gettext_lazy("Contact outcomes"),
}

SAID = {
    Indicator.RIGHT_INTERVAL: ngettext_lazy(
        "%(n)s of %(of)s patient on the right interval",
        "%(n)s of %(of)s patients on the right interval",
        "of",
    ),
    Indicator.ON_TIME: ngettext_lazy(
        "%(n)s of %(of)s dose given on time", "%(n)s of %(of)s doses given on time", "of"
    ),
    Indicator.MISSED: ngettext_lazy(
        "%(n)s of %(of)s patient with a missed dose", "%(n)s of %(of)s patients with a missed dose", "of"
    ),
    Indicator.CHECKS: ngettext_lazy(
        "%(n)s of %(of)s check done and complete", "%(n)s of %(of)s checks done and complete", "of"
    ),
    Indicator.AT_TARGET: ngettext_lazy(
        "%(n)s of %(of)s patient at target", "%(n)s of %(of)s patients at target", "of"
    ),
    Indicator.RECURRENCES: ngettext_lazy(
        "%(n)s of %(of)s patient with symptoms back", "%(n)s of %(of)s patients with symptoms back", "of"
    ),
    Indicator.CONTACTS: ngettext_lazy(
        "%(n)s of %(of)s patient contacted has a date", "%(n)s of %(of)s patients contacted have a date", "of"
    ),
}

# What is counted, after "of 48".
OF_WHAT = {
    Indicator.RIGHT_INTERVAL: ngettext_lazy("of %(of)s patient", "of %(of)s patients", "of"),
    Indicator.ON_TIME: ngettext_lazy("of %(of)s dose", "of %(of)s doses", "of"),
    Indicator.MISSED: ngettext_lazy("of %(of)s patient", "of %(of)s patients", "of"),
    Indicator.CHECKS: ngettext_lazy("of %(of)s check", "of %(of)s checks", "of"),
    Indicator.AT_TARGET: ngettext_lazy("of %(of)s patient", "of %(of)s patients", "of"),
    Indicator.RECURRENCES: ngettext_lazy("of %(of)s patient", "of %(of)s patients", "of"),
    Indicator.CONTACTS: ngettext_lazy("of %(of)s patient contacted", "of %(of)s patients contacted", "of"),
}

# What the filled and the hollow part of a bar stand for.
FILLED = {
    Indicator.RIGHT_INTERVAL: gettext_lazy("on the right interval"),
    Indicator.ON_TIME: gettext_lazy("given on time"),
    Indicator.MISSED: gettext_lazy("a dose missed"),
    Indicator.CHECKS: gettext_lazy("done and complete"),
    Indicator.AT_TARGET: gettext_lazy("at target"),
    Indicator.RECURRENCES: gettext_lazy("symptoms back"),
    Indicator.CONTACTS: gettext_lazy("a date agreed or told in person"),
}
HOLLOW = {
    Indicator.RIGHT_INTERVAL: gettext_lazy("on another interval"),
    Indicator.ON_TIME: gettext_lazy("late or not given"),
    Indicator.MISSED: gettext_lazy("nothing missed"),
    Indicator.CHECKS: gettext_lazy("late, not done or incomplete"),
    Indicator.AT_TARGET: gettext_lazy("above a target"),
    Indicator.RECURRENCES: gettext_lazy("not worse"),
    Indicator.CONTACTS: gettext_lazy("no date yet"),
}

WHY = {
    Why.NO_PLAN: gettext_lazy("no plan"),
    Why.IN_LOADING: gettext_lazy("in loading"),
    Why.STOPPED: gettext_lazy("treatment stopped"),
    Why.CLOSED: gettext_lazy("record closed in the month"),
    Why.STANDARD: gettext_lazy("every 2 or 3 months"),
    Why.MONTHLY: gettext_lazy("every month"),
    Why.INDIVIDUAL: gettext_lazy("individual, with a clinical reason"),
    Why.TAKEN_OVER_SHORTER: gettext_lazy("individual, taken over as it was"),
    Why.LONGER_AFTER_ALTERNATE_DAYS: gettext_lazy("every 3 months after alternate days"),
    Why.LONGER_THAN_MONTHLY: gettext_lazy("longer than monthly in prevention"),
    Why.ORDERED_LONGER: gettext_lazy("ordered longer than every 3 months"),
    Why.SHORTER_WITHOUT_REASON: gettext_lazy("shorter than monthly, no reason recorded"),
    Why.SHORTER_BY_LEVELS: gettext_lazy("shorter than monthly, for laboratory values alone"),
    Why.GIVEN_ON_TIME: gettext_lazy("given on time"),
    Why.GIVEN_EARLY: gettext_lazy("given before the due date"),
    Why.GIVEN_LATE: gettext_lazy("given after it was missed"),
    Why.NOT_GIVEN: gettext_lazy("not given"),
    Why.DOSE_OPEN: gettext_lazy("not missed yet"),
    Why.DOSE_REPLANNED: gettext_lazy("plan changed or ended first"),
    Why.NONE_MISSED: gettext_lazy("nothing missed"),
    Why.MISSED: gettext_lazy("dose missed"),
    Why.CHECK_COMPLETE: gettext_lazy("done and complete"),
    Why.CHECK_LATE: gettext_lazy("done late"),
    Why.CHECK_NOT_DONE: gettext_lazy("not done"),
    Why.CHECK_INCOMPLETE: gettext_lazy("parts missing"),
    Why.CHECK_OPEN: gettext_lazy("not missed yet"),
    Why.CHECK_PARTS_COMING: gettext_lazy("drawn, parts may still come"),
    Why.CHECK_REPLANNED: gettext_lazy("plan changed or ended first"),
    Why.AT_TARGET: gettext_lazy("at target"),
    Why.MMA_HIGH: gettext_lazy("methylmalonic acid above target"),
    Why.HOMOCYSTEINE_HIGH: gettext_lazy("homocysteine above target"),
    Why.BOTH_HIGH: gettext_lazy("both above target"),
    Why.NO_RESULT: gettext_lazy("no result in 15 months of the plan"),
    Why.UNDECIDED: gettext_lazy("reported with < or >, not to be decided"),
    Why.NOT_WORSE: gettext_lazy("not worse"),
    Why.SYMPTOMS_BACK: gettext_lazy("symptoms back"),
    Why.FIRST_FINDING: gettext_lazy("first neurological finding"),
    Why.NOT_ASSESSED: gettext_lazy("not assessed in 15 months"),
    Why.NOTHING_TO_COMPARE: gettext_lazy("no assessment since, or none before"),
    Why.AGREED_DATE: gettext_lazy("agreed a date"),
    Why.TOLD_IN_PERSON: gettext_lazy("told in person"),
    Why.CALL_LATER: gettext_lazy("to be called again"),
    Why.NO_ANSWER: gettext_lazy("no answer"),
    Why.WRONG_NUMBER: gettext_lazy("wrong number"),
    Why.DECLINED: gettext_lazy("declined"),
    Why.CALL_COMING: gettext_lazy("day of the next call still to come"),
    Why.MOVED_AWAY: gettext_lazy("moved away"),
    Why.DIED: gettext_lazy("died"),
    Why.OTHER: gettext_lazy("other outcome"),
}

# What the day of a verdict is: "due", "result of" …
DAY_IS = {
    Indicator.RIGHT_INTERVAL: gettext_lazy("since"),
    Indicator.ON_TIME: gettext_lazy("due"),
    Indicator.MISSED: gettext_lazy("due"),
    Indicator.CHECKS: gettext_lazy("due"),
    Indicator.AT_TARGET: gettext_lazy("result of"),
    Indicator.RECURRENCES: gettext_lazy("assessed"),
    Indicator.CONTACTS: gettext_lazy("contact of"),
}

_LAST_DAY = gettext_lazy("In the present month, today stands for the last day.")

HOW = {
    Indicator.RIGHT_INTERVAL: (
        gettext_lazy(
            "Of patients in maintenance or prevention on the last day of the month, those whose interval is one "
            "the guideline allows for them."
        ),
        gettext_lazy(
            "Allowed: in maintenance every month, every 2 months and, unless loading was on alternate days, every "
            "3 months; in prevention every month."
        ),
        gettext_lazy(
            "A shorter interval, from every 4 weeks to twice a week, is allowed with a clinical reason on record; "
            "laboratory values alone are none. One that was taken over from elsewhere needs no reason."
        ),
        gettext_lazy(
            "Not allowed: longer than monthly in prevention, every 3 months after alternate days, and a prescription "
            "in force for every 4, 6 or 12 months, though the calendar keeps 3 months."
        ),
        gettext_lazy("Not counted: patients in loading, without a plan, stopped, or closed in the month."),
        _LAST_DAY,
    ),
    Indicator.ON_TIME: (
        gettext_lazy(
            "Of doses due in the month, loading included, those given before they counted as missed: within the "
            "grace after the due date, or on the day to book if that is later (closed days)."
        ),
        gettext_lazy(
            "A dose given before its due date counts as given on time. A dose given in the next month but within its "
            "grace counts for the month in which it was due. One given elsewhere counts; an intravenous one does not."
        ),
        gettext_lazy(
            "A dose that is not given has one due date until it is given: it fails once, in that date's month. While "
            "it lasts, Missed counts it every month."
        ),
        gettext_lazy(
            "Not counted: doses due or still to come that are not missed yet, and doses whose plan was changed, "
            "started again, stopped or closed on or after the due date but before they were missed. A due date that "
            "a decision moved before its day never came due. Doses before a take-over are not judged."
        ),
    ),
    Indicator.MISSED: (
        gettext_lazy(
            "Of patients with a plan in force on the last day of the month, loading included, those whose dose had "
            "by then counted as missed and was not given. Fewer is better."
        ),
        gettext_lazy("Not counted: patients without a plan, stopped, or closed in the month."),
        _LAST_DAY,
    ),
    Indicator.CHECKS: (
        gettext_lazy(
            "Of blood checks due in the month (at 3, 6 and 12 months, then yearly, or 3 months later while not "
            "stable), those drawn before they counted as missed and complete."
        ),
        gettext_lazy(
            "Missed: from 15 days after the due date or, if that is later, after the dose the blood was booked with, "
            "the first due from 14 days before the check. The calendar puts a check off to the next dose when the "
            "blood was not taken; here that makes it late."
        ),
        gettext_lazy(
            "Complete: all that the check asked for on the day before the draw is on record within 14 days either "
            "side: blood count, homocysteine, an assessment of all five domains and, where asked, methylmalonic acid, "
            "ferritin and transferrin saturation."
        ),
        gettext_lazy(
            "One draw can do several checks of the first year. A draw before the 14 days ahead of the due date moves "
            "a later check; that due date never came."
        ),
        gettext_lazy(
            "Not counted: checks that are not missed yet, those drawn at most 14 days ago with parts missing, and "
            "those whose plan changed or ended first. Pregnancy checks, panels and reviews are not counted."
        ),
    ),
    Indicator.AT_TARGET: (
        gettext_lazy(
            "Of patients in maintenance or prevention on the last day of the month with a result, those whose latest "
            "methylmalonic acid is below 271 nmol/L and latest homocysteine below 10 µmol/L; one of the two is enough "
            "to be counted."
        ),
        gettext_lazy(
            "A result counts if it was drawn after the first dose of the plan (under a take-over: since it), in the 15 "
            "months up to the day. Serum B12 is no target: a normal level never by itself means enough."
        ),
        gettext_lazy(
            "Not counted: patients without such a result, or with one reported with < or > that cannot be decided; "
            "in loading, without a plan, stopped, or closed in the month."
        ),
        _LAST_DAY,
    ),
    Indicator.RECURRENCES: (
        gettext_lazy(
            "Of patients in maintenance or prevention on the last day of the month, those whose latest assessment is "
            "worse in some domain than the best since the phase began, or shows the first neurological finding under "
            "a plan without alternate days. Fewer is better."
        ),
        gettext_lazy(
            "It is counted every month until an assessment is as good as before, not only in the month it was found."
        ),
        gettext_lazy(
            "Not counted: patients not assessed in the 15 months up to the day, or with no assessment since the phase "
            "began or none before to compare with; in loading, without a plan, stopped, or closed in the month. What "
            "patients answer by link is not counted."
        ),
        _LAST_DAY,
    ),
    Indicator.CONTACTS: (
        gettext_lazy(
            "Of patients about whom a contact was logged in the month, those whose last contact of the month ended "
            "with a date agreed or with the patient told in person."
        ),
        gettext_lazy(
            "Not counted: moved away, died, another outcome, and patients to be called again on a day after the last "
            "of the month (in the present month: after today)."
        ),
    ),
}


def month_words(month: dt.date) -> str:
    """Nov 2026."""
    return plain_date(month).partition(" ")[2]


def month_words_so_far(month: dt.date, today: dt.date) -> str:
    """Nov 2026, and "so far" for the present month."""
    words = month_words(month)
    present = (month.year, month.month) == (today.year, today.month)
    return _("%(month)s, so far") % {"month": words} if present else words
