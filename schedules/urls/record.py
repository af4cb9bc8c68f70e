"""Addresses of pages that show the record beside the calendar: search, results."""

from django.urls import path

from schedules.views import results, search

urlpatterns = [
    path("patients/", search.patient_search, name="patient_search"),
    path("patients/<uuid:uid>/results/", results.record_results, name="record_results"),
    path("patients/<uuid:uid>/results/check/", results.check_result, name="check_result"),
]
