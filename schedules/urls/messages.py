"""Addresses of messages, and of the link in them that stops them."""

from django.urls import path

from schedules.views import messages

urlpatterns = [
    path("messages/", messages.message_list, name="messages"),
    path("messages/<uuid:uid>/", messages.message_page, name="message"),
    path("messages/<uuid:uid>/resend/", messages.message_resend, name="message_resend"),
    path("u/<str:token>/", messages.unsubscribe_page, name="unsubscribe"),
]
