"""The entries of the timeline as sentences, with an icon each and the way to correct them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.actions.corrections import MOVABLE
from patients.check_ins import in_words as answer_words
from patients.models.product import batch_key
from patients.templatetags.clinic_words import day, plain_date, short_day
from patients.vocabulary import (
    Analyte,
    B12Drug,
    BodySite,
    CauseKind,
    CloseReason,
    ContactOutcome,
    DecisionKind,
    Domain,
    ErrorReason,
    Interval,
    IntervalReason,
    LongInterval,
    MedicationDrug,
    NotGivenReason,
    OverrideReason,
    Place,
    PregnancyStatus,
    Protocol,
    Regimen,
    Route,
    StopReason,
    ToldHow,
)
from schedules.batch_links import address_of
from schedules.flag_words import in_words, title_of
from schedules.models import Message
from schedules.models.calendar import EVENT_KINDS
from schedules.models.message import words_of_state
from schedules.timeline import Entry
from schedules.units import unit_words

_ICONS = {
    "injection": "syringe", "results": "flask", "assessment": "pulse", "check_in": "pulse",
    "decision": "pen", "order": "pen",
    "cause": "info", "medicine": "info", "pregnancy": "info", "flag": "alert", "contact": "phone",
    "message": "mail", "booking": "clock", "merge": "info", "notice": "phone",
}  # fmt: skip
# The word of an entry's table in the address that strikes it out.
_RECORD_WORDS = frozenset({"injection", "assessment", "check_in", "cause", "medicine", "pregnancy", "notice"})
_PLAN_WORDS = {"decision": "withdraw_decision", "order": "withdraw_order"}
_REGIMENS = {member.value: member for kind in (Regimen, Interval, LongInterval) for member in kind}


@dataclass(frozen=True, slots=True)
class Correction:
    """Where something can be struck out; `label` only where an entry holds several."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """Another patient's record that an entry leads to: "Moved here from" RS-20417."""

    words: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as shown: bold words, the rest, who wrote it, a tag, and what can be corrected in it; `move_url` where
    it was struck out as another patient's and is still to be moved there. `batch` is its number and the address that
    says who else had it."""

    day: dt.date
    icon: str
    bold: str
    text: str
    by: str
    by_id: int | None
    under: tuple[str, ...] = ()
    tag: str = ""
    severity: str = ""
    struck: str = ""
    amends: bool = False
    message_uid: str = ""
    correctable: tuple[Correction, ...] = field(default=())
    move_url: str = ""
    is_plan: bool = False
    others: tuple[OtherRecord, ...] = ()
    batch: tuple[str, str] | None = None


def line_of(entry: Entry, *, patient_uid: Any, dose_names: Mapping[dt.date, str], clinical: bool) -> Line:
    """The entry in words; without `clinical` only dates and what was arranged."""
    bold, text, under = _WORDS[entry.kind](entry, dose_names, clinical)
    details = entry.details
    others = _others(entry, str(patient_uid))
    return Line(
        day=entry.day,
        icon=_ICONS[entry.kind],
        bold=bold,
        text=text,
        by=entry.by,
        by_id=entry.by_id,
        under=tuple(part for part in under if part),
        tag=_("Flag raised") if entry.kind == "flag" else "",
        severity=details.get("severity", "") if entry.kind == "flag" else "",
        struck=_struck(entry),
        amends=entry.amends and not others,
        message_uid=entry.uid if entry.kind == "message" else "",
        correctable=_corrections(entry, patient_uid) if clinical and entry.struck is None else (),
        move_url=_move_url(entry, patient_uid) if clinical else "",
        is_plan=entry.kind in _PLAN_WORDS,
        others=others,
        batch=_batch(details) if clinical else None,
    )


def _others(entry: Entry, own_uid: str) -> tuple[OtherRecord, ...]:
    """The records that an entry came from or went to, and the other one of a merge; never the patient's own."""
    found = entry.details["results"][0] if entry.kind == "results" else entry.details
    if entry.kind == "merge":
        other = "merged" if found["kept_uid"] == own_uid else "kept"
        return (_other("", found[f"{other}_number"], found[f"{other}_uid"]),)
    ways = [("from", _("Moved here from")), ("to", _("Moved to"))]
    return tuple(
        _other(words, found[f"{way}_number"], found[f"{way}_uid"])
        for way, words in ways
        if found.get(f"{way}_uid") not in {None, own_uid}
    )


def _other(words: str, number: str, uid: str) -> OtherRecord:
    return OtherRecord(words, number, reverse("patient", args=[uid]))


def _batch(details: Mapping[str, Any]) -> tuple[str, str] | None:
    number = details.get("number") or details.get("batch_number")
    if not number or not batch_key(number):
        return None
    return number, address_of(details["batch_id"], number)


def _struck(entry: Entry) -> str:
    if entry.struck is None:
        return ""
    found = entry.struck
    why = ErrorReason(found.reason).label if found.reason else ""
    return _("Struck out by %(by)s, %(on)s: %(why)s") % {
        "by": found.by or _("somebody"),
        "on": day(found.on),
        "why": f"{why}. {found.note}".strip() if found.note else f"{why}.",
    }


def _corrections(entry: Entry, patient_uid: Any) -> tuple[Correction, ...]:
    if entry.kind == "results":
        return tuple(
            Correction(
                reverse("correct_record", args=[patient_uid, "result", row["uid"]]),
                Analyte(row["analyte"]).label,
            )
            for row in entry.details["results"]
        )
    if entry.kind in _PLAN_WORDS:
        return (Correction(reverse(_PLAN_WORDS[entry.kind], args=[patient_uid, entry.uid]), ""),)
    if entry.kind == "injection" and entry.details["given"]:
        return (Correction(reverse("amend_injection", args=[patient_uid, entry.uid]), ""),)
    if entry.kind in _RECORD_WORDS:
        return (Correction(reverse("correct_record", args=[patient_uid, entry.kind, entry.uid]), ""),)
    return ()


def _move_url(entry: Entry, patient_uid: Any) -> str:
    """Where an entry that was struck out as another patient's is moved, if nobody has yet."""
    if entry.struck is None or entry.struck.reason != ErrorReason.WRONG_PATIENT:
        return ""
    if entry.kind == "results":
        word, found = "result", entry.details["results"][0]
        uid = found["uid"]
    else:
        word, found, uid = entry.kind, entry.details, entry.uid
    if word not in MOVABLE or found["to_uid"]:
        return ""
    return reverse("move_find", args=[patient_uid, word, uid])


Words = tuple[str, str, tuple[str, ...]]


def micrograms(value: Any) -> str:
    """A dose in the words of the label: "1000 micrograms"."""
    return _("%(dose)s micrograms") % {"dose": f"{float(value):g}"}


def _injection(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    if not found["given"]:
        why = NotGivenReason(found["not_given_reason"]).label if clinical else ""
        return _("Not given"), why, (found["note"] if clinical else "",)
    name = names.get(entry.day, _("Injection")) if entry.struck is None else _("Injection")
    if not clinical:
        return name, "", ()
    parts = [f"{B12Drug(found['drug']).label.lower()} {micrograms(found['dose_ug'])}"]
    if found["route"] != Route.IM:
        parts.append(Route(found["route"]).label)
    if found["site"]:
        parts.append(BodySite(found["site"]).label)
    if found["place"] != Place.HERE:
        where = Place(found["place"]).label.lower()
        parts.append(f"{where} ({found['place_source']})" if found["place_source"] else where)
    reaction = _("Reaction: %(what)s") % {"what": found["reaction"]} if found["reaction"] else ""
    return name, ", ".join(parts), (reaction, found["note"])


def _results(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    order = list(Analyte)
    rows = sorted(entry.details["results"], key=lambda row: order.index(row["analyte"]))
    said = [
        f"{Analyte(row['analyte']).label} {row['comparator']}{row['value_text']} {unit_words(row['unit'])}"
        for row in rows
    ]
    return _("Blood drawn"), ", ".join(said), ()


def _assessment(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    scores = {domain: found[domain.value] for domain in Domain}
    said = "; ".join(f"{domain.label.lower()} {score}" for domain, score in scores.items() if score)
    missing = [domain.label.lower() for domain, score in scores.items() if score is None]
    if missing:
        bold = _("Symptoms assessed in part")
        under = (_("Not assessed: %(what)s") % {"what": ", ".join(missing)}, found["note"])
    else:
        bold = _("Symptom score %(score)s") % {"score": sum(scores.values())}
        under = (_("Same as last time, as confirmed") if found["same_as_last"] else "", found["note"])
    return bold, said, under


def _check_in(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    answers = {domain.label: answer_words(found[domain.value]) for domain in Domain}
    said = "; ".join(f"{label.lower()}: {answer}" for label, answer in answers.items() if answer)
    skipped = ", ".join(label.lower() for label, answer in answers.items() if not answer)
    under = _("Not answered: %(what)s") % {"what": skipped} if skipped else ""
    quoted = f"“{found['note']}”" if found["note"] else ""
    return _("Patient answered by link"), said, (under, quoted)


def decision_title(found: Mapping[str, Any]) -> str:
    """A decision in words: "Loading, alternate days", "Interval changed: every month"."""
    kind = DecisionKind(found["kind"])
    if kind == DecisionKind.START_TREATMENT:
        return _("Loading, %(protocol)s") % {"protocol": Protocol(found["protocol"]).label.lower()}
    if kind == DecisionKind.START_PROPHYLAXIS:
        return _("Prevention, %(interval)s") % {"interval": Interval(found["interval"] or Interval.M1).label}
    if kind in {DecisionKind.TAKE_OVER, DecisionKind.CHANGE_INTERVAL}:
        return f"{kind.label}: {Interval(found['interval']).label}"
    if kind == DecisionKind.STOP:
        return f"{kind.label}: {StopReason(found['reason']).label.lower()}"
    if kind == DecisionKind.CLOSE:
        return f"{kind.label}: {CloseReason(found['reason']).label.lower()}"
    return _("Plateau confirmed: maintenance begins")


def _decision(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    reasons = ", ".join(IntervalReason(reason).label.lower() for reason in found["reasons"])
    title = decision_title(found)
    if found["kind"] == DecisionKind.CLOSE and found["source"]:
        title = _("%(decision)s, said by %(who)s") % {"decision": title, "who": found["source"]}
    if not clinical:
        return title, "", ()
    return title, "", (reasons, found["note"], *overrides_said(found["overrides"]))


def overrides_said(overrides: list[Mapping[str, str]]) -> tuple[str, ...]:
    """Why a physician went ahead against a refusal, once for each sentence."""
    said = {}
    for each in overrides:
        said[(each["reason"], each["sentence"])] = _("Went ahead: %(why)s. %(sentence)s") % {
            "why": OverrideReason(each["reason"]).label.lower(),
            "sentence": each["sentence"],
        }
    return tuple(said.values())


def order_title(found: Mapping[str, Any]) -> str:
    """An order in words: "hydroxocobalamin 1000 micrograms into the muscle (IM), every 2 months"."""
    drug, route = B12Drug(found["drug"]).label.lower(), Route(found["route"]).label
    regimen = _REGIMENS.get(found["regimen"])
    return f"{drug} {micrograms(found['dose_ug'])} {route}, {regimen.label if regimen else ''}"


def _order(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    until = found["until"]
    renew = _("renew by %(on)s") % {"on": plain_date(dt.date.fromisoformat(until))} if until else ""
    return _("Ordered"), ", ".join(filter(None, [order_title(found), renew])), (found["note"],)


def _cause(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    gone = entry.details["resolved_on"]
    ended = _("gone since %(on)s") % {"on": plain_date(dt.date.fromisoformat(gone))} if gone else ""
    kind = CauseKind(entry.details["kind"]).label
    return _("Cause"), ", ".join(filter(None, [kind, ended])), (entry.details["note"],)


def _medicine(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    dose = ""
    if found["dose_mg"]:
        dose = _("%(dose)s milligrams a day") % {"dose": f"{float(found['dose_mg']):g}"}
    elif found["dose_ug"]:
        dose = _("%(dose)s micrograms a day") % {"dose": f"{float(found['dose_ug']):g}"}
    stopped = found["stopped_on"]
    ended = _("until %(on)s") % {"on": plain_date(dt.date.fromisoformat(stopped))} if stopped else ""
    drug = MedicationDrug(found["drug"]).label
    return _("Medicine begun"), ", ".join(filter(None, [drug, dose, ended])), ()


def _pregnancy(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    ended = entry.details["ended_on"]
    until = _("until %(on)s") % {"on": plain_date(dt.date.fromisoformat(ended))} if ended else ""
    return PregnancyStatus(entry.details["status"]).label, until, ()


def _notice(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    how = ToldHow(found["how"])
    if how == ToldHow.NOT_REACHED:
        return _("Not reached about a withdrawn batch"), "", (found["note"],)
    return _("Told of a withdrawn batch"), how.label.lower(), (found["note"],)


def _flag(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    if found["resolver"]:
        end = _("Resolved by %(by)s: %(why)s") % {"by": found["resolver"], "why": found["resolve_reason"]}
    elif found["cleared_on"]:
        end = _("Gone since %(on)s") % {"on": day(dt.date.fromisoformat(found["cleared_on"]))}
    else:
        end = ""
    reason = in_words(found["reason"])
    if found["renewed"]:
        # The text is not that of the day the flag was raised: newer records gave it another.
        newest = _("At last: %(reason)s") if end else _("Now: %(reason)s")
        reason = newest % {"reason": reason}
    return title_of(found["code"]), "", (reason, end)


def _contact(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    call = found["call_on"]
    again = _("call again on %(on)s") % {"on": day(dt.date.fromisoformat(call))} if call else ""
    outcome = ContactOutcome(found["outcome"]).label
    return _("Contact"), ", ".join(filter(None, [outcome.lower(), again])), (found["note"],)


def _message(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    state = words_of_state(found["state"], found["why"])
    about = _("for %(on)s") % {"on": short_day(dt.date.fromisoformat(found["announced_on"]))}
    return _("E-mail"), f"{Message.Kind(found['kind']).label}, {about}: {state.lower()}", (found["why"],)


def _booking(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    kind = dict(EVENT_KINDS)[found["kind"]]
    when = day(dt.date.fromisoformat(found["on"]))
    if found["at"]:
        when = f"{when}, {found['at'][:5]}"
    cancelled = _("Cancelled or replaced later") if found["cancelled"] else ""
    return _("Booked"), f"{str(kind).lower()}, {when}", (found["note"], cancelled)


def _merge(entry: Entry, names: Mapping[dt.date, str], clinical: bool) -> Words:
    found = entry.details
    undone = ""
    if found["undone_on"]:
        undone = _("Separated again by %(by)s, %(on)s") % {
            "by": found["undone_by"],
            "on": day(dt.date.fromisoformat(found["undone_on"])),
        }
    return _("Merged with"), "", (found["reason"], undone)


_WORDS = {
    "injection": _injection,
    "results": _results,
    "assessment": _assessment,
    "check_in": _check_in,
    "decision": _decision,
    "order": _order,
    "cause": _cause,
    "medicine": _medicine,
    "pregnancy": _pregnancy,
    "notice": _notice,
    "flag": _flag,
    "contact": _contact,
    "message": _message,
    "booking": _booking,
    "merge": _merge,
}
