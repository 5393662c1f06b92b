"""The parameters of an address, read as strictly as a body: each once, and none that there is not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from .base import valid


def parameters(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What stands behind the question mark, as its shape reads it. Raises DRF's ``ValidationError``."""
    given = request.query_params
    wrong: dict[str, Any] = {
        name: [serializers.ErrorDetail(_("There is no parameter of this name."), "unknown")]
        for name in given.keys() - shape().fields.keys()
    }
    for name in given:
        if len(given.getlist(name)) > 1:
            wrong[name] = [serializers.ErrorDetail(_("Give this parameter once."), "repeated")]
    if wrong:
        raise serializers.ValidationError(wrong)
    return valid(shape, {name: given[name] for name in given})
