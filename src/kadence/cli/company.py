"""`kadence company`: what is switched for the whole company."""

from enum import StrEnum
from typing import Annotated

import typer

from kadence.cli.common import DATABASE, DatabaseOption, operate, out
from kadence.usecases import companies

app = typer.Typer(help="Switch features of the company.", no_args_is_help=True)


class Switch(StrEnum):
    """A switch's two positions."""

    ON = "on"
    OFF = "off"


@app.callback()
def _group() -> None:
    """Keeps `set` a command of its own while it is the only one."""


@app.command("set")
def set_(
    iterations: Annotated[Switch, typer.Option(help="Off: every iterations endpoint returns 402.")],
    database: DatabaseOption = DATABASE,
) -> None:
    """Switch the iterations feature on or off. It takes effect with the next request."""
    operate(database, companies.switch_iterations, on=iterations is Switch.ON)
    out.print(f"Iterations are {iterations.value}.")
