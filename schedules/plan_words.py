"""The plan in the words of the worklist: "Every 2 months", "Loading, alternate days"."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.vocabulary import CloseReason, Interval, Phase, Protocol

_LOADING = {
    Protocol.ALTERNATE_DAY.value: gettext_lazy("Loading, alternate days"),
    Protocol.THREE_TIMES_WEEKLY.value: gettext_lazy("Loading, 3 a week"),
}


def plan_words(phase: str, protocol: str, interval: str) -> str:
    """One line for a list; `interval` only where the phase has one."""
    if phase == Phase.LOADING:
        return str(_LOADING.get(protocol, _("Loading")))
    if phase == Phase.PROPHYLAXIS:
        return _("Prevention, %(interval)s") % {"interval": Interval(interval).label}
    if phase == Phase.MAINTENANCE:
        return Interval(interval).label.capitalize()
    return Phase(phase).label


def closed_words(reason: str | None) -> str:
    """Why somebody has left the list: "Closed: died"."""
    if not reason:
        return Phase.CLOSED.label
    why = CloseReason(reason).label
    return _("Closed: %(why)s") % {"why": why[0].lower() + why[1:]}


def dose_words(phase: str, protocol: str, doses_in_phase: int) -> str:
    """Which dose is next: "dose 7", "dose 1 of 6"; nothing where no dose is due."""
    if phase not in {Phase.LOADING, Phase.MAINTENANCE, Phase.PROPHYLAXIS}:
        return ""
    of_six = phase == Phase.LOADING and protocol == Protocol.THREE_TIMES_WEEKLY
    said = _("dose %(n)s of 6") if of_six else _("dose %(n)s")
    return said % {"n": doses_in_phase + 1}
