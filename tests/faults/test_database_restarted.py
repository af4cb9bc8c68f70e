"""PostgreSQL restarted in the middle of requests: errors are shown, nothing is half written, the pool recovers."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from tests.faults.system import Answer, Browser, System, running_system
from tests.today.people import filled_in

NURSES = 3


@pytest.mark.slow
@pytest.mark.django_db
def test_errors_are_shown_nothing_is_half_written_and_the_pool_recovers() -> None:
    with running_system() as system:
        wanted = list(system.people["patients"])
        answers: dict[str, Answer] = {}
        nurses = [threading.Thread(target=log_all, args=(system, wanted, answers)) for _each in range(NURSES)]
        for nurse in nurses:
            nurse.start()
        wait_until(lambda: len(answers) >= 4, "the nurses to be in the middle")
        system.servers.postgres_child.stop()
        wait_until(lambda: any(each.status_code == 500 for each in answers.values()), "an error to be shown")
        system.servers.postgres_child.start()
        system.servers.postgres_child.wait_ready(30)
        for nurse in nurses:
            nurse.join()
        shown = [each for each in answers.values() if each.status_code != 302]
        assert {each.status_code for each in shown} == {500}
        assert all(b"Something failed on our side" in each.content for each in shown)

        given = doses(system)
        assert set(given.values()) <= {1}, "each dose once"
        assert given.keys() >= {uid for uid, each in answers.items() if each.status_code == 302}
        failed = [uid for uid, each in answers.items() if each.status_code == 500]
        assert failed
        checked = system.manage("rebuild_schedules", "--check")
        assert checked.returncode == 0, checked.stdout + checked.stderr

        nurse_again = Browser(system)
        again = [log(nurse_again, uid).status_code for uid in failed if uid not in given]
        assert set(again) <= {302}, "the pool has recovered"
        assert doses(system).keys() == set(system.people["patients"])


def log_all(system: System, wanted: list[str], answers: dict[str, Answer]) -> None:
    """A nurse who logs whoever is next, once, and goes on whatever the answer."""
    nurse = Browser(system)
    while wanted:
        uid = wanted.pop()
        answers[uid] = log(nurse, uid)


def log(nurse: Browser, uid: str) -> Answer:
    """Open the form, tick, save; what was answered last."""
    address = f"/patients/{uid}/log/"
    form = nurse.get(address)
    if form.status_code != 200:
        return form
    return nurse.post(address, filled_in(form) | {"identity": "on", "no_to_all": "on"})


def doses(system: System) -> Counter[str]:
    """Today's doses of each patient."""
    with psycopg.connect(system.servers.postgres.url("b12_owner")) as database:
        rows = database.execute(
            "SELECT p.uid::text FROM patients_injection i JOIN patients_patient p ON p.id = i.patient_id"
            " WHERE i.recorded_by_id IS NOT NULL"
        ).fetchall()
    return Counter(uid for (uid,) in rows)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until `condition` holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} seconds for {what}"
        time.sleep(0.05)
