"""The own account: name, password, second factor, sessions."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from b12tracker.accounts.actions import end_other_sessions
from b12tracker.accounts.forms import EndSessionsForm, NameForm
from patients.notices import notify
from patients.permissions import Action, allow, member_of, user_of


@allow(Action.GUIDELINE, section="account")
def account(request: HttpRequest) -> HttpResponse:
    """Name, and the ways to password, second factor and sessions."""
    user = user_of(request)
    form = NameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        notify(request, _("Your name is saved."))
        return redirect("account")
    return _page(request, form, EndSessionsForm(user=user))


@require_POST
@allow(Action.GUIDELINE, section="account")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    user = user_of(request)
    form = EndSessionsForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, NameForm(instance=user), form, status=422)
    end_other_sessions(user=user, password=form.cleaned_data["password"])
    update_session_auth_hash(request, user)
    notify(request, _("You are signed out everywhere else."))
    return redirect("account")


def _page(request: HttpRequest, form: NameForm, sessions: EndSessionsForm, status: int = 200) -> HttpResponse:
    user = user_of(request)
    member = member_of(request)
    places = [
        (clinic, ", ".join(role.label.lower() for role in sorted(member.roles[clinic.pk])))
        for clinic in member.clinics
    ]
    kinds = dict(Authenticator.Type.choices)
    held = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    context = {
        "form": form,
        "sessions": sessions,
        "places": places,
        "factors": sorted({str(kinds[kind]) for kind in held}),
    }
    return render(request, "accounts/account.html", context, status=status)
