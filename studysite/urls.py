"""All addresses: the learner's pages, the API, the authors' admin, and what a supervisor asks."""

from django.urls import include, path

from quizzes.admin import site

from . import exposition, probes

urlpatterns = [
    path("api/", include("quizzes.api.urls")),  # first, as it is asked for most
    path("", include("quizzes.web.urls")),
    path("accounts/", include("quizzes.web.accounts.urls")),
    path("admin/", site.urls),
    path("_allauth/app/v1/", include("quizzes.api.headless")),
    path("healthz", probes.healthz, name="healthz"),
    path("metrics", exposition.metrics, name="metrics"),
    path("readyz", probes.readyz, name="readyz"),
]

handler400 = "studysite.errors.bad_request"
handler403 = "studysite.errors.forbidden"
handler404 = "studysite.errors.not_found"
handler429 = "quizzes.web.errors.too_many_requests"
handler500 = "studysite.errors.server_error"
