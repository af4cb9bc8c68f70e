"""Addresses of the record."""

from django.urls import path

from patients.views import clinical, people

urlpatterns = [
    path("new/", people.register_patient, name="register_patient"),
    path("<uuid:uid>/edit/", people.edit_patient, name="edit_patient"),
    path("<uuid:uid>/assessment/", clinical.record_assessment, name="record_assessment"),
    path("<uuid:uid>/background/", clinical.background, name="background"),
    path("<uuid:uid>/background/allergies/", clinical.edit_allergies, name="edit_allergies"),
    path("<uuid:uid>/cause/", clinical.add_to_background, {"word": "cause"}, name="add_cause"),
    path("<uuid:uid>/medicine/", clinical.add_to_background, {"word": "medicine"}, name="add_medication"),
    path("<uuid:uid>/pregnancy/", clinical.add_to_background, {"word": "pregnancy"}, name="add_pregnancy"),
    path("<uuid:uid>/<slug:word>/<uuid:row>/ended/", clinical.end_in_background, name="end_in_background"),
    path("<uuid:uid>/<slug:word>/<uuid:row>/strike-out/", clinical.correct_record, name="correct_record"),
]
