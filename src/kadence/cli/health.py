"""`kadence health`: whether a server is ready, for whatever watches over it."""

import http.client
import json
from typing import Annotated

import typer

from kadence import settings
from kadence.cli.common import err, option, out, shown

SECONDS = 3.0
"""The server itself answers within two."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on
"""Where a server that listens on all addresses is asked."""


def health(
    host: Annotated[str, option("host")] = settings.default_and_meta("host")[0],
    port: Annotated[int, option("port")] = settings.default_and_meta("port")[0],
) -> None:
    """Ask the server on this machine whether it is ready: exit code 0, or 1 and why not.

    It is asked at /readyz: can the database be read, does it take a durable write?
    """
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        status, body = answer.status, answer.read(64 * 1024)
    except (OSError, http.client.HTTPException) as error:
        err.print(f"no answer at {host}:{port}: {_reason(error)}")
        raise typer.Exit(1) from error
    finally:
        connection.close()
    if status == http.client.OK:
        out.print("ready")
        return
    err.print(f"not ready ({status}): {shown(_message(body))}")
    raise typer.Exit(1)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _message(body: bytes) -> str:
    """Return what the server says is wrong."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return "it gives no reason"
