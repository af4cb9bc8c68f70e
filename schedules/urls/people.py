"""Addresses of people mixed up: two records of one person, and an entry on the wrong patient."""

from django.urls import path

from schedules.views import merge, move_entry

urlpatterns = [
    path("patients/<uuid:uid>/merge/", merge.merge_choose, name="merge_choose"),
    path("patients/<uuid:uid>/merge/<uuid:row>/", merge.merge, name="merge"),
    path("patients/<uuid:uid>/separate/", merge.separate, name="separate"),
    path("patients/<uuid:uid>/<slug:word>/<uuid:row>/move/", move_entry.move_find, name="move_find"),
    path("patients/<uuid:uid>/<slug:word>/<uuid:row>/move/<uuid:other>/", move_entry.move, name="move"),
]
