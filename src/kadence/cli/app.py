"""The `kadence` command: its subcommands, and how it ends when something is wrong.

A command's module is loaded when it is that command which is wanted: most of the program is behind
it, and whoever asks for help or the version does not wait for that.
"""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from kadence import __version__
from kadence.cli.configuration import (
    CONFIG_VARIABLE,
    FILE,
    default_map,
    read_file,
    refuse_unknown_variables,
    values_from_files,
)
from kadence.domain.errors import KadenceError
from kadence.outputs import for_terminal

COMMANDS = {
    "init": "Create a database with your company, a first space with a board, and a token for you.",
    "serve": "Serve the API and the page until Ctrl-C or SIGTERM. Accepted requests are completed "
    "first.",
    "health": "Ask the server on this machine whether it is ready: exit code 0, or 1 and why not.",
    "resume": "Let the database act by itself again, after it was restored, copied or moved.",
    "doctor": "Look the installation over: database, disk, clock, proxy, limits, backups.",
    "demo": "Serve a temporary database with sample data until Ctrl-C. The data is then deleted.",
    "report": "Show the burndown of an iteration and where its scope came from and went.",
    "user": "Add, list, change and deactivate people.",
    "token": "Make, list and revoke API tokens.",
    "audit": "Show who did what to people, roles, tokens and links, newest first, and who signed "
    "in.",
    "space": "Settings of a space.",
    "company": "Switch features of the company.",
    "db": "Back up, restore, upgrade, check and move the database.",
}
"""What the list of commands says of each, in its order; a test compares it with the commands."""


def command_line(wanted: str | None) -> typer.Typer:
    """Return the command line with one command loaded, or all of them if none is `wanted`."""
    app = typer.Typer(
        name="kadence",
        help="Plan sprints on your own machine, through the Kaiten API.\n\n"
        "Start with [bold]kadence demo[/bold] for a look, or [bold]kadence init[/bold] and "
        "[bold]kadence serve[/bold] to keep your data.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_root)
    for name, help_ in COMMANDS.items():
        if wanted not in (None, name):
            app.command(name, help=help_)(_not_loaded)
            continue
        module = import_module(f"kadence.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def _not_loaded() -> None:
    raise NotImplementedError


def _wanted(arguments: list[str]) -> str | None:
    """Return which command's module is needed; "" for none, None for all, as to complete a line."""
    if "_KADENCE_COMPLETE" in os.environ:
        return None
    rest = iter(arguments)
    for one in rest:
        if one == "--config":
            next(rest, "")
        elif not one.startswith("-"):
            return one if one in COMMANDS else ""
    return ""


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        print(f"kadence {__version__}")  # noqa: T201
        raise typer.Exit


def _root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            envvar=CONFIG_VARIABLE,
            metavar="FILE",
            help=f"The configuration file; without it {FILE}, where there is one.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    refuse_unknown_variables(os.environ)
    os.environ.update(values_from_files(os.environ))
    # A demo has a database and options of its own.
    if context.invoked_subcommand != "demo":
        context.default_map = default_map(context.command, read_file(config))


def main() -> None:
    """Run the command line; what is wrong is said in one sentence, with exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        # A letter that a terminal has no code for is no reason to say nothing.
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors="replace")
    try:
        command_line(_wanted(sys.argv[1:]))()
    except KadenceError as error:
        sys.stderr.write(f"kadence: {for_terminal(error.message)}\n")
        sys.exit(2)
    except UnicodeEncodeError:
        sys.stderr.write("kadence: an argument is not valid UTF-8\n")
        sys.exit(2)
