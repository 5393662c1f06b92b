"""Version 1 of the API; what no route matches is a problem document too."""

from django.urls import path, re_path

from . import docs, problems
from .attempts import Attempts
from .devices import Devices, OneDevice
from .flashcards import Ratings
from .guests import Guests
from .hints import Hints
from .me import MyAttempts, MyExport, MyLearner
from .packs import NextPack
from .progress import Course
from .reviews import ReviewQueue
from .sync import SyncChanges, SyncEvents
from .templates import Templates
from .topics import Topics
from .variants import Variants

urlpatterns = [
    path("v1/guests/", Guests.as_view(), name="api-guests"),
    path("v1/topics/", Topics.as_view(), name="api-topics"),
    path("v1/templates/", Templates.as_view(), name="api-templates"),
    path("v1/variants/", Variants.as_view(), name="api-variants"),
    path("v1/variants/<str:token>/hints/<int:n>/", Hints.as_view(), name="api-hints"),
    path("v1/attempts/", Attempts.as_view(), name="api-attempts"),
    path("v1/flashcards/<slug:slug>/ratings/", Ratings.as_view(), name="api-ratings"),
    path("v1/reviews/", ReviewQueue.as_view(), name="api-reviews"),
    path("v1/progress/", Course.as_view(), name="api-progress"),
    path("v1/sync/events/", SyncEvents.as_view(), name="api-sync-events"),
    path("v1/sync/changes/", SyncChanges.as_view(), name="api-sync-changes"),
    path("v1/packs/next/", NextPack.as_view(), name="api-packs-next"),
    path("v1/me/", MyLearner.as_view(), name="api-me"),
    path("v1/me/export/", MyExport.as_view(), name="api-me-export"),
    path("v1/me/export/attempts.csv", MyAttempts.as_view(), name="api-me-export-attempts"),
    path("v1/me/devices/", Devices.as_view(), name="api-devices"),
    path("v1/me/devices/<uuid:id>/", OneDevice.as_view(), name="api-device"),
    path("schema/", docs.Document.as_view(), name="api-schema"),
    path("docs/", docs.page, name="api-docs"),
    re_path("", problems.unknown_route),
]
