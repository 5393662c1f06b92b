"""What one answer is good for in the next request: the paths of the stateful phase that no tool can infer."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_VARIANT = {"variant": "$response.body#/variant"}
_ID = "8b1c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a14"  # values.py gives every event another one

# (operation, status): what may come after it. Parameters and bodies as OpenAPI's links have them.
LINKS: dict[tuple[str, str], list[Json]] = {
    ("create_variant", "201"): [
        {"operationId": "create_attempt", "requestBody": _VARIANT},
        {"operationId": "retrieve_hint", "parameters": {"token": "$response.body#/variant", "n": 1}},
        {
            "operationId": "create_rating",
            "parameters": {"slug": "$response.body#/template"},
            "requestBody": _VARIANT,
        },
        {"operationId": "sync_events", "requestBody": {"events": [{"kind": "attempt", "id": _ID, **_VARIANT}]}},
    ],
    ("create_attempt", "201"): [
        {
            "operationId": "create_attempt",
            "requestBody": {"id": "$response.body#/id", "variant": "$request.body#/variant"},
        },
        {
            "operationId": "sync_events",
            "requestBody": {"events": [{"kind": "void", "id": _ID, "attempt": "$response.body#/id"}]},
        },
    ],
    ("create_rating", "201"): [
        {
            "operationId": "create_rating",
            "parameters": {"slug": "$request.path.slug"},
            "requestBody": {"id": "$response.body#/id"},
        },
    ],
    ("retrieve_next_pack", "200"): [
        {"operationId": "create_attempt", "requestBody": {"variant": "$response.body#/variants/0/variant"}},
        {
            "operationId": "retrieve_hint",
            "parameters": {"token": "$response.body#/variants/0/variant", "n": 1},
        },
    ],
    ("list_templates", "200"): [
        {"operationId": "create_variant", "requestBody": {"template": "$response.body#/results/0/slug"}},
    ],
    ("list_topics", "200"): [
        {"operationId": "create_variant", "requestBody": {"topic": "$response.body#/0/slug"}},
        {"operationId": "list_templates", "parameters": {"topic": "$response.body#/0/slug"}},
    ],
    ("sync_changes", "200"): [
        {"operationId": "sync_changes", "parameters": {"cursor": "$response.body#/next_cursor"}},
    ],
}


def add(document: Json) -> None:
    """Write the links into an OpenAPI document."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation.get("responses", {}).items():
                for link in LINKS.get((operation.get("operationId"), status), []):
                    number = len(answer.setdefault("links", {})) + 1
                    answer["links"][f"{number}-{link['operationId']}"] = link
