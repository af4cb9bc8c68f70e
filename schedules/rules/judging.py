"""What a request's codes are asked of: the request, its day, and where the patient stands then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from schedules.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class Asked:
    """A request being judged. ``request`` is of a type the code's row names; ``on`` is its day."""

    situation: Situation
    request: Any
    on: date
    as_of: date
