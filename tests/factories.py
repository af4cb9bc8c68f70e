"""Invented clinics, people and records with fixed dates; override what a test is about."""

import datetime as dt
from typing import Any

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from patients.models import (
    Assessment,
    Batch,
    CheckIn,
    CheckInInvitation,
    Clinic,
    ClinicRole,
    Injection,
    LabResult,
    Patient,
    Product,
)
from schedules.models import Decision, Order

PASSWORD = "correct horse battery"
MONDAY = dt.date(2026, 3, 2)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@clinic.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class ClinicFactory(DjangoModelFactory):
    class Meta:
        model = Clinic

    name = factory.Sequence(lambda n: f"Clinic {n}")
    time_zone = "UTC"
    phone = "020 7946 0000"
    address = "1 River Road"


def member(clinic: Clinic, *roles: str, **fields: Any) -> Any:
    """A user who holds `roles` in `clinic`."""
    user = UserFactory(**fields)
    for role in roles:
        ClinicRole.objects.create(user=user, clinic=clinic, role=role)
    return user


class PatientFactory(DjangoModelFactory):
    """Needs `clinic`, and its scope."""

    class Meta:
        model = Patient

    record_number = factory.Sequence(lambda n: f"RS-{10000 + n}")
    given_name = "Ruth"
    family_name = factory.Sequence(lambda n: f"Calloway{n}")
    birth_date = dt.date(1961, 3, 3)
    sex = "female"
    allergies_known = True


class OfPatient(DjangoModelFactory):
    class Meta:
        abstract = True

    clinic = factory.SelfAttribute("patient.clinic")


class AssessmentFactory(OfPatient):
    class Meta:
        model = Assessment

    on = MONDAY
    peripheral_neuropathy = 0
    gait_ataxia = 0
    cognitive = 0
    glossitis = 0
    visual = 0


class InvitationFactory(OfPatient):
    class Meta:
        model = CheckInInvitation

    for_due_on = dt.date(2026, 3, 16)
    sent_on = MONDAY


class CheckInFactory(OfPatient):
    """Answered on the evening of `on`, by its own invitation."""

    class Meta:
        model = CheckIn

    on = MONDAY
    answered_at = factory.LazyAttribute(lambda o: dt.datetime.combine(o.on, dt.time(19), dt.UTC))
    invitation = factory.SubFactory(
        InvitationFactory,
        patient=factory.SelfAttribute("..patient"),
        after_dose_on=factory.LazyAttribute(lambda o: o.factory_parent.on - dt.timedelta(40)),
        answered_at=factory.LazyAttribute(lambda o: o.factory_parent.answered_at),
    )
    peripheral_neuropathy = 0
    gait_ataxia = 0
    cognitive = 0
    glossitis = 0
    visual = 0


class DecisionFactory(OfPatient):
    class Meta:
        model = Decision

    on = MONDAY
    kind = "start_treatment"
    protocol = factory.LazyAttribute(lambda o: "three_times_weekly" if o.kind == "start_treatment" else "")


class OrderFactory(OfPatient):
    class Meta:
        model = Order

    regimen = "three_times_weekly"
    from_date = MONDAY


class InjectionFactory(OfPatient):
    class Meta:
        model = Injection

    on = MONDAY
    at = dt.time(10, 0)
    site = "deltoid_left"


class LabResultFactory(OfPatient):
    class Meta:
        model = LabResult

    analyte = "b12"
    value = 100
    value_text = factory.LazyAttribute(lambda o: str(o.value))
    unit = "pmol/L"
    drawn_on = MONDAY


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    name = "Hydroxocobalamin 1 mg/mL"
    drug = "hydroxocobalamin"
    strength_ug = 1000


class BatchFactory(DjangoModelFactory):
    class Meta:
        model = Batch

    product = factory.SubFactory(ProductFactory, clinic=factory.SelfAttribute("..clinic"))
    number = "H4471B"
    expires_on = dt.date(2028, 8, 31)
