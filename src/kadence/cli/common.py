"""What the commands share: their options, running a use case, printing."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from kadence import settings
from kadence.bootstrap import open_database
from kadence.domain.errors import StorageError
from kadence.domain.retention import DEFAULT, Retention
from kadence.outputs import for_terminal
from kadence.settings import Settings
from kadence.usecases.runner import UnitOfWorkRunner

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def option(field: str) -> Any:
    """Return a typer option made from the field of that name in Settings."""
    _, meta = settings.default_and_meta(field)
    return typer.Option(
        settings.option_name(field),
        envvar=settings.variable_name(field),
        help=meta.description,
        metavar=(meta.extra or {}).get("metavar"),
        min=meta.ge,
        max=meta.le,
    )


def takes_settings(command: Callable[[Settings], None]) -> Callable[..., None]:
    """Give a command every option of Settings, in their order."""

    def run(**given: Any) -> None:
        command(Settings(**given))

    kinds = {
        field.name: Annotated[field.type.__origin__, option(field.name)]
        for field in msgspec.structs.fields(Settings)
    }
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=settings.default_and_meta(name)[0],
            annotation=kind,
        )
        for name, kind in kinds.items()
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = kinds
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


DatabaseOption = Annotated[str, option("database")]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on one line, for a script."),
]
DATABASE: str = settings.default_and_meta("database")[0]


def operate(
    url: str,
    command: Callable[..., T],
    *args: Any,
    retention: Retention = DEFAULT,
    **kwargs: Any,
) -> T:
    """Run a use case for the operator on the database behind `url`, beside a serving process.

    Raises:
        KadenceError: the database is not there or not ours, or what the use case raises.
    """
    database = open_database(Settings(database=url))
    try:
        runner = UnitOfWorkRunner(database, retention=retention)
        return asyncio.run(_operate(runner, command, *args, **kwargs))
    finally:
        database.close()


async def _operate(
    runner: UnitOfWorkRunner, command: Callable[..., T], *args: Any, **kwargs: Any
) -> T:
    return await runner.run_as_operator(command, *args, **kwargs)


def look(url: str, query: Callable[..., T], *args: Any) -> T:
    """As `operate`, for a use case that changes nothing: writers need not wait for it.

    Raises:
        KadenceError: as `operate`.
    """
    database = open_database(Settings(database=url))
    try:
        return asyncio.run(UnitOfWorkRunner(database).read_as_operator(query, *args))
    finally:
        database.close()


def purge(url: str) -> StorageError | None:
    """Leave nothing of what was erased where somebody could dig it out; returns why that failed."""
    database = open_database(Settings(database=url))
    try:
        asyncio.run(UnitOfWorkRunner(database).purge())
    except StorageError as error:
        return error
    finally:
        database.close()
    return None


def shown(text: str) -> str:
    """Return stored text for `out`: no markup in it, and nothing that a terminal would obey."""
    return escape(for_terminal(text))


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    print_exact(json.dumps(document, ensure_ascii=False) + "\n")


def print_exact(text: str) -> None:
    """Print what a program reads: as UTF-8, whatever this machine's terminals use."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
