"""Bare views: the same middleware and sign-in, one indexed query, a template of as many bytes; or one row inserted."""

import uuid
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Context, Template

from patients.models import Patient, SubmittedForm
from patients.permissions import Action, allow, clinic_here, user_of


@cache
def _template(size: int) -> Template:
    return Template("<p>{{ name }}</p>" + "x" * max(size - 40, 0))


@allow(Action.SEE_LISTS)
def page(request: HttpRequest, size: int) -> HttpResponse:
    """One patient's name and filling."""
    found = Patient.objects.filter(clinic=clinic_here(request)).order_by("name_key", "pk")
    name = found.values_list("family_name", flat=True)[0]
    return HttpResponse(_template(size).render(Context({"name": name})))


@allow(Action.SEE_LISTS)
def insert(request: HttpRequest) -> HttpResponse:
    """One row, and a redirect."""
    SubmittedForm.objects.create(token=uuid.uuid4(), user=user_of(request))
    return HttpResponseRedirect("/")
