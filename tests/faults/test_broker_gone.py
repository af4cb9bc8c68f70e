"""The broker gone: logging and scoring work, flags are right at once, and mail goes out when it is back."""

import time
from pathlib import Path

import psycopg
import pytest

from b12tracker.embedded import programs
from b12tracker.embedded.place import Place
from tests.faults.system import Browser, System, running_system
from tests.messages.smtp import Postbox, smtp_server
from tests.today.people import filled_in

NO_FINDING = dict.fromkeys(("gait_ataxia", "cognitive", "glossitis", "visual"), "0")
GONE_FOR = 60


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_is_lost_but_time(tmp_path: Path) -> None:
    box = Postbox()
    with (
        smtp_server(box) as mail,
        running_system(
            EMAIL_URL=f"smtp://127.0.0.1:{mail.port}",
            MAIL_FROM="appointments@riverside.example",
            PUBLIC_URL="https://visits.riverside.example",
        ) as system,
    ):
        place = Place(var=tmp_path, home=tmp_path, account=None)
        place.logs.mkdir()
        place.records.mkdir()
        background = [start(place, system.environment) for start in (programs.worker, programs.beat)]
        try:
            for child in background:
                child.start()
            programs.worker_answers(place, system.environment)
            system.servers.valkey_child.stop()
            gone = time.monotonic()

            nurse = Browser(system)
            uid = system.people["patients"][0]
            assert saved(nurse, f"/patients/{uid}/log/", {"identity": "on", "no_to_all": "on"}) < 10
            finding = NO_FINDING | {"peripheral_neuropathy": "2"}
            in_loading = system.people["in_loading"]
            assert saved(nurse, f"/patients/{in_loading}/assessment/", finding) < 10
            assert urgent_flags(system) == ["NEURO_ONSET_SWITCH_PROTOCOL"]
            assert system.manage("rebuild_schedules", "--check").returncode == 0

            time.sleep(max(0.0, GONE_FOR - (time.monotonic() - gone)))
            assert box.mails == []
            system.servers.valkey_child.start()
            system.servers.valkey_child.wait_ready(10)
            assert box.wait_for(1, seconds=150), said(place)
            assert [child.ended() for child in background] == [None, None], said(place)
        finally:
            for child in background:
                child.stop()
    assert box.mails[0]["To"] == "helen@clinic.example"
    assert box.mails[0]["Subject"] == "An urgent flag waits for you"


def saved(nurse: Browser, address: str, ticked: dict[str, str]) -> float:
    """Open a form, fill it in, save it; how long the saving took, in seconds."""
    form = filled_in(nurse.get(address)) | ticked
    begun = time.monotonic()
    assert nurse.post(address, form).status_code == 302
    return time.monotonic() - begun


def urgent_flags(system: System) -> list[str]:
    with psycopg.connect(system.servers.postgres.url("b12_owner")) as database:
        rows = database.execute(
            "SELECT code FROM schedules_flag WHERE severity = 'urgent' AND cleared_on IS NULL"
        ).fetchall()
    return [code for (code,) in rows]


def said(place: Place) -> str:
    return "\n".join(log.read_text() for log in place.logs.glob("*.log"))
