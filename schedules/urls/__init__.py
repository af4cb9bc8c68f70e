"""Addresses of the calendar, the worklist, decisions and messages; one module an area."""

from django.urls import include, path

AREAS = [
    "record",
    "today",
    "patient",
    "decisions",
    "messages",
    "defaults",
    "calendar",
    "indicators",
    "people",
    "batches",
    "letters",
]

urlpatterns = [path("", include(f"schedules.urls.{area}")) for area in AREAS]
