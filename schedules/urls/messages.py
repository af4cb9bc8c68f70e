"""Addresses of messages, and of the links in them: to stop them, and to say how one is."""

from django.urls import path

from schedules.views import check_ins, messages

urlpatterns = [
    path("messages/", messages.message_list, name="messages"),
    path("messages/<uuid:uid>/", messages.message_page, name="message"),
    path("messages/<uuid:uid>/resend/", messages.message_resend, name="message_resend"),
    path("u/<str:token>/", messages.unsubscribe_page, name="unsubscribe"),
    path("q/<str:token>/", check_ins.check_in_page, name="check_in"),
]
