"""What every page's shell needs: who is signed in, where, and how many urgent flags wait."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from patients.permissions import Action
from schedules.queries import urgent_flag_count


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of templates/base.html. One query, only for those who may see flags."""
    member = getattr(request, "member", None)
    clinic = member.clinic if member else None
    sees_flags = bool(clinic and member.may(Action.SEE_CLINICAL))
    return {
        "member": member,
        "clinic": clinic,
        "embedded": settings.EMBEDDED,
        "sees_flags": sees_flags,
        "urgent_flags": urgent_flag_count(clinic) if sees_flags else 0,
    }
