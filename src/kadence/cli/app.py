"""The `kadence` command: its subcommands, and how it ends when something is wrong."""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from kadence import __version__
from kadence.cli import company, db, demo, init, report, serve, space, token, user
from kadence.cli.common import err
from kadence.domain.errors import KadenceError
from kadence.outputs import for_terminal

app = typer.Typer(
    name="kadence",
    help="Plan sprints on your own machine, through the Kaiten API.\n\n"
    "Start with [bold]kadence demo[/bold] for a look, or [bold]kadence init[/bold] and "
    "[bold]kadence serve[/bold] to keep your data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("init")(init.init)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("report")(report.report)

app.add_typer(user.app, name="user")
app.add_typer(token.app, name="token")
app.add_typer(space.app, name="space")
app.add_typer(company.app, name="company")
app.add_typer(db.app, name="db")


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        print(f"kadence {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; what is wrong is said in one sentence, with exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        # A letter that a terminal has no code for is no reason to say nothing.
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors="replace")
    try:
        app()
    except KadenceError as error:
        err.print(f"kadence: {for_terminal(error.message)}", markup=False)
        sys.exit(2)
    except UnicodeEncodeError:
        err.print("kadence: an argument is not valid UTF-8")
        sys.exit(2)
