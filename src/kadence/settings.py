"""Every option of the server once: its name, type, default, help, and what it may be."""

import contextlib
import ipaddress
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta, Struct

from kadence.domain.errors import KadenceError
from kadence.domain.model import DAY
from kadence.domain.retention import HOUR, Retention

UPGRADES = "auto"
"""`--upgrade` where a server brings its file up to its own version."""


class InvalidSetting(KadenceError):
    """An option has a value that makes no sense."""


class Settings(Struct, frozen=True, kw_only=True):
    """How a server runs.

    Each field is `--name` on the command line, `KADENCE_NAME` in the environment, and `name` in the
    configuration file.

    Raises:
        InvalidSetting: a value makes no sense; the message names the option.
    """

    database: Annotated[
        str,
        Meta(
            extra={"metavar": "URL"},
            description="Where the data is: sqlite:///relative.db, sqlite:////absolute.db or "
            "postgresql://user@host/name (also with libpq's options: ?sslmode=verify-full).",
        ),
    ] = "sqlite:///kadence.db"
    workers: Annotated[
        int,
        Meta(
            extra={"metavar": "N"},
            ge=1,
            le=64,
            description="Number of server processes; more than one needs PostgreSQL.",
        ),
    ] = 1
    database_connections: Annotated[
        int,
        Meta(
            extra={"metavar": "N"},
            ge=2,
            le=100,
            description="Connections to PostgreSQL that one worker keeps: one to write, the others "
            "to read.",
        ),
    ] = 5
    statement_timeout: Annotated[
        int,
        Meta(
            extra={"metavar": "SECONDS"},
            ge=0,
            le=3600,
            description="Time limit for one statement on PostgreSQL, in seconds; 0 means no limit.",
        ),
    ] = 30
    upgrade: Annotated[
        str,
        Meta(
            extra={"metavar": "auto|never"},
            description="Whether a SQLite file of an older version is upgraded at the start, after "
            "a checked backup beside it; PostgreSQL is upgraded by `kadence db upgrade` alone.",
        ),
    ] = "auto"
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
            extra={"metavar": "URL"},
            description="The public URL of the server, for example https://plan.example.com. "
            "It is shown in the API document.",
        ),
    ] = None
    trusted_proxy: Annotated[
        str | None,
        Meta(
            extra={"metavar": "ADDRESSES"},
            description="Addresses or networks of trusted reverse proxies, comma-separated. Their "
            "X-Forwarded-For, X-Forwarded-Proto, X-Request-Id and traceparent are used. By "
            "default no proxy is trusted.",
        ),
    ] = None
    cors_origin: Annotated[
        str | None,
        Meta(
            extra={"metavar": "ORIGINS"},
            description="Web origins, comma-separated, whose pages may call the API; * means any. "
            "Off by default.",
        ),
    ] = None
    rate_limit: Annotated[
        int | None,
        Meta(
            extra={"metavar": "N"},
            ge=1,
            description="Most requests of one token or session in a second, over all workers of "
            "this server; several servers count each for itself. Off by default.",
        ),
    ] = None
    request_timeout: Annotated[
        int,
        Meta(
            extra={"metavar": "SECONDS"},
            ge=1,
            le=3600,
            description="Seconds within which the head of a request has to be whole, and its body, "
            "but for one more for each 500 bytes.",
        ),
    ] = 20
    max_connections: Annotated[
        int,
        Meta(
            extra={"metavar": "N"},
            ge=1,
            le=100_000,
            description="Connections of clients that one worker has open at once, live streams "
            "too; those beyond are answered 503.",
        ),
    ] = 1000
    backup_dir: Annotated[
        str | None,
        Meta(
            extra={"metavar": "DIR"},
            description="A folder into which the database is backed up daily, by one server. Each "
            "backup is checked, and the newest 14 stay. Off by default.",
        ),
    ] = None
    session_days: Annotated[
        int,
        Meta(
            extra={"metavar": "DAYS"},
            ge=1,
            le=365,
            description="Days after which a browser has to sign in again.",
        ),
    ] = 30
    login_link_days: Annotated[
        int,
        Meta(
            extra={"metavar": "DAYS"},
            ge=1,
            le=90,
            description="Days for which a one-time link lets in.",
        ),
    ] = 7
    idempotency_hours: Annotated[
        int,
        Meta(
            extra={"metavar": "HOURS"},
            ge=1,
            le=720,
            description="Hours for which an answer is kept under its idempotency key.",
        ),
    ] = 24
    audit_address_days: Annotated[
        int,
        Meta(
            extra={"metavar": "DAYS"},
            ge=0,
            le=3650,
            description="Days for which the audit log has network addresses, and failed attempts "
            "to sign in at all.",
        ),
    ] = 90
    metrics_listen: Annotated[
        str | None,
        Meta(
            extra={"metavar": "HOST:PORT"},
            description="HOST:PORT on which Prometheus can read metrics, apart from the API. "
            "Off by default.",
        ),
    ] = None

    @property
    def retention(self) -> Retention:
        """For how long what is kept for a time is kept."""
        return Retention(
            session=self.session_days * DAY,
            login_link=self.login_link_days * DAY,
            idempotency_key=self.idempotency_hours * HOUR,
            audit_address=self.audit_address_days * DAY,
        )

    def __post_init__(self) -> None:
        for field in msgspec.structs.fields(type(self)):
            value, meta = getattr(self, field.name), meta_of(field)
            if value is None:
                continue
            _check_bounds(field.name, value, meta)
            parts = [one.strip() for one in value.split(",")] if field.name in _LISTS else [value]
            for part in parts:
                wrong = _RULES.get(field.name, _nothing_wrong)(part)
                if wrong:
                    raise InvalidSetting(f"{option_name(field.name)}: {value!r} {wrong}")


def _check_bounds(name: str, value: Any, meta: Meta) -> None:
    least, most = meta.ge, meta.le
    if least is not None and value < least:
        raise InvalidSetting(f"{option_name(name)}: {value} is less than {least}")
    if most is not None and value > most:
        raise InvalidSetting(f"{option_name(name)}: {value} is more than {most}")


def _nothing_wrong(_value: Any) -> str:
    return ""


def _wrong_in_folder(value: str) -> str:
    folder = Path(value)
    # It is made where only its own name is missing.
    there = folder if folder.exists() else folder.absolute().parent
    if not there.is_dir():
        return "is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else "is no folder that this user can write"


def _wrong_in_text(value: str) -> str:
    return "" if value.strip() else "is empty"


def _wrong_in_upgrade(value: str) -> str:
    return "" if value in (UPGRADES, "never") else "is neither auto nor never"


def _parts_of(url: str) -> SplitResult | None:
    """Return the parts of an address with a scheme and a host, None for anything else."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme and parts.hostname and parts.port != 0:
            return parts
    return None


def _wrong_in_url(value: str) -> str:
    parts = _parts_of(value)
    if parts is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        return "is no address like https://plan.example.com"
    return ""


def _wrong_in_origin(value: str) -> str:
    if value == "*":
        return ""
    parts = _parts_of(value)
    if parts is None or value != f"{parts.scheme}://{parts.netloc}":
        return "is no origin like https://plan.example.com, without a path, nor *"
    return ""


def _wrong_in_network(value: str) -> str:
    if value == "*":
        return ""
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        return f"is no address or network: {error}"
    return ""


def _wrong_in_listen(value: str) -> str:
    _, colon, port = value.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > _LARGEST_PORT:
        return "is no HOST:PORT"
    return ""


_LARGEST_PORT = 65535
_LISTS = ("trusted_proxy", "cors_origin")
"""Options that are several values with commas between them."""
_RULES: Mapping[str, Callable[[Any], str]] = {
    "database": _wrong_in_text,
    "upgrade": _wrong_in_upgrade,
    "backup_dir": _wrong_in_folder,
    "host": _wrong_in_text,
    "public_url": _wrong_in_url,
    "trusted_proxy": _wrong_in_network,
    "cors_origin": _wrong_in_origin,
    "metrics_listen": _wrong_in_listen,
}
"""For an option what is wrong with a value, as the end of a sentence; "" when nothing is."""


def option_name(field: str) -> str:
    """Return the field as a command line option: `--public-url`."""
    return "--" + field.replace("_", "-")


def variable_name(field: str) -> str:
    """Return the field as an environment variable: `KADENCE_PUBLIC_URL`."""
    return f"KADENCE_{field.upper()}"


def is_number(field: str) -> bool:
    """Return whether an option is a whole number, else it is a text."""
    kinds = {info.name: info.type for info in msgspec.structs.fields(Settings)}
    return int in (kinds[field].__origin__, *get_args(kinds[field].__origin__))


def default_and_meta(field: str) -> tuple[Any, Meta]:
    """Return a field's default, and its description, bounds and what stands for it in the help."""
    for info in msgspec.structs.fields(Settings):
        if info.name == field:
            return info.default, meta_of(info)
    raise KeyError(field)


def meta_of(info: msgspec.structs.FieldInfo) -> Meta:
    """Return what stands beside the field's type."""
    (meta,) = info.type.__metadata__
    assert isinstance(meta, Meta)  # noqa: S101 - for the type checker
    return meta
