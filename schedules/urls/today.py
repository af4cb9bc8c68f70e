"""Addresses of Today and of what is done from it: log, book, contact."""

from django.urls import path

from schedules.views import amend_injection, bookings, cards, check_dose, contacts, log_injection, today

urlpatterns = [
    path("", today.today, name="today"),
    path("today/download/", today.worklist_download, name="worklist_download"),
    path("today/phone-list/", cards.phone_list, name="phone_list"),
    path("today/cards/", cards.cards, name="cards"),
    path("patients/<uuid:uid>/card/", cards.patient_card, name="patient_card"),
    path("clinic-choice/", today.choose_clinic, name="choose_clinic"),
    path("patients/<uuid:uid>/log/", log_injection.log_injection, name="log_injection"),
    path("patients/<uuid:uid>/log/check/", check_dose.check_dose, name="check_dose"),
    path("patients/<uuid:uid>/log/elsewhere/", log_injection.given_elsewhere, name="given_elsewhere"),
    path("patients/<uuid:uid>/log/not-given/", log_injection.not_given, name="not_given"),
    path("patients/<uuid:uid>/log/vial/", log_injection.scan_vial, name="scan_vial"),
    path("patients/<uuid:uid>/log/<uuid:row>/undo/", log_injection.undo_injection, name="undo_injection"),
    path(
        "patients/<uuid:uid>/injection/<uuid:row>/correct/",
        amend_injection.amend_injection,
        name="amend_injection",
    ),
    path("patients/<uuid:uid>/book/", bookings.book, name="book"),
    path("patients/<uuid:uid>/book/cancel/", bookings.cancel_booking, name="cancel_booking"),
    path("patients/<uuid:uid>/contact/", contacts.contact, name="contact"),
]
