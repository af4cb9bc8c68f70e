"""A clinic with a signed-in nurse and patients to treat, made in the system under test; says who, as JSON."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 (after the setup)
from django.test import Client  # noqa: E402

from patients.scope import clinic_scope  # noqa: E402
from tests.factories import (  # noqa: E402
    AssessmentFactory,
    ClinicFactory,
    DecisionFactory,
    InjectionFactory,
    PatientFactory,
    member,
)
from tests.today.people import batch, days, maintained, refreshed  # noqa: E402

PATIENTS = 24


def main() -> None:
    clinic = ClinicFactory(open_weekdays=list(range(7)))
    nurse = member(clinic, "nurse")
    member(clinic, "physician", email="helen@clinic.example")
    browser = Client()
    browser.force_login(nurse)
    today = clinic.today()
    with clinic_scope([clinic.pk]):
        batch(clinic)
        late = today - days(1)
        people = [maintained(clinic, due_on=late, as_of=today) for _number in range(PATIENTS)]
        in_loading = PatientFactory(clinic=clinic)
        AssessmentFactory(patient=in_loading, on=late)
        DecisionFactory(patient=in_loading, on=late)
        InjectionFactory(patient=in_loading, on=late)
        refreshed(in_loading, today)
    found = {
        "session": browser.cookies[settings.SESSION_COOKIE_NAME].value,
        "patients": [str(patient.uid) for patient in people],
        "in_loading": str(in_loading.uid),
    }
    sys.stdout.write(f"{json.dumps(found)}\n")


main()
