"""The learner's pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("answer/", views.answer, name="answer"),
    path("reveal/", views.reveal, name="reveal"),
    path("rate/", views.rate, name="rate"),
    path("attempts/<uuid:attempt_id>/", views.attempt, name="attempt"),
    path("language/", views.language, name="language"),
]
