"""Runs every view inside the clinic scope of the person who asks."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from patients.models.patient import MergedRecordError
from patients.permissions import Membership, memberships_of
from patients.scope import set_local_scope


class ClinicScopeMiddleware:
    """One transaction per request, begun with the user's clinics; stands last, so it calls the view itself.

    Sets `request.member` (patients.permissions.Membership). A view that raises rolls everything back. A view
    marked with `@transaction.non_atomic_requests` manages its own scope. What would be written on a record that was
    merged into another ends on the page that says where it went.
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
        try:
            return self._in_scope(request, view, args, kwargs)
        except MergedRecordError as error:
            return _to_merged_record(request, error)

    def _in_scope(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase:
        with transaction.atomic():
            member = memberships_of(request.user, chosen=request.session.get("clinic"))
            request.member = member  # type: ignore[attr-defined]
            set_local_scope(member.clinic_ids, user_id=request.user.pk)
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response = response.render()
        return response


def _to_merged_record(request: HttpRequest, error: MergedRecordError) -> HttpResponse:
    """The page of a merged record, which says where everything went; nothing of the request was written."""
    if request.method == "POST":
        messages.error(
            request,
            _(
                "Not saved: this record was merged into another one. Go back in the browser to see what you typed."
            ),
        )
    url = reverse("patient", args=[error.patient.uid])
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else redirect(url)
