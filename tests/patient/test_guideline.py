"""The guideline page: all of it, with its doubts and the clinic's own numbers."""

import re
from dataclasses import fields

import pytest

from patients.models import ClinicDefaults
from schedules.default_words import WORDS, numbers_by_default
from schedules.rules.defaults import Defaults
from schedules.rules.sources import DEFAULTS, RULES
from tests.record.desk import Desk, address, words


def test_every_rule_and_default_has_a_place_to_link_to(desk: Desk) -> None:
    html = desk.nurse.get(address("guideline")).content.decode()
    ids = re.findall(r'<div id="([RD]\d+)">', html)
    assert ids == [*RULES, *DEFAULTS]


def test_its_source_its_version_and_that_it_is_pending_review(desk: Desk) -> None:
    read = words(desk.nurse.get(address("guideline")))
    assert "version of 18 February 2026" in read
    assert "marked as pending review by people" in read
    assert read.count("Practice disagrees.") == sum(rule.disputed is not None for rule in RULES.values())


@pytest.mark.parametrize("role", ["nurse", "physician", "coordinator", "manager"])
def test_everybody_may_read_it(desk: Desk, role: str) -> None:
    read = words(getattr(desk, role).get(address("guideline")))
    assert ("Change defaults" in read) == (role == "manager")


def test_every_number_of_the_defaults_has_words() -> None:
    assert set(WORDS) == {field.name for field in fields(Defaults)}
    assert set(numbers_by_default({})) <= set(DEFAULTS)


def test_a_changed_default_says_what_is_specified_who_and_why(desk: Desk) -> None:
    desk.look()
    for version, values in enumerate(
        [{"d9_ferritin_ug_l": "45"}, {"d9_ferritin_ug_l": "45", "d13_days": 21}], 1
    ):
        ClinicDefaults.objects.create(
            clinic=desk.clinic, version=version, values=values, changed_by=desk.users["manager"],
            agreed_by=desk.users["physician"], reason=f"Reason {version}.",
        )  # fmt: skip
    read = words(desk.nurse.get(address("guideline")))
    assert "Ferritin below 45 micrograms/L changed here specified: 30 micrograms/L" in read
    assert "D13, either side: 21 days" in read
    assert f"{desk.users['manager'].name}, agreed by {desk.users['physician'].name}. Reason 2." in read
    assert "Ferritin below 30 micrograms/L" in words(Desk().nurse.get(address("guideline")))
