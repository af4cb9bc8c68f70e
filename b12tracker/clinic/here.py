"""The clinic that a manager is working in, and what happens when its days change."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from patients.models import Clinic, Patient
from patients.notices import notify
from patients.permissions import Action, clinic_here, member_of
from schedules.actions.rebuild import ask_for_rebuild
from schedules.tasks import rebuild_wanted_clinics, soon


def clinic_for(request: HttpRequest, action: Action) -> Clinic:
    """The clinic the user is working in, if they may do `action` there; else PermissionDenied (another clinic's
    right is none here)."""
    clinic = clinic_here(request)
    if not member_of(request).may(action, clinic.pk):
        raise PermissionDenied
    return clinic


def managed_clinic(request: HttpRequest) -> Clinic:
    """The clinic the user manages and is working in; else PermissionDenied."""
    return clinic_for(request, Action.MANAGE_CLINIC)


def rebuild_after_change(request: HttpRequest, clinic: Clinic) -> None:
    """Have the clinic's calendars worked out again in the background, and say so."""
    ask_for_rebuild(clinic)
    transaction.on_commit(partial(soon, rebuild_wanted_clinics))
    count = Patient.objects.filter(clinic=clinic, merged_into__isnull=True).count()
    notify(request, _("Saved. The calendars of %s patients are being worked out again.") % count)
