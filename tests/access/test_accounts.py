"""The first manager by command; the own account."""

import io
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from patients.models import Clinic, ClinicRole
from patients.permissions import Role
from tests import factories as make

ASKED = {"email": "First.Manager@clinic.example", "name": "Ines Prior", "clinic": "Riverside"}


def create(**changed: Any) -> str:
    out = io.StringIO()
    call_command("create_manager", **(ASKED | {"no_password": True} | changed), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_first_manager_and_their_clinic() -> None:
    said = create(time_zone="America/Halifax")
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.time_zone) == ("Riverside", "America/Halifax")
    user = get_user_model().objects.get(email="first.manager@clinic.example")
    assert list(user.clinic_roles.values_list("role", "clinic", "active")) == [("manager", clinic.pk, True)]
    link = next(line for line in said.splitlines() if line.startswith("http"))
    browser = Client()
    page = browser.get("/" + link.split("/", 3)[3], follow=True)
    browser.post(
        page.request["PATH_INFO"], {"password1": "a quiet long walk", "password2": "a quiet long walk"}
    )
    answer = Client().post(reverse("account_login"), {"login": user.email, "password": "a quiet long walk"})
    assert answer.url == reverse("clinic")


@pytest.mark.django_db
def test_one_more_manager_of_a_clinic_that_exists() -> None:
    make.ClinicFactory(name="Riverside")
    create()
    create(email="second@clinic.example")
    assert Clinic.objects.count() == 1
    assert ClinicRole.objects.filter(role=Role.MANAGER).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "nobody"}, "not an e-mail address"),
        ({"name": " "}, "must not be empty"),
        ({"time_zone": "Mars/Olympus"}, "not known"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(changed: dict[str, str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        create(**changed)
    assert not Clinic.objects.exists()
    assert not get_user_model().objects.exists()


@pytest.fixture
def nurse(db: None, client: Client) -> Any:
    user = make.member(make.ClinicFactory(), Role.NURSE, name="Joy")
    client.force_login(user)
    return user


def test_the_own_name(nurse: Any, client: Client) -> None:
    client.post(reverse("account"), {"name": "Joy Mbeki"})
    nurse.refresh_from_db()
    assert nurse.name == "Joy Mbeki"
    assert client.post(reverse("account"), {"name": ""}).context["form"].errors


def test_signing_out_everywhere_else(nurse: Any, client: Client) -> None:
    tablet = Client()
    tablet.force_login(nurse)
    wrong = client.post(reverse("account_end_sessions"), {"password": "wrong"})
    assert wrong.status_code == 422
    assert tablet.get(reverse("account")).status_code == 200
    client.post(reverse("account_end_sessions"), {"password": make.PASSWORD})
    assert client.get(reverse("account")).status_code == 200
    assert tablet.get(reverse("account")).status_code == 302
    assert (
        Client().post(reverse("account_login"), {"login": nurse.email, "password": make.PASSWORD}).status_code
        == 302
    )


def test_a_second_factor_asks_for_the_password_again(nurse: Any, client: Client) -> None:
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    client.post(answer.url, {"password": make.PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
