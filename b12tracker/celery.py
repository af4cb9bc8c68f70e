"""The Celery application: where jobs run. The schedule is in settings (CELERY_BEAT_SCHEDULE)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "b12tracker.settings")

app = Celery("b12tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
