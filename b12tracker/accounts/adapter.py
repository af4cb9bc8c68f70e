"""allauth's hooks: nobody registers by themselves, a manager invites."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from patients.permissions import Action, memberships_of


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No open sign-up; users are made by `create_manager` or by a manager."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page on which this person's work begins: a manager has no worklist."""
        member = memberships_of(request.user)
        if member.clinics_for(Action.SEE_LISTS):
            return reverse("today")
        return reverse("clinic" if member.clinics_for(Action.MANAGE_CLINIC) else "account")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing of one's own sign-in or sign-out: the page shows it."""
