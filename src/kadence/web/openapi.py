"""The OpenAPI 3.1 document, made from the route table and the very types that go over the wire."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, inspect

from kadence import __version__
from kadence.domain.error_ids import ErrorId
from kadence.web.errors import ErrorMessage, Refusal, RuleMessage
from kadence.web.http import DRY_RUN
from kadence.web.query import LARGEST_INTEGER
from kadence.web.responses import Response
from kadence.web.route import Route, names_in
from kadence.web.values import schema_hook

Schema = dict[str, Any]

_ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER}
_UID: Schema = {"type": "string", "format": "uuid"}
_NOT_JSON: Schema = {"type": "string"}
_WORD = re.compile(r"\w+")
_PLAIN = "^[^\\x00]*$"
"""The pattern of all text in a request: U+0000 is refused wherever it stands."""


class Part(Struct, frozen=True):
    """Routes and the base paths below which they are served, the one to tell of first.

    `own` are those that kadence adds, whose errors have their id in the body.
    """

    routes: Sequence[Route]
    base_paths: Sequence[str]
    own: bool = False


def document(
    parts: Sequence[Part],
    public_url: str | None = None,
    not_served: Sequence[tuple[str, Sequence[str]]] = (),
) -> Schema:
    """Return what the server does, as an OpenAPI 3.1 document.

    Paths are whole, below the first base path of their part: generators of clients know one server.
    Of the published operations that are `not_served` it tells those whose path is.
    """
    routes = [route for part in parts for route in part.routes]
    one_of = {route.body.shape: route.body.one_of for route in routes if route.body}
    bodies = list(one_of)
    answers = [route.answer for route in routes if route.answer is not Response]
    answers += [ErrorMessage, RuleMessage, Refusal]
    shown = _structs_in(answers)
    types = [*bodies, *answers, *shown, ErrorId]
    schemas, components = msgspec.json.schema_components(
        types, schema_hook=schema_hook, ref_template=_COMPONENT + "{name}"
    )
    schema_of = dict(zip(types, schemas, strict=True))
    component_of = {kind: components[_name_of(schema_of[kind])] for kind in (*bodies, *shown)}
    for struct in shown:
        _require_constants(component_of[struct], struct)
    paths: dict[str, Schema] = {}
    for part in parts:
        for route in part.routes:
            operations = paths.setdefault(part.base_paths[0] + route.path, {})
            operations[route.method.lower()] = _operation(route, schema_of, own=part.own)
    for path, methods in not_served:
        whole = parts[0].base_paths[0] + path
        for method in methods if whole in paths else ():
            paths[whole][method.lower()] = _not_served(path, method)
    _fill_arrays(components)
    for body in bodies:
        _refuse_nul(component_of[body])
        if one_of[body]:
            # Which of them, its description says: alternatives would make the body one of any kind.
            component_of[body]["minProperties"] = 1
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kadence",
            "version": __version__,
            "summary": "A self-hosted server for iterations, through the Kaiten REST API.",
            "description": "Unknown keys in a body or query are ignored. Timestamps go out in "
            "UTC with milliseconds and come in as RFC 3339.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": (public_url or "/").rstrip("/") or "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token, as `kadence init` or `kadence token create` "
                    "prints it.",
                }
            },
            "schemas": components,
        },
    }


def _fill_arrays(part: Any) -> None:
    """Say of arrays of anything that their items may be anything, which generators ask for."""
    if isinstance(part, dict):
        if part.get("type") == "array" and "prefixItems" not in part:
            part.setdefault("items", {})
        for below in part.values():
            _fill_arrays(below)
    elif isinstance(part, list):
        for below in part:
            _fill_arrays(below)


def _refuse_nul(body: Schema) -> None:
    """Say of a body's schema that no text in it, known or not, may hold U+0000."""
    body["propertyNames"] = {"pattern": _PLAIN}
    # Not a schema of its own: generators make of one that is recursive a body of any kind.
    body["additionalProperties"] = True
    for key in body["properties"].values():
        for schema in key.get("anyOf", [key]):
            if "string" in schema.get("type", ()) and "format" not in schema:
                told = schema.get("pattern")
                schema["pattern"] = f"^[^\\x00]*{told}[^\\x00]*$" if told else _PLAIN


def _not_served(path: str, method: str) -> Schema:
    return {
        "operationId": "_".join(["not_served", method.lower(), *_WORD.findall(path)]),
        "summary": "Published, but not served yet.",
        "tags": ["Not served yet"],
        "security": [],
        "parameters": [_path_parameter(name, {"type": "string"}) for name in names_in(path)],
        "responses": {"404": {"description": "With the header `X-Kadence: not-served`."}},
    }


def _path_parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


_COMPONENT = "#/components/schemas/"


def _name_of(reference: Schema) -> str:
    """Return the name of the component that a reference leads to."""
    return str(reference["$ref"]).removeprefix(_COMPONENT)


def _require_constants(component: Schema, struct: type[Struct]) -> None:
    """Msgspec takes a field with a default for optional; in an answer it is there all the same."""
    component["required"] = [
        field.encode_name for field in msgspec.structs.fields(struct) if field.default is not UNSET
    ]


def _structs_in(answers: Sequence[Any]) -> list[type[Struct]]:
    """Return every struct of which answers are made."""
    found: dict[type[Struct], None] = {}
    left = list(inspect.multi_type_info(answers))
    while left:
        kind = left.pop()
        if isinstance(kind, inspect.StructType):
            if kind.cls in found:
                continue
            found[kind.cls] = None
            left += [field.type for field in kind.fields]
        for name in kind.__struct_fields__:
            value = getattr(kind, name)
            parts = value if isinstance(value, tuple) else (value,)
            left += [part for part in parts if isinstance(part, inspect.Type)]
    return list(found)


def _operation(route: Route, schema_of: dict[Any, Schema], *, own: bool) -> Schema:
    summary, _, description = route.doc.partition("\n\n")
    operation: Schema = {
        "operationId": route.name,
        "summary": summary.replace("\n", " "),
        "tags": [route.tag],
        "parameters": [
            *(_path_parameter(name, _kind_of(name, route)) for name in route.path_parameters),
            *(
                {
                    "name": parameter.name,
                    "in": "query",
                    "description": parameter.doc,
                    "allowEmptyValue": True,
                    "schema": parameter.schema(),
                }
                for parameter in (*route.query, *([DRY_RUN] if route.writes else []))
            ),
        ],
        "responses": _responses(route, schema_of, own=own),
    }
    if route.public:
        operation["security"] = []
    if description:
        operation["description"] = description
    if route.body:
        operation["requestBody"] = {
            "required": route.body.required,
            "content": {"application/json": {"schema": schema_of[route.body.shape]}},
        }
    return operation


def _kind_of(name: str, route: Route) -> Schema:
    """Return the schema of a path parameter."""
    if route.public:
        return {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9._-]+$"}
    return _UID if name in route.uids else _ID


def _responses(route: Route, schema_of: dict[Any, Schema], *, own: bool) -> Schema:
    message = schema_of[Refusal if own else ErrorMessage]
    refused = message if own else {"anyOf": [schema_of[RuleMessage], message]}
    responses = {
        "200": {
            "description": "Done.",
            "content": _contents(route, schema_of),
        },
        "400": _response(_of_rules(route), "application/json", refused),
    }
    if not route.public or route.is_of_sessions:
        told = _json(message) if own else ("text/plain", _NOT_JSON)
        responses["401"] = _response("No token, or one that is not taken.", *told)
    if route.is_of_iterations:
        responses["402"] = _response("Iterations are off.", "application/json", message)
    if route.path_parameters or route.writes or route.is_of_sessions:
        content = {"content": {_JSON_TYPE: {"schema": message}}} if own else {}
        responses["403"] = {"description": "The caller may not do this."} | content
        responses["404"] = {
            "description": "No such thing, or none that the caller may know of."
        } | content
    if route.has_etag and route.writes and route.path_parameters:
        responses["412"] = _response("It is not the one that If-Match names.", *_json(message))
    if route.writes:
        responses["409"] = _response("The idempotency key is taken.", *_json(message))
    if route.body:
        responses["413"] = _response("The body is too large.", "application/json", message)
    if links := _links(route):
        responses["200"]["links"] = links
    responses["429"] = _response("Over the rate limit.", "text/html", _NOT_JSON)
    responses["503"] = _response("The database is busy.", "application/json", message)
    responses["507"] = _response("The disk is full.", "application/json", message)
    for status, refusal in responses.items():
        if status != "200":
            refusal["headers"] = {"X-Kadence-Error": _ERROR_HEADER}
    return responses


def _of_rules(route: Route) -> str:
    """Return what a 400 means, with the ids of the rules of the route's own."""
    rules = ", ".join(f"`{one.value}`" for one in route.errors)
    return "The body or query is wrong; why." + (f" By its rules: {rules}." if rules else "")


_ERROR_HEADER: Schema = {
    "description": "The id of the error, an `ErrorId`, with what it is about as parameters"
    ' (RFC 9651): `value.long;key="title";most=256`.',
    "schema": {"type": "string"},
}


def _contents(route: Route, schema_of: dict[Any, Schema]) -> Schema:
    """Return what answers look like, by media type; only of JSON there is more to be told."""
    told = route.produces == (_JSON_TYPE,)
    return {
        kind: {"schema": schema_of[route.answer] if told else _NOT_JSON} for kind in route.produces
    }


_JSON_TYPE = "application/json"


_OF_ITERATION = {"space_uid": "space_uid", "id": "id"}
_OF_ITS_CARDS = {"space_uid": "space_uid", "iteration_id": "id"}
_LINKS: dict[str, dict[str, dict[str, str]]] = {
    "create_space": {
        "get_space": {"space_id": "id"},
        "change_space": {"space_id": "id"},
        "delete_space": {"space_id": "id"},
        "create_board": {"space_id": "id"},
        "list_boards": {"space_id": "id"},
        "add_member": {"space_id": "id"},
        "create_iteration": {"space_uid": "uid"},
        "list_iterations": {"space_uid": "uid"},
    },
    "create_iteration": {
        "get_iteration": _OF_ITERATION,
        "change_iteration": _OF_ITERATION,
        "delete_iteration": _OF_ITERATION,
        "list_iteration_cards": _OF_ITS_CARDS,
    },
    "change_iteration": {"get_iteration": _OF_ITERATION, "delete_iteration": _OF_ITERATION},
    "create_board": {
        "get_board": {"id": "id"},
        "create_column": {"board_id": "id"},
        "create_lane": {"board_id": "id"},
        "list_columns": {"board_id": "id"},
        "list_lanes": {"board_id": "id"},
    },
    "create_column": {
        "change_column": {"board_id": "board_id", "id": "id"},
        "delete_column": {"board_id": "board_id", "id": "id"},
        "create_subcolumn": {"column_id": "id"},
    },
    "create_lane": {
        "change_lane": {"board_id": "board_id", "id": "id"},
        "delete_lane": {"board_id": "board_id", "id": "id"},
    },
    "create_card": {
        "get_card": {"card_id": "id"},
        "change_card": {"card_id": "id"},
        "delete_card": {"card_id": "id"},
        "add_comment": {"card_id": "id"},
        "add_card_tag": {"card_id": "id"},
        "card_activity": {"card_id": "id"},
        "location_history": {"card_id": "id"},
        "list_card_iterations": {"card_uid": "uid"},
    },
    "change_card": {"get_card": {"card_id": "id"}, "delete_card": {"card_id": "id"}},
    "add_comment": {
        "change_comment": {"card_id": "card_id", "comment_id": "id"},
        "remove_comment": {"card_id": "card_id", "comment_id": "id"},
    },
    "add_card_tag": {"remove_card_tag": {"card_id": "card_id", "tag_id": "id"}},
    "create_tag": {"change_tag": {"id": "id"}, "delete_tag": {"id": "id"}},
}
"""For an operation, those that go on from its answer: their parameters, each with its key."""


def _links(route: Route) -> Schema:
    links: Schema = {
        name: {
            "operationId": name,
            "parameters": {to: f"$response.body#/{key}" for to, key in parameters.items()},
        }
        for name, parameters in _LINKS.get(route.name, {}).items()
    }
    if route.name == "create_board":
        body = {"title": "Card", "board_id": "$response.body#/id"}
        links["create_card"] = {"operationId": "create_card", "requestBody": body}
    return links


def _json(schema: Schema) -> tuple[str, Schema]:
    return "application/json", schema


def _response(description: str, media_type: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media_type: {"schema": schema}}}
