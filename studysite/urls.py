"""All addresses: the learner's pages, the API, and the two probes."""

from django.urls import include, path

from . import probes

urlpatterns = [
    path("", include("quizzes.web.urls")),
    path("api/", include("quizzes.api.urls")),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]

handler404 = "quizzes.web.errors.not_found"
