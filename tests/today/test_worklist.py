"""Who stands on the worklist, where, and what the counts say."""

from django.test import Client

from patients.models import Clinic
from tests.factories import MONDAY
from tests.today.people import days, maintained


def test_the_page_opens(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(5), given_name="Edith", family_name="Halloran")
    page = as_nurse.get("/")
    assert page.status_code == 200
    assert "Edith Halloran" in page.content.decode()
    page = as_nurse.get(f"/patients/{patient.uid}/log/")
    assert page.status_code == 200, page.content.decode()
