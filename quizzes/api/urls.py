"""Version 1 of the API; what no route matches is a problem document too."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from . import problems
from .attempts import Attempts
from .guests import Guests
from .variants import Variants

urlpatterns = [
    path("v1/guests/", Guests.as_view(), name="api-guests"),
    path("v1/variants/", Variants.as_view(), name="api-variants"),
    path("v1/attempts/", Attempts.as_view(), name="api-attempts"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    re_path("", problems.unknown_route),
]
