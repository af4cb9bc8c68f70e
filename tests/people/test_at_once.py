"""Two people at the same moment: one merge, and a dose that is either merged too or refused clearly."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from patients.models import Injection, Patient
from patients.scope import clinic_scope
from schedules.actions.rebuild import differences
from schedules.models import Merge
from tests.people.two_records import two
from tests.record.desk import Desk, address, typed
from tests.today.people import filled_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment; their answers in order."""
    ready, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int) -> None:
        ready.wait(timeout=20)
        answers[number] = calls[number]()
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_two_people_merge_the_same_pair_in_opposite_directions(desk: Desk) -> None:
    with clinic_scope([desk.clinic.pk]):
        one, other = two(desk)
    browsers = [desk.physician, desk.coordinator]

    def send(number: int, keep: Patient) -> Any:
        where = f"{address('merge', one, other.uid)}?keep={keep.uid}"
        return browsers[number].post(where, typed(how="Same card"))

    answers = together(lambda: send(0, one), lambda: send(1, other))
    assert [answer.status_code for answer in answers] == [302, 302]
    with clinic_scope([desk.clinic.pk]):
        assert Merge.objects.count() == 1
        assert Patient.objects.filter(merged_into__isnull=False).count() == 1
    assert list(differences(desk.clinic)) == []


def test_a_dose_logged_while_merging_is_merged_too_or_refused(desk: Desk) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, merged = two(desk)
    form = filled_in(desk.nurse.get(address("log_injection", merged)))
    dose = form | {"identity": "on", "no_to_all": "on", "token": str(uuid.uuid4())}
    dose |= {"batch_number": "H1", "batch_reason": "not on the list"}
    where = f"{address('merge', kept, merged.uid)}?keep={kept.uid}"
    nurse, coordinator = desk.nurse, desk.coordinator
    answers = together(
        lambda: nurse.post(address("log_injection", merged), dose),
        lambda: coordinator.post(where, typed(how="Same card")),
    )
    assert [answer.status_code for answer in answers] == [302, 302]
    with clinic_scope([desk.clinic.pk]):
        assert not Injection.objects.filter(patient=merged).exists()
        recorded = Injection.objects.filter(patient=kept, batch_number="H1").count()
        refused = answers[0].url == address("patient", merged)
        assert recorded == (0 if refused else 1)
        assert Patient.objects.get(pk=merged.pk).merged_into == kept
    assert list(differences(desk.clinic)) == []
