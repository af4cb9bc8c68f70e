"""The floors: bare views of this project, with the same middleware and sign-in."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from patients.models import Patient, SubmittedForm
from patients.permissions import Action, allow, user_of

# Set by the benchmark before it asks: how many bytes the page it is compared with has.
SIZE = {"bytes": 0}


@allow(Action.SEE_LISTS)
def bare_page(request: HttpRequest) -> HttpResponse:
    """One indexed query and a template of as many bytes."""
    patient = Patient.objects.filter(pk=int(request.GET["pk"])).first()
    template = engines["django"].from_string("{{ patient.name }}" + "x" * SIZE["bytes"])
    return HttpResponse(template.render({"patient": patient}, request))


@allow(Action.LOG)
def bare_insert(request: HttpRequest) -> HttpResponse:
    """One row is inserted."""
    SubmittedForm.objects.create(token=uuid.uuid4(), user=user_of(request))
    return HttpResponse("saved")


urlpatterns = [
    path("bare-page/", bare_page),
    path("bare-insert/", bare_insert),
    path("", include(settings.ROOT_URLCONF)),
]
