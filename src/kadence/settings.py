"""Every option of the server once: its name, type, default and help."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct


class Settings(Struct, frozen=True, kw_only=True):
    """How a server runs; each field is `--name` on the command line, `KADENCE_NAME` outside."""

    database: Annotated[
        str,
        Meta(
            description="Where the data is: sqlite:///relative.db, sqlite:////absolute.db or "
            "postgresql://user@host/name (also with libpq's options: ?sslmode=verify-full)."
        ),
    ] = "sqlite:///kadence.db"
    workers: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="Number of server processes; more than one needs PostgreSQL.",
        ),
    ] = 1
    database_connections: Annotated[
        int,
        Meta(
            ge=2,
            le=100,
            description="Connections to PostgreSQL that one worker keeps: one to write, the others "
            "to read.",
        ),
    ] = 5
    statement_timeout: Annotated[
        int,
        Meta(
            ge=0,
            le=3600,
            description="Time limit for one statement on PostgreSQL, in seconds; 0 means no limit.",
        ),
    ] = 30
    host: Annotated[
        str,
        Meta(description="The address to listen on; 0.0.0.0 means all addresses."),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Meta(ge=0, le=65535, description="The port to listen on; 0 means any free port."),
    ] = 8080
    public_url: Annotated[
        str | None,
        Meta(
            description="The public URL of the server, for example https://plan.example.com. "
            "It is shown in the API document."
        ),
    ] = None
    trusted_proxy: Annotated[
        str | None,
        Meta(
            description="Addresses or networks of trusted reverse proxies, comma-separated. Their "
            "X-Forwarded-For, X-Forwarded-Proto, X-Request-Id and traceparent are used. By "
            "default no proxy is trusted."
        ),
    ] = None
    cors_origin: Annotated[
        str | None,
        Meta(
            description="Web origins, comma-separated, whose pages may call the API; * means any. "
            "Off by default."
        ),
    ] = None
    rate_limit: Annotated[
        int | None,
        Meta(
            ge=1,
            description="Most requests of one token or session in a second, over all workers of "
            "this server; several servers count each for itself. Off by default.",
        ),
    ] = None
    request_timeout: Annotated[
        int,
        Meta(
            ge=1,
            le=3600,
            description="Seconds within which the head of a request has to be whole, and its body, "
            "but for one more for each 500 bytes.",
        ),
    ] = 20
    max_connections: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="Connections of clients that one worker has open at once, live streams "
            "too; those beyond are answered 503.",
        ),
    ] = 1000
    metrics_listen: Annotated[
        str | None,
        Meta(
            description="HOST:PORT on which Prometheus can read metrics, apart from the API. "
            "Off by default."
        ),
    ] = None


def option_name(field: str) -> str:
    """Return the field as a command line option: `--public-url`."""
    return "--" + field.replace("_", "-")


def variable_name(field: str) -> str:
    """Return the field as an environment variable: `KADENCE_PUBLIC_URL`."""
    return f"KADENCE_{field.upper()}"


def default_and_meta(field: str) -> tuple[Any, Meta]:
    """Return a field's default, and its description and bounds."""
    for info in msgspec.structs.fields(Settings):
        if info.name == field:
            return info.default, meta_of(info)
    raise KeyError(field)


def meta_of(info: msgspec.structs.FieldInfo) -> Meta:
    """Return what stands beside the field's type."""
    (meta,) = info.type.__metadata__
    assert isinstance(meta, Meta)  # noqa: S101 - for the type checker
    return meta
