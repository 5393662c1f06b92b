"""Study without an account."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import study

from .base import Endpoint, responses, time_text, valid
from .shapes.guests import Guest, GuestRequest


class Guests(Endpoint):
    """Study without an account."""

    limit = "guests"

    authentication_classes: tuple[type[BaseAuthentication], ...] = ()
    permission_classes: tuple[type[BasePermission], ...] = ()

    @extend_schema(operation_id="create_guest", request=GuestRequest, responses=responses({201: Guest}), auth=[])
    def post(self, request: Request) -> Response:
        """Create a guest and the token of its first device."""
        body = valid(GuestRequest, request.data)
        device, token = study.create_guest(body["device_name"])
        return Response({"token": token, "learner": str(device.user_id), "expiry": time_text(device.expiry)}, 201)
