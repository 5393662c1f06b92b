"""The devices that the learner is signed in on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import models, progress, study

from .authentication import CLOSED, NO_CSRF
from .base import NO_TOKEN, Endpoint, learner, responses, time_text, valid
from .shapes.devices import Device, DeviceRequest

ID = OpenApiParameter(
    "id",
    UUID,
    OpenApiParameter.PATH,
    description="Of the device, as the list has it.",
    examples=[OpenApiExample("a device", value=Device.example["id"])],
)
UNKNOWN = "The learner has no device of this id (`unknown-device`)."


class Devices(Endpoint):
    """All devices of the learner."""

    @extend_schema(
        operation_id="list_devices",
        responses=responses({200: Device(many=True)}, body=False, _401=NO_TOKEN, _410=CLOSED),
    )
    def get(self, request: Request) -> Response:
        """The devices whose tokens are good, the one used last first."""
        return Response([_written(device, request) for device in progress.devices(learner(request).id)])

    @extend_schema(
        operation_id="delete_other_devices",
        request=None,
        responses=responses({204: None}, body=False, _401=NO_TOKEN, _403=NO_CSRF, _410=CLOSED),
    )
    def delete(self, request: Request) -> Response:
        """Sign out everywhere else: the tokens of all other devices end."""
        study.revoke_other_devices(learner(request).id, _this(request))
        return Response(status=204)


class OneDevice(Endpoint):
    """One device of the learner."""

    @extend_schema(
        operation_id="get_device",
        parameters=[ID],
        responses=responses({200: Device}, body=False, _401=NO_TOKEN, _404=UNKNOWN, _410=CLOSED),
    )
    def get(self, request: Request, id: UUID) -> Response:
        """One device."""
        found = progress.device(learner(request).id, id)
        if found is None:
            raise study.Refused("unknown-device")
        return Response(_written(found, request))

    @extend_schema(
        operation_id="update_device",
        parameters=[ID],
        request=DeviceRequest,
        responses=responses({200: Device}, _401=NO_TOKEN, _403=NO_CSRF, _404=UNKNOWN, _410=CLOSED),
    )
    def patch(self, request: Request, id: UUID) -> Response:
        """Give the device another name."""
        name = valid(DeviceRequest, request.data)["name"]
        return Response(_written(study.rename_device(learner(request).id, id, name), request))

    @extend_schema(
        operation_id="delete_device",
        parameters=[ID],
        request=None,
        responses=responses({204: None}, body=False, _401=NO_TOKEN, _403=NO_CSRF, _404=UNKNOWN, _410=CLOSED),
    )
    def delete(self, request: Request, id: UUID) -> Response:
        """Sign the device out: its token ends. That of the device itself may be given, too."""
        study.revoke_device(learner(request).id, id)
        return Response(status=204)


def _this(request: Request) -> models.Device | None:
    """The device that sends the request; a browser is none."""
    return request.auth if isinstance(request.auth, models.Device) else None


def _written(device: models.Device, request: Request) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "name": device.name,
        "created_at": time_text(device.created),
        "last_used_at": time_text(device.last_used_at),
        "expiry": time_text(device.expiry),
        "current": device == _this(request),
    }
