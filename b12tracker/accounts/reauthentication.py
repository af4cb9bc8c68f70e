"""allauth's pages ask for the password again by raising; its middleware would answer, but a view that runs inside the
clinic scope is called before Django passes exceptions to middleware. So its answer is asked for here."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

View = Callable[..., HttpResponseBase]


def answered(view: View) -> View:
    """The view, whose demand to sign in again becomes a redirect. What it wrote before is rolled back."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except (ImmediateHttpResponse, ReauthenticationRequired) as demand:
            answer: HttpResponseBase = AccountMiddleware(view).process_exception(request, demand)
            return answer

    return answering


def answer_all(patterns: Iterable[URLPattern | URLResolver]) -> None:
    """Do so for every view of these addresses, included ones too."""
    for each in patterns:
        if isinstance(each, URLResolver):
            answer_all(each.url_patterns)
        else:
            each.callback = answered(each.callback)
