"""Two people mark the same patient in the same moment: told once, and nobody gets an error."""

import threading

import pytest
from django.db import connection

from patients.models import BatchNotice
from patients.scope import clinic_scope
from tests.batches.recall import Recall
from tests.record.desk import Desk, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("same_form", [True, False])
def test_told_once(same_form: bool) -> None:
    desk = Desk()
    clients = [desk.nurse, desk.nurse if same_form else desk.physician]
    with clinic_scope([desk.clinic.pk]):
        recall = Recall(desk)
        patient = recall.had()
    forms = [typed(how="phone"), typed(how="letter")]
    if same_form:
        forms[1] = forms[0]
    together, answers = threading.Barrier(2), [0, 0]

    def press(number: int) -> None:
        together.wait(timeout=20)
        answers[number] = (
            clients[number].post(recall.url("batch_tell", patient.uid), forms[number]).status_code
        )
        connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert answers == [302, 302]
    with clinic_scope([desk.clinic.pk]):
        assert BatchNotice.objects.count() == 1
