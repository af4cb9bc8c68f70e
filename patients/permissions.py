"""Who may do what, as data (product specification §1), and the one place that narrows to a user's clinics."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from patients.models import Clinic, ClinicRole, Patient
from patients.models.patient import MergedRecordError
from patients.vocabulary import Coded


class Role(Coded):
    """What a member of a clinic is there for; one person may hold several."""

    NURSE = "nurse", "Nurse"
    PHYSICIAN = "physician", "Physician"
    COORDINATOR = "coordinator", "Coordinator"
    MANAGER = "manager", "Manager"


class Action(Coded):
    """What a person may want to do; each view names one."""

    SEE_LISTS = "see_lists", "See Today, search, names, contact data and calendar dates"
    SEE_CLINICAL = "see_clinical", "See results, chart, flags, assessments, decisions"
    EDIT_IDENTITY = "edit_identity", "Register, edit identity and contact data, book, log a contact, close"
    SEE_WHO_LOOKED = "see_who_looked", "See who looked at a patient"
    MERGE = "merge", "Merge two records of one person"
    LOG = "log", "Log an injection, correct an own entry, not given"
    ENTER_CLINICAL = "enter_clinical", "Enter results, assessments, causes, medications, pregnancy, allergies"
    CORRECT_OTHERS = "correct_others", "Correct another's clinical entry"
    DECIDE = "decide", "Order, decide, override, resolve a flag, snooze an urgent one"
    ACKNOWLEDGE = "acknowledge", "Acknowledge a flag, snooze one that is not urgent"
    EXPORT = "export", "Import and export lists"
    LETTERS = "letters", "Letters and a patient's own record"
    MESSAGES = "messages", "See and resend messages"
    CALENDAR = "calendar", "Calendar of the clinic and feed"
    INDICATORS = "indicators", "Indicators: the numbers"
    INDICATOR_LISTS = "indicator_lists", "Indicators: the patients behind a number"
    LOOK_UP_BATCH = "look_up_batch", "Look up products and batches, who had a batch"
    TELL_OF_BATCH = "tell_of_batch", "Mark who has been told of a withdrawn batch"
    MANAGE_PRODUCTS = "manage_products", "Manage products and batches, withdraw"
    MANAGE_CLINIC = "manage_clinic", "Clinic settings, closed days, defaults, users, the whole access log"
    GUIDELINE = "guideline", "Guideline page, own account"


_N, _P, _C, _M = Role.NURSE, Role.PHYSICIAN, Role.COORDINATOR, Role.MANAGER
ALLOWED: dict[Action, frozenset[Role]] = {
    Action.SEE_LISTS: frozenset({_N, _P, _C}),
    Action.SEE_CLINICAL: frozenset({_N, _P}),
    Action.EDIT_IDENTITY: frozenset({_N, _P, _C}),
    Action.SEE_WHO_LOOKED: frozenset({_N, _P}),
    Action.MERGE: frozenset({_P, _C}),
    Action.LOG: frozenset({_N, _P}),
    Action.ENTER_CLINICAL: frozenset({_N, _P}),
    Action.CORRECT_OTHERS: frozenset({_P}),
    Action.DECIDE: frozenset({_P}),
    Action.ACKNOWLEDGE: frozenset({_N, _P}),
    Action.EXPORT: frozenset({_C}),
    Action.LETTERS: frozenset({_N, _P}),
    Action.MESSAGES: frozenset({_N, _P, _C}),
    Action.CALENDAR: frozenset({_N, _P, _C, _M}),
    Action.INDICATORS: frozenset({_P, _M}),
    Action.INDICATOR_LISTS: frozenset({_P}),
    Action.LOOK_UP_BATCH: frozenset({_N, _P, _M}),
    Action.TELL_OF_BATCH: frozenset({_N, _P}),
    Action.MANAGE_PRODUCTS: frozenset({_M}),
    Action.MANAGE_CLINIC: frozenset({_M}),
    Action.GUIDELINE: frozenset({_N, _P, _C, _M}),
}


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's clinics and roles, read once per request. `clinic` is the one they are working in."""

    clinic: Clinic | None
    clinics: tuple[Clinic, ...]
    roles: dict[int, frozenset[Role]]

    @classmethod
    def nobody(cls) -> "Membership":
        return cls(None, (), {})

    @property
    def clinic_ids(self) -> tuple[int, ...]:
        return tuple(self.roles)

    def may(self, action: Action | str, clinic_id: int | None = None) -> bool:
        """Whether the user may do `action` in that clinic (by default the one they are working in)."""
        if clinic_id is None:
            clinic_id = self.clinic.pk if self.clinic else 0
        return bool(ALLOWED[Action(action)] & self.roles.get(clinic_id, frozenset()))

    def clinics_for(self, action: Action) -> list[int]:
        """The ids of the clinics in which the user may do `action`."""
        return [pk for pk, roles in self.roles.items() if ALLOWED[action] & roles]

    @property
    def role_words(self) -> str:
        """The user's roles in the clinic they are working in, for the header: "nurse, manager"."""
        roles = self.roles.get(self.clinic.pk, frozenset()) if self.clinic else frozenset()
        return ", ".join(role.label.lower() for role in Role if role in roles)


def memberships_of(user: Any, *, chosen: int | None = None) -> Membership:
    """The active memberships of `user` in one query; `chosen` is the clinic picked in the session, if any."""
    if not user.is_authenticated:
        return Membership.nobody()
    rows = (
        ClinicRole.objects.filter(user=user, active=True)
        .select_related("clinic")
        .order_by("clinic__name", "clinic_id")
    )
    roles: dict[int, set[Role]] = {}
    clinics: dict[int, Clinic] = {}
    for row in rows:
        roles.setdefault(row.clinic_id, set()).add(Role(row.role))
        clinics[row.clinic_id] = row.clinic
    current = clinics.get(chosen) if chosen else None
    return Membership(
        clinic=current or next(iter(clinics.values()), None),
        clinics=tuple(clinics.values()),
        roles={pk: frozenset(found) for pk, found in roles.items()},
    )


ViewT = TypeVar("ViewT", bound=Callable[..., HttpResponseBase])


def member_of(request: HttpRequest) -> Membership:
    """Who asks: set by ClinicScopeMiddleware on every request."""
    member: Membership = request.member  # type: ignore[attr-defined]
    return member


def user_of(request: HttpRequest) -> Any:
    """The signed-in user, inside a view that `allow` guards (Any: the apps do not name the user's model)."""
    return request.user


def clinic_here(request: HttpRequest) -> Clinic:
    """The clinic the user is working in. Raises PermissionDenied for a user without one."""
    clinic = member_of(request).clinic
    if clinic is None:
        raise PermissionDenied
    return clinic


def allow(action: Action, *, section: str = "") -> Callable[[ViewT], ViewT]:
    """Open a view to those who may do `action`; `section` names the menu entry it belongs to.

    In the clinic the user is working in; a view of one record (`uid`) narrows further with `patient_or_404`, in
    that record's own clinic.
    """

    def decorate(view: ViewT) -> ViewT:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = member_of(request)
            # A page about one record asks again in that record's clinic; every other one is about the clinic here.
            if not (member.clinics_for(action) if "uid" in kwargs else member.may(action)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        if section:
            guarded.section = section  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def public(view: ViewT) -> ViewT:
    """Mark a view that needs no session (health check, signed links). Everything else must name an action."""
    view.action = None  # type: ignore[attr-defined]
    return view


def patients_of(member: Membership, action: Action) -> QuerySet[Patient]:
    """The patients of the clinics in which `member` may do `action`. The only way from a request to patients."""
    return Patient.objects.filter(clinic_id__in=member.clinics_for(action))


def patient_or_404(request: HttpRequest, uid: Any, action: Action, *, merged_too: bool = False) -> Patient:
    """The patient with that address, if the user may do `action` in the patient's clinic.

    Another clinic's patient is not found (404), one's own clinic's without the right is refused (403). A record that
    was merged into another is read only: unless `merged_too`, MergedRecordError leads to the page that says so.
    """
    member: Membership = request.member  # type: ignore[attr-defined]
    patient = (
        Patient.objects.select_related("clinic").filter(uid=uid, clinic_id__in=member.clinic_ids).first()
    )
    if patient is None:
        raise Http404
    if not member.may(action, patient.clinic_id):
        raise PermissionDenied
    if patient.merged_into_id is not None and not merged_too:
        raise MergedRecordError(patient)
    return patient
