"""`kadence user`: the people of the company."""

from typing import Annotated

import typer
from msgspec import UNSET
from rich.table import Table

from kadence.cli.common import (
    DATABASE,
    DatabaseOption,
    JsonOption,
    err,
    look,
    operate,
    option,
    out,
    print_exact,
    print_json,
    purge,
    shown,
)
from kadence.domain.model import CompanyRole, User
from kadence.domain.text import required_line
from kadence.outputs import for_terminal
from kadence.settings import Settings, variable_name
from kadence.usecases import invitations, own_data, people, profiles
from kadence.usecases.people import PeopleQuery
from kadence.usecases.profiles import ChangeProfile
from kadence.usecases.unit_of_work import UnitOfWork
from kadence.web.codec import format_timestamp
from kadence.web.invitations import login_path
from kadence.web.own_data import document_of

app = typer.Typer(help="Add, list, change and deactivate people.", no_args_is_help=True)
Email = Annotated[str, typer.Option(help="Their e-mail address.")]


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Their full name.")],
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Add a person to the company, with a first API token that is shown once.

    A person who was deactivated is let in again, with a new token. The old ones stay revoked.
    """
    made = operate(database, people.add_user, email, name)
    if json:
        print_json(
            {
                "user_uid": made.user.uid,
                "user_id": made.user.id,
                "email": made.user.email,
                "token": made.token,
            }
        )
        return
    out.print(f"Added {shown(made.user.full_name)} <{shown(made.user.email)}>.")
    out.print(f"Their API token, shown only this once:  [bold]{made.token}[/bold]")


@app.command("list")
def list_(database: DatabaseOption = DATABASE, json: JsonOption = False) -> None:
    """List the people of the company."""
    users = operate(database, _everybody)
    if json:
        print_json({"users": [_as_json(user) for user in users]})
        return
    table = Table("id", "name", "e-mail", "role")
    for user in users:
        table.add_row(str(user.id), shown(user.full_name), shown(user.email), _role(user))
    out.print(table)


@app.command()
def change(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    name: Annotated[str | None, typer.Option(help="Their full name from now on.")] = None,
    new_email: Annotated[
        str | None, typer.Option(help="Their e-mail address from now on: they sign in with it.")
    ] = None,
    database: DatabaseOption = DATABASE,
) -> None:
    """Change a person's name or e-mail address. No event tells what they were before."""
    wish = ChangeProfile(
        full_name=UNSET if name is None else required_line("name", name),
        email=UNSET if new_email is None else new_email,
    )
    user = operate(database, profiles.change_profile_of, email, wish)
    out.print(f"{shown(user.full_name)} <{shown(user.email)}> it is.")


@app.command()
def deactivate(email: Email, database: DatabaseOption = DATABASE) -> None:
    """Deactivate a person and revoke all their tokens. What they created stays.

    The last owner stays: make somebody else an owner first.
    """
    user = operate(database, people.deactivate_user, email)
    out.print(f"{shown(user.full_name)} <{shown(user.email)}> is deactivated.")


@app.command()
def owner(email: Email, database: DatabaseOption = DATABASE) -> None:
    """Make a person an owner of the company. The other owners stay."""
    user = operate(database, people.name_owner, email)
    out.print(f"{shown(user.full_name)} <{shown(user.email)}> is an owner.")


@app.command()
def link(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    url: Annotated[
        str,
        typer.Option(
            "--public-url",
            "--url",
            envvar=variable_name("public_url"),
            help="The public URL of the server.",
        ),
    ] = "http://127.0.0.1:8080",
    days: Annotated[int, option("login_link_days")] = 7,
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Create a one-time link that signs in a person without a password, or who forgot it.

    A newer link replaces it.
    """
    retention = Settings(login_link_days=days).retention
    made = operate(database, invitations.issue_login_link, email, retention=retention)
    address = url.rstrip("/") + login_path(made.login_token)
    if json:
        print_json({"url": address, "expires": format_timestamp(made.expires)})
        return
    print(address)  # noqa: T201 - as it is, to be pasted


@app.command()
def export(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    database: DatabaseOption = DATABASE,
) -> None:
    """Print all that there is of a person as JSON: what they may ask of you."""
    found = look(database, own_data.own_data_of, email)
    print_exact(document_of(found).decode() + "\n")


@app.command()
def erase(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list where others named them.")
    ] = False,
    database: DatabaseOption = DATABASE,
) -> None:
    """Erase what is a person's own, for good: name, address, password, names of tokens.

    What they did stays, under a neutral name. Texts that others wrote stay as they are: those with
    the name or address are listed, for you to decide on.
    """
    found = look(database, own_data.mentions_of, email)
    for one in found:
        out.print(f"named in {one.field} of {one.of} {shown(one.id)}")
    if dry_run:
        return
    if not yes:
        typer.confirm(f"Erase what is the own of {for_terminal(email)}, for good?", abort=True)
    erased = operate(database, own_data.erase_person, email)
    out.print(f"{shown(email)} is erased; what they did is told of {shown(erased.full_name)}.")
    if (failed := purge(database)) is not None:
        err.print(
            f"What was overwritten may still be dug out of the database: {shown(str(failed))}. The"
            " server tries again every hour."
        )
    out.print("Backups that were made before have what was there: see docs/people.md.")


def _everybody(unit: UnitOfWork) -> list[User]:
    return people.list_users(unit, PeopleQuery(deactivated=True, limit=2**31))


def _role(user: User) -> str:
    role = CompanyRole.DEACTIVATED if user.deactivated_at is not None else CompanyRole(user.role)
    return role.name.lower()


def _as_json(user: User) -> dict[str, object]:
    return {
        "user_id": user.id,
        "user_uid": user.uid,
        "full_name": user.full_name,
        "email": user.email,
        "role": _role(user),
    }
