"""The readable page at /schema: the OpenAPI document as plain HTML, without scripts."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

Schema = dict[str, Any]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kadence API</title>
<link rel="stylesheet" href="/schema/style.css">
</head>
<body>
<header>
<h1>kadence API <small>{version}</small></h1>
<p>{summary} {description}</p>
<p>Every request carries <code>Authorization: Bearer &lt;token&gt;</code>. Base paths:
{bases}. The same as <a href="/schema/openapi.json">OpenAPI 3.1</a>.</p>
</header>
<nav aria-label="Operations">{contents}</nav>
<main>{operations}</main>
</body>
</html>
"""


def page(document: Schema) -> str:
    """Return the document as one HTML page."""
    operations = [
        (method.upper(), _base(operation) + path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return _PAGE.format(
        version=escape(document["info"]["version"]),
        summary=_text(document["info"]["summary"]),
        description=_text(document["info"]["description"]),
        bases=" and ".join(f"<code>{escape(s['url'])}</code>" for s in document["servers"]),
        contents=_contents(operations),
        operations="".join(_operation(*each, document) for each in operations),
    )


def _base(operation: Schema) -> str:
    """Return the base path of an operation that is not below those of the whole document."""
    return str(operation["servers"][0]["url"]) if "servers" in operation else ""


def _contents(operations: Iterable[tuple[str, str, Schema]]) -> str:
    groups: dict[str, list[str]] = {}
    for method, path, operation in operations:
        groups.setdefault(operation["tags"][0], []).append(
            f'<li><a href="#{escape(operation["operationId"])}">'
            f"<b>{method}</b> {escape(path)}</a></li>"
        )
    return "".join(
        f"<h2>{escape(tag)}</h2><ul>{''.join(lines)}</ul>" for tag, lines in groups.items()
    )


def _operation(method: str, path: str, operation: Schema, document: Schema) -> str:
    parts = [
        f'<section id="{escape(operation["operationId"])}">',
        f"<h2><b>{method}</b> <code>{escape(path)}</code></h2>",
        f"<p>{_text(operation['summary'])}</p>",
    ]
    if "description" in operation:
        parts.append(f"<p>{_text(operation['description'])}</p>")
    query = [p for p in operation["parameters"] if p["in"] == "query"]
    if query:
        rows = [(p["name"], _kind(p["schema"], document), _text(p["description"])) for p in query]
        parts.append(_table("Query", rows))
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        parts.append(_keys("Body", schema, document))
    if "200" in operation["responses"]:
        content = operation["responses"]["200"]["content"]
        if "properties" in _resolved(_item(content.get("application/json")), document):
            parts.append(_keys("Answer", content["application/json"]["schema"], document))
        else:
            parts.append(_table("Answer", [(kind, "", "") for kind in content]))
    rows = [
        (status, "", _text(response["description"]))
        for status, response in operation["responses"].items()
    ]
    parts.append(_table("Statuses", rows))
    return "".join([*parts, "</section>"])


def _item(answer: Schema | None) -> Schema:
    """Return the schema of a JSON answer, or of each part of one that is an array."""
    schema: Schema = answer["schema"] if answer else {}
    found: Schema = schema.get("items", schema)
    return found


def _keys(caption: str, schema: Schema, document: Schema) -> str:
    if schema.get("type") == "array":
        caption, schema = f"{caption}: an array of", schema["items"]
    found = _resolved(schema, document)
    required = found.get("required", ())
    rows = [
        (
            name,
            _kind(key, document),
            _text(" ".join(_remarks(key, required=caption == "Body" and name in required))),
        )
        for name, key in found.get("properties", {}).items()
    ]
    return _table(caption, rows)


def _remarks(schema: Schema, *, required: bool) -> Iterable[str]:
    if required:
        yield "Required."
    yield from (schema[key] for key in ("description",) if key in schema)
    bounds = {"minLength": "at least {}", "maxLength": "at most {}", "exclusiveMinimum": "above {}"}
    said = [text.format(schema[key]) for key, text in bounds.items() if schema.get(key)]
    if said:
        yield f"{', '.join(said).capitalize()}."


def _kind(schema: Schema, document: Schema) -> str:
    """Return a schema's type in a few words, as HTML."""
    if "anyOf" in schema:
        return " or ".join(_kind(each, document) for each in schema["anyOf"])
    if "$ref" in schema:
        found = _resolved(schema, document)
        return _kind(found, document) if "enum" in found else escape(found["title"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(word))}</code>" for word in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema['items'], document)}" if "items" in schema else "array"
    kind = schema.get("format") or schema.get("type", "any")
    return escape(kind if isinstance(kind, str) else " or ".join(kind))


def _resolved(schema: Schema, document: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = document["components"]["schemas"][name] if name else schema
    return found


def _table(caption: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{kind}</td><td>{text}</td></tr>'
        for name, kind, text in rows
    )
    return f"<table><caption>{escape(caption)}</caption>{lines}</table>"


def _text(text: str) -> str:
    """Prose as HTML, with `code` marked."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
