"""Writes the pages of docs/ that follow from the code, and the README's picture."""

import json
import re
import sys
from io import StringIO
from pathlib import Path
from typing import get_args

import msgspec
from doc_pictures import pictures
from msgspec import UNSET
from page_api import description
from rich.console import Console
from rich.syntax import Syntax

from kadence.domain.error_ids import ErrorId
from kadence.settings import Settings, meta_of, option_name, variable_name
from kadence.web.errors import ANSWERS
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from kadence.web.unsupported_endpoints import NOT_SERVED, SCIM

DOCS = Path(__file__).parent.parent / "docs"
STORED = {
    "description",
    "estimate_workload",
    "external_id",
    "goal",
    "planned_end",
    "planned_start",
    "properties",
    "wip_limit",
}
"""Keys that are kept and given back, and mean nothing to the server itself."""


def configuration() -> str:
    """docs/configuration.md."""
    lines = [
        "# Configuration",
        "",
        "Every option of `kadence serve`; `--database` belongs to every command that touches data.",
        "Made by `make docs`.",
        "",
        "What is on the command line wins over the environment, and that over the configuration",
        "file. The file is `/etc/kadence.toml`, or the one that `kadence --config FILE` or",
        "`KADENCE_CONFIG` names. Every command but `kadence demo` reads it, so that a command sees",
        "the database that the service sees. It is TOML, with the options by their names:",
        "",
        "```toml",
        'database = "sqlite:////var/lib/kadence/kadence.db"',
        'public_url = "https://plan.example.com"',
        "port = 8080",
        "```",
        "",
        "A variable with `_FILE` behind its name takes the value from a file, as secrets come into",
        "a container: `KADENCE_DATABASE_FILE=/run/secrets/db-url`. The end of the line does not",
        "count.",
        "",
        "`KADENCE_COMPANY`, `KADENCE_EMAIL` and `KADENCE_NAME` are for `kadence init`, and for the",
        "first `kadence serve` on a database that has no company: it makes one, and prints a link",
        "for its owner.",
        "",
        "A name that is no option, a variable `KADENCE_…` that is none, and a value that makes no",
        "sense end a command with one sentence and exit code 2.",
        "",
        "| option | in the file | environment | default | |",
        "|---|---|---|---|---|",
    ]
    for field in msgspec.structs.fields(Settings):
        default = "off" if field.default is None else f"`{field.default}`"
        option, variable = option_name(field.name), variable_name(field.name)
        lines.append(
            f"| `{option}` | `{field.name}` | `{variable}` | {default} |"
            f" {meta_of(field).description} |"
        )
    return "\n".join([*lines, ""])


def compatibility() -> str:
    """docs/compatibility.md."""
    lines = [
        "# Compatibility",
        "",
        "What of the published API works here, made from the code by `make docs`. Under all base",
        "paths: `/api/latest`, `/api/v1` and `/api`; SCIM is below none of them.",
        "",
        "## Endpoints",
        "",
        "| method | path | |",
        "|---|---|---|",
    ]
    lines += [f"| {route.method} | `{route.path}` | works |" for route in ROUTES]
    lines += [
        f"| {method} | `{path}` | not served |"
        for path, methods in (*NOT_SERVED, *SCIM)
        for method in methods
    ]
    lines += [
        "",
        "## Added by kadence, below `/api/kadence/v1`",
        "",
        "| method | path | |",
        "|---|---|---|",
    ]
    lines += [
        f"| {route.method} | `{route.path}` | {route.doc.partition(chr(10))[0]} |"
        for route in OWN_ROUTES
    ]
    lines += [
        "",
        "## Keys of the answers",
        "",
        "Live: it has a meaning here. Stored: kept and given back. Constant: clients read it,",
        "and it is always the value shown.",
    ]
    seen = set()
    for route in ROUTES:
        struct = next(iter(get_args(route.answer)), route.answer)
        if struct in seen or not (isinstance(struct, type) and issubclass(struct, msgspec.Struct)):
            continue
        seen.add(struct)
        lines += ["", f"### {route.method} `{route.path}`", "", "| key | |", "|---|---|"]
        lines += [f"| `{key}` | {kind} |" for key, kind in keys(struct)]
    return "\n".join([*lines, ""])


def errors() -> str:
    """docs/errors.md."""
    statuses = {kind.id: answer.status for kind, answer in ANSWERS.items() if "id" in vars(kind)}
    statuses |= {
        ErrorId.METHOD_UNKNOWN: 405,
        ErrorId.BODY_TOO_LARGE: 413,
        ErrorId.SIGN_IN_THROTTLED: 429,
        ErrorId.RATE_LIMITED: 429,
        ErrorId.STREAMS_MANY: 429,
    }
    of_commands = {ErrorId.ITERATION_UNKNOWN, ErrorId.LAST_OWNER, ErrorId.EMAIL_TAKEN}
    lines = [
        "# Errors",
        "",
        "Every refusal has an id. It is in the header `X-Kadence-Error`, with what the refusal is",
        'about as parameters (RFC 9651): `value.long;key="title";most=256`. Below',
        "`/api/kadence/v1` a route tells it in the body too: `error` is the id, `about` has the",
        "values, `code` is that of a rule, `message` is for people. The bodies of the published",
        "API are as published. Ids stay. Messages may change where they are not published.",
        "",
        "Made by `make docs` from `src/kadence/domain/error_ids.py`.",
        "",
        "| id | status | why | what helps |",
        "|---|---|---|---|",
        *(
            f"| `{one.value}` | {'a command' if one in of_commands else statuses.get(one, 400)} "
            f"| {one.cause} | {one.remedy} |"
            for one in ErrorId
        ),
        "",
        "## The rules of each operation",
        "",
        "The other ids follow from what an operation takes: who asks, what its path names, its",
        "query and its body.",
        "",
        "| operation | ids |",
        "|---|---|",
        *(
            f"| `{route.method} {base}{route.path}` | {', '.join(map(_code, route.errors))} |"
            for base, routes in ((BASE_PATHS[0], ROUTES), (OWN_BASE_PATHS[0], OWN_ROUTES))
            for route in routes
            if route.errors
        ),
    ]
    return "\n".join(lines) + "\n"


def _code(id_: ErrorId) -> str:
    return f"`{id_.value}`"


def keys(struct: type[msgspec.Struct]) -> list[tuple[str, str]]:
    """Each key of an answer, and whether it is live, stored or constant."""
    found = []
    for field in msgspec.structs.fields(struct):
        if field.default_factory is not msgspec.NODEFAULT:
            kind = f"constant `{json.dumps(field.default_factory())}`"
        elif field.default is not msgspec.NODEFAULT and field.default is not UNSET:
            kind = f"constant `{json.dumps(field.default)}`"
        else:
            kind = "stored" if field.name in STORED else "live"
        found.append((field.encode_name, kind))
    return found


def picture() -> str:
    """The README's picture: the curl line and the answer of docs/create-iteration.md."""
    page = (DOCS / "create-iteration.md").read_text("utf-8")
    request, answer = (
        page.split(f"```json {kind}\n")[1].split("```")[0].strip() for kind in ("request", "answer")
    )
    body = json.dumps(json.loads(request), ensure_ascii=False, indent=2).replace("\n", "\n    ")
    console = Console(record=True, width=92, file=StringIO(), force_terminal=True)
    console.print("[bold green]$[/] curl -X POST $KADENCE/api/latest/spaces/$SPACE/iterations \\")
    console.print(f"    -H 'Authorization: Bearer '$TOKEN -d '{body}'", markup=False)
    console.print()
    console.print(Syntax(answer, "json", background_color="default"))
    svg = console.export_svg(title="kadence", unique_id="kadence")
    # rich would have the fonts loaded from elsewhere; the reader's own monospace does.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


PAGES = {
    "errors.md": errors,
    "configuration.md": configuration,
    "compatibility.md": compatibility,
    "images/create-iteration.svg": picture,
    "../ui/src/api/openapi.json": description,
}


def main() -> None:
    """Write the pages; with --check, exit with 1 when one is out of date."""
    stale = []
    for name, make in PAGES.items():
        path = DOCS / name
        text = make()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    if "--check" not in sys.argv:
        # How wide a text is depends on a machine's fonts, so these are not compared.
        for name, svg in pictures().items():
            (DOCS / "images" / name).write_text(svg, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"out of date, run `make docs`: {', '.join(stale)}")


if __name__ == "__main__":
    main()
