"""`kadence token`: the API tokens of people."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from kadence.cli.common import (
    DATABASE,
    DatabaseOption,
    JsonOption,
    operate,
    out,
    print_json,
    shown,
)
from kadence.domain.model import DAY, Instant
from kadence.usecases import people, tokens
from kadence.usecases.tokens import ShownToken

app = typer.Typer(help="Make, list and revoke API tokens.", no_args_is_help=True)


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Whose token it is.")],
    name: Annotated[str, typer.Option(help="What the token is for, for example `ci`.")] = "token",
    expires_in_days: Annotated[
        int | None,
        typer.Option(min=0, max=36_500, help="Days after which the token expires."),
    ] = None,
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Create an API token for a person. It is shown once."""
    expires = None if expires_in_days is None else expires_in_days * DAY
    made = operate(database, people.create_token, email, name, expires)
    if json:
        print_json({"token": made.secret, "token_id": made.token.id})
        return
    out.print(f"Token {made.token.id}, shown only this once:  [bold]{made.secret}[/bold]")


@app.command("list")
def list_(database: DatabaseOption = DATABASE, json: JsonOption = False) -> None:
    """List all API tokens: whose, what for, since when, and whether they still work."""
    every = operate(database, tokens.list_tokens)
    if json:
        print_json({"tokens": [_as_json(one) for one in every]})
        return
    table = Table("id", "whose", "name", "created", "last used", "expires", "revoked")
    for one in every:
        token = one.token
        table.add_row(
            str(token.id),
            shown(one.user.email),
            shown(token.name),
            *(
                _when(moment) or "-"
                for moment in (
                    token.created,
                    token.last_used,
                    token.expires,
                    token.revoked_at,
                )
            ),
        )
    out.print(table)


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(help="The token's id, as `token list` shows it.")],
    database: DatabaseOption = DATABASE,
) -> None:
    """Revoke a token. The next request with it returns 401."""
    operate(database, tokens.revoke_token, token_id)
    out.print(f"Token {token_id} is revoked.")


def _when(moment: Instant | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="seconds")


def _as_json(shown: ShownToken) -> dict[str, object]:
    token = shown.token
    return {
        "token_id": token.id,
        "email": shown.user.email,
        "name": token.name,
        "created": _when(token.created),
        "last_used": _when(token.last_used),
        "expires": _when(token.expires),
        "revoked": _when(token.revoked_at),
    }
