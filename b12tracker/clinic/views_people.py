"""Who works in the clinic: invite, roles, leave."""

from collections import defaultdict

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from b12tracker.accounts.actions import (
    Invitation,
    LastManagerError,
    invite_member,
    set_password_link,
    set_roles,
)
from b12tracker.accounts.models import User
from b12tracker.clinic.forms import InvitationForm, RolesForm
from b12tracker.clinic.here import managed_clinic
from patients.models import Clinic, ClinicRole
from patients.notices import notify
from patients.permissions import Action, Role, allow, user_of


@require_safe
@allow(Action.MANAGE_CLINIC, section="clinic")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here or did, by name."""
    clinic = managed_clinic(request)
    held: dict[User, list[Role]] = defaultdict(list)
    for row in ClinicRole.objects.filter(clinic=clinic).select_related("user").order_by("user__name", "role"):
        held[row.user] += [Role(row.role)] if row.active else []
    rows = [(user, ", ".join(role.label.lower() for role in roles)) for user, roles in held.items()]
    return render(request, "clinic/people.html", {"rows": rows})


@allow(Action.MANAGE_CLINIC, section="clinic")
def invite(request: HttpRequest) -> HttpResponse:
    """A new person gets a mail with a link that sets their password."""
    clinic = managed_clinic(request)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invitation = invite_member(clinic=clinic, by=user_of(request), **form.cleaned_data)
        _tell(request, clinic, invitation)
        return redirect("clinic_people")
    context = {"form": form, "title": _("Invite somebody"), "save": _("Invite"), "back": "clinic_people"}
    return render(request, "clinic/form.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, clinic: Clinic, invitation: Invitation) -> None:
    user, link = invitation.user, invitation.link
    if link is None:
        notify(request, _("%s has a password and can sign in now.") % user.name)
        return
    subject = _("Your access to %s") % clinic.name
    text = _("%(name)s, you can now work in %(clinic)s. Choose a password within three days:") % {
        "name": user.name,
        "clinic": clinic.name,
    }
    transaction.on_commit(
        lambda: send_mail(subject, f"{text}\n\n{link}\n", None, [user.email], fail_silently=False)
    )
    if settings.EMBEDDED:  # nothing leaves a demonstration, so the link is shown
        notify(request, _("Invited. No mail leaves this demonstration; the link is: %s") % link)
    else:
        notify(request, _("Invited. A mail with a link is on its way to %s.") % user.email)


@allow(Action.MANAGE_CLINIC, section="clinic")
def change_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody does here."""
    clinic = managed_clinic(request)
    user = _colleague(clinic, pk)
    held = ClinicRole.objects.filter(clinic=clinic, user=user, active=True).values_list("role", flat=True)
    form = RolesForm(request.POST or None, initial={"roles": list(held)})
    if request.method == "POST" and form.is_valid():
        try:
            set_roles(clinic=clinic, user=user, roles=form.cleaned_data["roles"], by=user_of(request))
        except LastManagerError:
            form.add_error("roles", _("The clinic needs a manager. Make somebody else a manager first."))
        else:
            notify(request, _("The roles of %s are saved.") % user.name)
            return redirect("clinic_people")
    context = {
        "form": form,
        "title": user.name,
        "save": _("Save"),
        "back": "clinic_people",
        "colleague": user,
    }
    return render(request, "clinic/person.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Action.MANAGE_CLINIC, section="clinic")
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves: what they recorded stays, they see nothing any more."""
    clinic = managed_clinic(request)
    user = _colleague(clinic, pk)
    try:
        set_roles(clinic=clinic, user=user, roles=(), by=user_of(request))
    except LastManagerError:
        notify(
            request, _("%s is the last manager and stays. Make somebody else a manager first.") % user.name
        )
    else:
        notify(request, _("%s no longer works here and sees nothing any more.") % user.name)
    return redirect("clinic_people")


@require_POST
@allow(Action.MANAGE_CLINIC, section="clinic")
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Another link for somebody who has not set a password yet."""
    clinic = managed_clinic(request)
    user = _colleague(clinic, pk)
    link = None if user.has_usable_password() else set_password_link(user)
    _tell(request, clinic, Invitation(user, link))
    return redirect("clinic_people")


def _colleague(clinic: Clinic, pk: int) -> User:
    return get_object_or_404(User.objects.filter(clinic_roles__clinic=clinic).distinct(), pk=pk)
