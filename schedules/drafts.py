"""What signing a decision would write, before anything is written: judged, previewed, then carried out as one.

The table in the product specification, section 3 ("What a request writes"), is the `*_draft` functions below.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from patients.vocabulary import (
    BeganWith,
    DecisionKind,
    Interval,
    LongInterval,
    MedicationDrug,
    Phase,
    Place,
    Protocol,
    Regimen,
    Route,
)
from schedules.rules import facts as rules
from schedules.rules.asked import ChangeInterval, FolicAcid, Prescribe, Request, StartMaintenance, Stop
from schedules.rules.facts import Facts
from schedules.rules.requests import judge
from schedules.rules.results import Evaluation, RequestCode, Strength

LOADING = frozenset({Regimen.ALTERNATE_DAY.value, Regimen.THREE_TIMES_WEEKLY.value})
INTERVALS = frozenset(interval.value for interval in Interval)
TOO_LONG = frozenset(interval.value for interval in LongInterval)


@dataclass(frozen=True, slots=True)
class Draft:
    """One action: the requests to judge, and the rows that signing writes (field values by name)."""

    on: dt.date
    requests: tuple[Request, ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()
    order: dict[str, Any] | None = None
    medication: dict[str, Any] | None = None
    earlier_dose: dict[str, Any] | None = None
    ends_order: bool = False

    def after(self, facts: Facts) -> Facts:
        """The facts as they would be once this is signed."""
        decisions = tuple(rules.Decision(**_as_rule(fields), ref="draft") for fields in self.decisions)
        changed = replace(facts, decisions=(*facts.decisions, *decisions))
        if self.earlier_dose:
            given = {name: self.earlier_dose[name] for name in ("on", "drug", "dose_ug", "route")}
            dose = rules.Injection(**given, ref="draft")
            changed = replace(changed, injections=(*facts.injections, dose))
        if self.medication:
            fields = {
                name: self.medication.get(name) for name in ("drug", "started_on", "dose_mg", "dose_ug")
            }
            medicines = (*facts.patient.medications, rules.Medication(**fields, ref="draft"))  # type: ignore[arg-type]
            changed = replace(changed, patient=replace(facts.patient, medications=medicines))
        return changed


def _as_rule(fields: dict[str, Any]) -> dict[str, Any]:
    """A decision's fields in the words of the rules: a new interval is `to`."""
    known = {"on", "kind", "protocol", "maintenance_interval", "began_with", "reason"}
    found = {name: value or None for name, value in fields.items() if name in known}
    target = "to" if fields["kind"] == DecisionKind.CHANGE_INTERVAL else "interval"
    return found | {target: fields.get("interval") or None, "reasons": tuple(fields.get("reasons", ()))}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a draft."""

    codes: tuple[RequestCode, ...] = field(default=())

    def of(self, strength: Strength) -> list[RequestCode]:
        return [code for code in self.codes if code.strength == strength]

    @property
    def refused(self) -> bool:
        """Never to be overridden."""
        return bool(self.of(Strength.HARD))

    @property
    def asks(self) -> bool:
        """Needs a physician's reason."""
        return bool(self.of(Strength.SOFT))


def judge_draft(facts: Facts, draft: Draft, *, as_of: dt.date) -> Verdict:
    """Judge every request of the draft; a code that two requests share is said once."""
    found = {
        code.code: code for request in draft.requests for code in judge(facts, request, as_of=as_of).codes
    }
    order = list(Strength)
    return Verdict(tuple(sorted(found.values(), key=lambda code: (order.index(code.strength), code.code))))


def _order(on: dt.date, data: dict[str, Any], regimen: str) -> dict[str, Any]:
    micrograms = data["dose"] * (1000 if data["unit"] == "mg" else 1)
    return {
        "drug": data["drug"],
        "dose_ug": micrograms,
        "route": data["route"],
        "regimen": regimen,
        "from_date": on,
        "until": data.get("until"),
    }


def _prescribe(on: dt.date, data: dict[str, Any], regimen: str) -> Prescribe:
    return Prescribe(
        drug=data["drug"], dose=data["dose"], unit=data["unit"], route=data["route"], regimen=regimen, on=on
    )


def prescription_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """`prescribe`: what it writes depends on the regimen and on whether a plan is in force."""
    on, regimen = data["on"], data["regimen"]
    draft = Draft(on=on, requests=(_prescribe(on, data, regimen),), order=_order(on, data, regimen))
    in_force = now.protocol is not None
    if regimen == Regimen.DAILY or data["route"] == Route.ORAL:
        medicine = {
            "drug": MedicationDrug.ORAL_B12.value,
            "dose_ug": _order(on, data, regimen)["dose_ug"],
            "started_on": on,
        }
        return replace(draft, medication=medicine)
    if regimen in LOADING:
        if in_force and now.protocol == regimen and now.phase == Phase.LOADING and not data.get("again"):
            return draft
        start = {
            "kind": DecisionKind.START_TREATMENT.value,
            "on": on,
            "protocol": regimen,
            "maintenance_interval": data.get("maintenance_interval") or "",
        }
        return replace(draft, decisions=(start,))
    if not in_force:
        start = {"kind": DecisionKind.START_PROPHYLAXIS.value, "on": on, "interval": regimen}
        return replace(draft, decisions=(start,))
    if regimen == now.interval:
        return draft
    changed = interval_draft(data | {"to": regimen}, now)
    return replace(draft, requests=(*draft.requests, *changed.requests), decisions=changed.decisions)


def take_over_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """`prescribe` of an interval when treatment began elsewhere."""
    on, interval = data["on"], data["interval"]
    decision = {
        "kind": DecisionKind.TAKE_OVER.value,
        "on": on,
        "interval": interval,
        "began_with": data["began_with"] or BeganWith.UNKNOWN.value,
        "source": data.get("source", ""),
    }
    order = _order(on, data, interval)
    there = {
        "on": data.get("last_dose_on"),
        "place": Place.ELSEWHERE.value,
        "place_source": data.get("source", ""),
    } | {name: order[name] for name in ("drug", "dose_ug", "route")}
    return Draft(
        on=on,
        requests=(_prescribe(on, data, interval),),
        decisions=(decision,),
        order=order,
        earlier_dose=there if there["on"] else None,
    )


def maintenance_interval(facts: Facts, now: Evaluation) -> str:
    """The interval that follows the loading in force: every 2 months after alternate days (R7), else the one
    chosen when it was started (D17)."""
    if now.protocol == Protocol.ALTERNATE_DAY:
        return Interval.M2.value
    starts = [d for d in facts.decisions if d.kind == DecisionKind.START_TREATMENT and d.on <= now.as_of]
    newest = max(starts, key=lambda decision: decision.on, default=None)
    return (newest and newest.maintenance_interval) or Interval.M3.value


def maintenance_draft(data: dict[str, Any], interval: str) -> Draft:
    """`start_maintenance`: the plateau is confirmed, or loading is complete; then every `interval`. Drug, dose
    and route stay as `data` has them."""
    decision = {"kind": DecisionKind.PLATEAU_CONFIRMED.value, "on": data["on"]}
    return Draft(
        on=data["on"],
        requests=(StartMaintenance(on=data["on"]),),
        decisions=(decision,),
        order=_order(data["on"], data, interval),
    )


def interval_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """`change_interval`; longer than 3 months is an order and a note, the calendar keeps 3 months. Drug, dose
    and route stay as `data` has them."""
    on, wanted, reasons = data["on"], data["to"], tuple(data.get("reasons", ()))
    kept = Interval.M3.value if wanted in TOO_LONG else wanted
    decision = {
        "kind": DecisionKind.CHANGE_INTERVAL.value,
        "on": on,
        "interval": kept,
        "reasons": list(reasons),
    }
    same = wanted in TOO_LONG and now.interval == kept
    return Draft(
        on=on,
        requests=(ChangeInterval(to=wanted, reasons=reasons, on=on),),
        decisions=() if same else (decision,),
        order=_order(on, data, wanted),
    )


def stop_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """`stop`: ends plan and order."""
    decision = {"kind": DecisionKind.STOP.value, "on": data["on"], "reason": data["reason"]}
    return Draft(
        on=data["on"],
        requests=(Stop(reason=data["reason"], on=data["on"]),),
        decisions=(decision,),
        ends_order=True,
    )


def close_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """Died, transferred, declined: the calendar ends; nothing is judged, what is true is recorded."""
    decision = {
        "kind": DecisionKind.CLOSE.value,
        "on": data["on"],
        "reason": data["reason"],
        "source": data.get("source", ""),
    }
    return Draft(on=data["on"], decisions=(decision,), ends_order=True)


def folic_acid_draft(data: dict[str, Any], now: Evaluation) -> Draft:
    """`folic_acid`: a medicine, daily."""
    medicine = {
        "drug": MedicationDrug.FOLIC_ACID.value,
        "dose_mg": data["dose_mg"],
        "started_on": data["on"],
    }
    return Draft(
        on=data["on"], requests=(FolicAcid(dose_mg=data["dose_mg"], on=data["on"]),), medication=medicine
    )
