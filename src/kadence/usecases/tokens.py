"""Tokens of people: how they are made, listed and ended; of their secrets only digests are kept."""

from msgspec import Struct
from msgspec.structs import asdict

from kadence.domain import audit_log, events
from kadence.domain.errors import NotFound
from kadence.domain.model import Instant, Token, TokenKind, User
from kadence.domain.replay import NOT_JOURNALED
from kadence.domain.text import required_line
from kadence.storage import people
from kadence.usecases.unit_of_work import UnitOfWork, token_digest

EVERYBODY = 2**31
"""More people than a company has."""

_NOT_TOLD = NOT_JOURNALED["tokens"]


class NewToken(Struct, frozen=True):
    """A token that was just made, with its secret: shown once."""

    secret: str
    token: Token


class ShownToken(Struct, frozen=True):
    """A token beside the person that it belongs to."""

    token: Token
    user: User


def make_token(
    unit: UnitOfWork,
    user: User,
    name: str,
    *,
    expires: Instant | None,
    kind: TokenKind = TokenKind.API,
    parent_id: int | None = None,
) -> NewToken:
    """Make a token; of its secret only the digest is kept.

    Raises:
        BadRequest: its name cannot be seen, or is too long.
    """
    secret = unit.new_secret()
    token = people.insert_token(
        unit.tx,
        Token(
            id=0,
            company_id=unit.actor.company_id,
            user_id=user.id,
            digest=token_digest(secret),
            name=required_line("name", name),
            created=unit.now,
            last_used=None,
            expires=expires,
            revoked_at=None,
            kind=kind.value,
            parent_id=parent_id,
        ),
    )
    told = {name: value for name, value in asdict(token).items() if name not in _NOT_TOLD}
    unit.record(events.TOKEN_CREATED, told)
    if kind is TokenKind.API:
        unit.audit(audit_log.TOKEN_MADE, subject=user.id, token_id=token.id)
    return NewToken(secret, token)


def list_tokens(unit: UnitOfWork) -> list[ShownToken]:
    """Return all tokens of the company, oldest first."""
    everybody = people.list_users(unit.tx, unit.actor.company_id, deactivated=True, limit=EVERYBODY)
    by_id = {user.id: user for user in everybody}
    return [
        ShownToken(token, by_id[token.user_id])
        for token in people.list_tokens(unit.tx, unit.actor.company_id)
    ]


def revoke_token(unit: UnitOfWork, token_id: int) -> None:
    """Revoke a token, from the next request on; once revoked it stays so.

    Raises:
        NotFound: the company has no such token.
    """
    for token in people.list_tokens(unit.tx, unit.actor.company_id):
        if token.id == token_id:
            if token.revoked_at is None:
                end_token(unit, token)
                unit.audit(audit_log.TOKEN_REVOKED, subject=token.user_id, token_id=token.id)
            return
    raise NotFound(f"there is no token {token_id}")


def end_token(unit: UnitOfWork, token: Token) -> None:
    """Revoke a token of the actor's company that is still valid.

    The sessions that were begun by it end too.
    """
    company_id = unit.actor.company_id
    good = people.tokens_of(unit.tx, company_id, token.user_id, unit.clock)
    for ended in [token, *(one for one in good if one.parent_id == token.id)]:
        people.revoke_token(unit.tx, company_id, ended.id, unit.now)
        unit.record(events.TOKEN_REVOKED, {"id": ended.id, "user_id": ended.user_id})


def end_login_links(unit: UnitOfWork, user: User) -> None:
    """End the login links of somebody."""
    for token in people.tokens_of(unit.tx, unit.actor.company_id, user.id, unit.clock):
        if token.kind == TokenKind.LOGIN_LINK:
            end_token(unit, token)
