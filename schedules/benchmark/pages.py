"""Today, a patient's page, logging an injection: through the whole request, as a browser asks."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Batch, Patient
from patients.scope import clinic_scope
from schedules.benchmark.measuring import Measured, in_turn, row
from schedules.benchmark.population import Population
from schedules.models import PatientSchedule


class Browser:
    """Signed in at the measured clinic."""

    def __init__(self, population: Population) -> None:
        self._client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".*")})
        self._client.force_login(population.user, "allauth.account.auth_backends.AuthenticationBackend")

    def get(self, path: str) -> HttpResponse:
        return _expect(200, self._client.get(path, secure=True))

    def post(self, path: str, data: dict[str, Any]) -> HttpResponse:
        return _expect(302, self._client.post(path, data, secure=True))


def _expect(status: int, response: Any) -> HttpResponse:
    if response.status_code != status:
        raise RuntimeError(f"{response.status_code} instead of {status}: {response.content[-600:].decode()}")
    answer: HttpResponse = response
    return answer


def _queries(work: Callable[[], Any]) -> int:
    """Statements of one run, those that open and close transactions left out."""
    with CaptureQueriesContext(connection) as captured:
        work()
    words = ("SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "BEGIN")
    return sum(not query["sql"].startswith(words) for query in captured.captured_queries)


def _read(
    population: Population, name: str, paths: list[str], *, repeat: int, most: float, most_queries: int
) -> Measured:
    browser = Browser(population)
    bytes_of = sum(len(browser.get(path).content) for path in paths)
    bare = reverse("bare_page", args=[bytes_of], urlconf="schedules.benchmark.urls")

    def work() -> None:
        for path in paths:
            browser.get(path)

    times, floors = in_turn(work, lambda: browser.get(bare), repeat=repeat)
    return row(
        name, times, floors, most=most, goal=f"<= {most} x, <= {most_queries} queries",
        queries=_queries(work), most_queries=most_queries, answer_bytes=bytes_of,
    )  # fmt: skip


def today(population: Population, *, repeat: int) -> list[Measured]:
    """The front page of a clinic of 1,000."""
    return [_read(population, "Today, 50 rows", [reverse("today")], repeat=repeat, most=1.5, most_queries=12)]


def patient(population: Population, *, repeat: int) -> list[Measured]:
    """A patient's page and the data of its charts."""
    with clinic_scope([population.clinic.pk]):
        one = Patient.objects.filter(clinic=population.clinic).order_by("-pk")[0]
    paths = [reverse("patient", args=[one.uid]), reverse("patient_chart_data", args=[one.uid])]
    return [_read(population, "Patient page and chart data", paths, repeat=repeat, most=2.0, most_queries=20)]


def log(population: Population, *, repeat: int) -> list[Measured]:
    """The form post that records a routine dose, each for another patient."""
    browser = Browser(population)
    posts = _doses(population, repeat + 3)
    bare = reverse("bare_insert", urlconf="schedules.benchmark.urls")

    def work() -> None:
        browser.post(*next(posts))

    times, floors = in_turn(work, lambda: browser.post(bare, {}), repeat=repeat)
    return [
        row(
            "Log an injection", times, floors, most=3.5, goal="<= 3.5 x, <= 25 queries",
            queries=_queries(work), most_queries=25,
        )
    ]  # fmt: skip


def _doses(population: Population, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Patients due about today with no blood to take, and the form as a nurse sends it."""
    now = population.clinic.now()
    with clinic_scope([population.clinic.pk]):
        due = PatientSchedule.objects.filter(clinic=population.clinic, due_on__isnull=False)
        nobody_bleeds = due.exclude(blood_from__lte=population.today)
        uids = list(nobody_bleeds.order_by("due_on", "pk").values_list("patient__uid", flat=True)[:count])
        batch = Batch.objects.get(clinic=population.clinic)
    if len(uids) < count:
        raise RuntimeError(f"only {len(uids)} patients can be logged; repeat less often")
    for uid in uids:
        form = {
            "token": uuid.uuid4(), "on": population.today, "at": now.strftime("%H:%M"), "drug": "hydroxocobalamin",
            "dose_ug": "1000", "route": "im", "site": "deltoid_left", "batch": batch.pk,
            "identity": "on", "no_to_all": "on",
        }  # fmt: skip
        yield reverse("log_injection", args=[uid]), form
