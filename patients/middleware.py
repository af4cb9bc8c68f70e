"""Runs every view inside the clinic scope of the person who asks."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from patients.permissions import Membership, memberships_of
from patients.scope import set_local_scope


class ClinicScopeMiddleware:
    """One transaction per request, begun with the user's clinics; stands last, so it calls the view itself.

    Sets `request.member` (patients.permissions.Membership). A view that raises rolls everything back. A view
    marked with `@transaction.non_atomic_requests` manages its own scope.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if "default" in getattr(view, "_non_atomic_requests", set()):
            request.member = Membership.nobody()  # type: ignore[attr-defined]
            return None
        with transaction.atomic():
            member = memberships_of(request.user, chosen=request.session.get("clinic"))
            request.member = member  # type: ignore[attr-defined]
            set_local_scope(member.clinic_ids, user_id=request.user.pk)
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response = response.render()
        return response
