"""``manage.py evaluate_case FILE…``: what would the software do? No database is touched."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from schedules.rules.case_results import differences, result_of
from schedules.rules.cases import parse_case
from schedules.rules.reading import BadCase

BAD_INPUT = 2
DIFFERENT = 1


class Command(BaseCommand):
    help = "Evaluate case files and print one JSON line a case; - is standard input. Touches no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a case, or one a line in a .jsonl file")
        parser.add_argument(
            "--check",
            action="store_true",
            help="compare with what the case expects and print only differences",
        )

    def handle(self, *args: Any, files: list[str], check: bool, **options: Any) -> None:
        """Exit status: 0, 1 if a result differs from what was expected, 2 if there was bad input."""
        bad = different = False
        for place, text in self._texts(files):
            try:
                lines = _answers(text, place, check=check)
            except BadCase as error:
                self.stderr.write(f"{place}: {error}")
                bad = True
                continue
            for line in lines:
                self.stdout.write(line)
            different = different or (check and bool(lines))
        if bad or self._unreadable:
            sys.exit(BAD_INPUT)
        if different:
            sys.exit(DIFFERENT)

    def _texts(self, files: list[str]) -> Iterator[tuple[str, str]]:
        """Each case's text with the place it came from; what cannot be read is reported and counted."""
        self._unreadable = 0
        for name in files:
            try:
                content = _read(name)
            except (OSError, UnicodeDecodeError) as error:
                self.stderr.write(f"{name}: expected a file of UTF-8 text ({error})")
                self._unreadable += 1
                continue
            if name.endswith(".jsonl"):
                for number, line in enumerate(content.split("\n"), start=1):
                    if line.strip():
                        yield f"{name}:{number}", line
            else:
                yield name, content


def _read(name: str) -> str:
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return content.decode("utf-8-sig")


def _answers(text: str, place: str, *, check: bool) -> list[str]:
    """The lines to print for one case: its result, or with ``check`` the differences."""
    case = parse_case(text)
    result = result_of(case)
    if check:
        return [f"{place}: {case.id}: {difference}" for difference in differences(case.expect, result)]
    return [json.dumps(result)]
