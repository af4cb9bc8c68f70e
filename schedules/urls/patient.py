"""Addresses of the patient page, the flags and the guideline."""

from django.urls import path

from schedules.views import flags, guideline, patient

urlpatterns = [
    path("patients/<uuid:uid>/", patient.patient, name="patient"),
    path("patients/<uuid:uid>/timeline/", patient.patient_timeline, name="patient_timeline"),
    path("patients/<uuid:uid>/chart.json", patient.patient_chart_data, name="patient_chart_data"),
    path("patients/<uuid:uid>/results.csv", patient.patient_results_csv, name="patient_results_csv"),
    path("patients/<uuid:uid>/flags/<slug:word>/seen/", flags.flag_acknowledge, name="flag_acknowledge"),
    path("patients/<uuid:uid>/flags/<slug:word>/put-off/", flags.flag_snooze, name="flag_snooze"),
    path("patients/<uuid:uid>/flags/<slug:word>/resolve/", flags.flag_resolve, name="flag_resolve"),
    path("flags/", flags.flags, name="flags"),
    path("guideline/", guideline.guideline, name="guideline"),
]
