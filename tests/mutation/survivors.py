"""Flipped conditions that change nothing anyone could see, each with the reason why."""

EQUIVALENT: dict[str, str] = {}
