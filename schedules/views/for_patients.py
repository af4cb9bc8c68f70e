"""Pages that a patient opens from a message: nobody is signed in, the link itself says who it is for."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from patients.permissions import public

log = logging.getLogger(__name__)
PageT = Callable[..., HttpResponse]


def for_patients(view: PageT) -> PageT:
    """Mark such a page: public, in a clinic scope and transactions of its own, kept nowhere, listed nowhere, telling no
    other site where it came from. It needs neither session nor CSRF token, for what it may do is in the link; and a
    page without referrer sends no origin that Django's check would take."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception:
            # The page of an error would name the program.
            log.exception("a page for a patient failed")
            response = render(request, "for_patients/failed.html", status=500)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        # Django would log the address of what it refuses, and the address is the link.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return public(transaction.non_atomic_requests(csrf_exempt(never_cache(shown))))
