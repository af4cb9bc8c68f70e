"""The guideline page: every rule and default in words, its source, who disputes it, who changed it."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.models import Clinic, ClinicDefaults
from patients.permissions import Action, allow, clinic_here, member_of
from schedules.default_words import change_words, numbers_by_default
from schedules.rules.sources import DEFAULTS, GUIDELINE_TITLE, GUIDELINE_VERSION, PENDING_REVIEW, RULES


def _changes(versions: Iterable[ClinicDefaults], clinic: Clinic) -> list[dict[str, object]]:
    """Who changed which numbers, when and why; each version beside the one before it. Newest first."""
    found: list[dict[str, object]] = []
    before: dict[str, Any] = {}
    for row in sorted(versions, key=lambda version: version.version):
        names = [name for name in row.values | before if row.values.get(name) != before.get(name)]
        found.append(
            {
                "on": row.changed_at.astimezone(clinic.tz).date(),
                "words": "; ".join(change_words(name, row.values.get(name)) for name in names),
                "by": row.changed_by.name,
                "agreed_by": row.agreed_by.name,
                "reason": row.reason,
            }
        )
        before = row.values
    return found[::-1]


@require_safe
@allow(Action.GUIDELINE)
def guideline(request: HttpRequest) -> HttpResponse:
    """Rules by section of the source, then the clinic's defaults with their numbers."""
    clinic = clinic_here(request)
    versions = list(
        ClinicDefaults.objects.filter(clinic=clinic)
        .select_related("changed_by", "agreed_by")
        .order_by("-version")
    )
    numbers = numbers_by_default(versions[0].values if versions else {})
    context = {
        "title": GUIDELINE_TITLE,
        "version": GUIDELINE_VERSION,
        "pending_review": PENDING_REVIEW,
        "sections": [
            (section, list(rules))
            for section, rules in groupby(RULES.values(), key=lambda rule: rule.section)
        ],
        "defaults": [(rule, numbers.get(rule.number, [])) for rule in DEFAULTS.values()],
        "changes": _changes(versions, clinic),
        "may_change": member_of(request).may(Action.MANAGE_CLINIC, clinic.pk),
    }
    return render(request, "schedules/guideline.html", context)
