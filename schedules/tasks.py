"""The jobs of the beat. The clock is read here; what they do is in `schedules.actions`."""

import logging

from celery import shared_task
from celery.app.task import Task
from django.utils import timezone
from kombu.exceptions import OperationalError

from schedules.actions import count_indicators as counting
from schedules.actions import prepare_messages as preparing
from schedules.actions import rebuild as rebuilding
from schedules.actions import send_messages as sending
from schedules.actions import sweep as sweeping

log = logging.getLogger(__name__)
# A request does not wait for a broker that is away (kombu itself would try for six seconds).
_AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


@shared_task
def sweep_due_clinics() -> None:
    """Raise and close the flags of every clinic whose morning has come."""
    sweeping.sweep_due_clinics(now=timezone.now())


@shared_task
def prepare_messages() -> None:
    """Write the rows of today's reminders."""
    preparing.prepare_messages(now=timezone.now())


@shared_task
def send_messages() -> None:
    """Send what waits."""
    sending.send_messages(clock=timezone.now)


@shared_task
def rebuild_wanted_clinics() -> None:
    """Evaluate every patient again of clinics whose open days, time zone or defaults changed."""
    rebuilding.rebuild_wanted_clinics()


@shared_task
def count_due_clinics() -> None:
    """Count the indicators of clinics whose night's sweep is done, or that asked for it."""
    counting.count_due_clinics(now=timezone.now())


def soon(task: Task) -> None:
    """Ask a worker to run `task` now rather than at the beat's next tick. Without a broker nothing is lost: what is
    to be done is in the database, and the beat comes back to it."""
    try:
        with task.app.connection_for_write(transport_options=_AT_ONCE) as connection:
            task.apply_async(connection=connection, ignore_result=True, retry=False)  # type: ignore[call-arg]
    except OperationalError:
        log.warning("no broker: %s waits for the next tick", task.name)
