"""Addresses of batches: by their key on the shelf, or by a number that was typed (`?number=`)."""

from django.urls import path

from schedules.views import batch_letters
from schedules.views import batches as views

urlpatterns = [
    path("batches/", views.batch_list, name="batch_list"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/told/<uuid:uid>/", views.batch_tell, name="batch_tell"),
    path("batches/<int:pk>/list/", views.batch_download, name="batch_download"),
    path("batches/<int:pk>/letters/", batch_letters.batch_letters, name="batch_letters"),
    path("batches/<int:pk>/letters/sent/", batch_letters.batch_letters_sent, name="batch_letters_sent"),
    path("batches/typed/", views.batch, name="typed_batch"),
    path("batches/typed/told/<uuid:uid>/", views.batch_tell, name="typed_batch_tell"),
    path("batches/typed/list/", views.batch_download, name="typed_batch_download"),
    path("batches/typed/letters/", batch_letters.batch_letters, name="typed_batch_letters"),
    path("batches/typed/letters/sent/", batch_letters.batch_letters_sent, name="typed_batch_letters_sent"),
    path("patients/<uuid:uid>/told/<uuid:row>/undo/", views.batch_take_back, name="batch_take_back"),
]
