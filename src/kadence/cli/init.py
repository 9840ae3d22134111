"""`kadence init`: the first company of a database."""

import asyncio
import shlex
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from msgspec.structs import asdict
from rich.markup import escape

from kadence.cli.common import DATABASE, DatabaseOption, JsonOption, out, print_json, shown
from kadence.domain.retention import DEFAULT, Retention
from kadence.storage import migrate
from kadence.storage.engines import locate
from kadence.usecases import setup
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.usecases.unit_of_work import UnitOfWork

T = TypeVar("T")


def init(
    company: Annotated[
        str,
        typer.Option(envvar="KADENCE_COMPANY", help="The name of your company or team."),
    ],
    email: Annotated[
        str,
        typer.Option(envvar="KADENCE_EMAIL", help="Your e-mail address: you are the owner."),
    ],
    name: Annotated[str, typer.Option(envvar="KADENCE_NAME", help="Your full name.")],
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Create a database with your company, a first space with a board, and a token for you.

    You are the owner. The token is shown once: save it. It fails if there is a company already.
    """
    made = initialise(database, setup.initialise, company, email, name)
    if json:
        print_json(asdict(made))
        return
    out.print(f"Made [bold]{escape(str(locate(database)))}[/bold] for {shown(company)}.\n")
    out.print(f"Your API token, shown only this once:  [bold]{made.token}[/bold]")
    out.print(f"Your first space:                      {made.space_uid}\n")
    out.print(f"Now run  [bold]{_serve_line(database)}[/bold]")


def _serve_line(database: str) -> str:
    if locate(database).file is not None:
        return f"kadence serve --database {escape(shlex.quote(database))}"
    return "kadence serve  with the same --database, or KADENCE_DATABASE set to it"


def initialise(
    url: str,
    command: Callable[[UnitOfWork, str, str, str, str], T],
    company: str,
    email: str,
    name: str,
    retention: Retention = DEFAULT,
) -> T:
    """Make the schema where there is none, and by a use case of usecases.setup the first company.

    Raises:
        KadenceError: AlreadyInitialised, BadRequest (the address), or the database is unusable.
    """
    engine = locate(url)
    migrate.prepare(engine)
    opened = engine.open()
    try:
        runner = UnitOfWorkRunner(opened, retention=retention)
        return asyncio.run(runner.initialise(command, company, email, name, f"{company}: planning"))
    finally:
        opened.close()
