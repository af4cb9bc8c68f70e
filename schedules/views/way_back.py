"""What a form was sent with, and where it leads back to: the list it was opened from, with its filters."""

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """The page named by `next` in the address, if it is one of ours; else Today."""
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return wanted
    return reverse("today")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if nothing was filled in; none when the form is only opened."""
    return request.POST if request.method == "POST" else None
