"""How people get in with a browser: sessions, one-time links, passwords, and their own tokens.

A session is a token whose secret stands in a cookie: docs/decisions/0010-sign-in.md.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import audit_log, events
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, Forbidden, NotFound, RuleViolation, Unauthenticated
from kadence.domain.model import DAY, Instant, Token, TokenKind, User
from kadence.domain.values import Name
from kadence.storage import people
from kadence.storage.sign_in_attempts import SignInAttempt
from kadence.usecases import passwords
from kadence.usecases.people import (
    current_user,
)
from kadence.usecases.sign_in_attempts import count_attempt, take_back
from kadence.usecases.tokens import NewToken, end_token, make_token
from kadence.usecases.unit_of_work import UnitOfWork, Validated, token_digest, unwrap

SESSION_NAME = "browser session"

Password: TypeAlias = Annotated[
    str, Meta(min_length=passwords.SHORTEST, max_length=passwords.LONGEST)
]
Typed: TypeAlias = Annotated[str, Meta(max_length=passwords.LONGEST)]


class CreateSession(Struct, frozen=True):
    """One of three: `email` and `password`, an API `token`, or the `key` of a one-time link."""

    email: Typed | None = None
    password: Typed | None = None
    token: Typed | None = None
    key: Typed | None = None

    def __post_init__(self) -> None:
        by_password = self.email is not None and self.password is not None
        ways = [by_password, self.token is not None, self.key is not None]
        if sum(ways) != 1:
            raise RuleViolation(
                ErrorId.SIGN_IN_WAYS, 1, "Session should have email and password, or token, or key"
            )


class ChangePassword(Struct, frozen=True):
    """A new password, and the old one if there is one."""

    password: Password
    current: Typed | None = None


class Candidate(Struct, frozen=True):
    """Somebody who may be who they say, and what is kept of their password.

    There may be nobody with the address; the `attempt` counts all the same.
    """

    user_id: int | None
    password_hash: str | None
    attempt: SignInAttempt


class NewSession(Struct, frozen=True):
    """A session that was just made, with its secret, and whose it is; it `lasts` milliseconds."""

    secret: str
    lasts: Instant
    user: User
    has_password: bool
    in_person: bool


class Present(Struct, frozen=True):
    """Who asks, and whether they can sign in with a password."""

    user: User
    has_password: bool


class SignedIn(Present, frozen=True):
    """The same, and whether they came by a password or a link, and by no API token."""

    in_person: bool


class CreateToken(Struct, frozen=True):
    """What to call a token, and for how long it is good; without days it does not end."""

    name: Name
    expires_in_days: Annotated[int, Meta(ge=1, le=3660)] | None = None


def candidate(unit: UnitOfWork, attempt_id: str, client: str, email: str) -> Candidate:
    """Return the person of the company with this address, and count the attempt to be them.

    Raises:
        TooManyRequests: too many of the client or for the address failed.
    """
    address = email.strip().lower()
    attempt = count_attempt(unit, attempt_id, client, address)
    user = people.find_user_by_email(unit.tx, unit.actor.company_id, address)
    if user is None or user.deactivated_at is not None:
        return Candidate(None, None, attempt)
    kept = people.password_hash(unit.tx, unit.actor.company_id, user.id)
    return Candidate(user.id, kept, attempt)


def begin_with_password(unit: UnitOfWork, proved: Candidate) -> NewSession:
    """Begin the session of somebody whose password was right.

    Raises:
        Unauthenticated: they have been deactivated, or have another password.
    """
    if proved.user_id is None:
        raise Unauthenticated
    user = people.find_user(unit.tx, unit.actor.company_id, proved.user_id)
    kept = people.password_hash(unit.tx, unit.actor.company_id, proved.user_id)
    if user is None or user.deactivated_at is not None or kept != proved.password_hash:
        raise Unauthenticated
    take_back(unit, proved.attempt)
    return _begin(unit, user)


def fail(unit: UnitOfWork, tried: Candidate) -> None:
    """Tell in the audit log that a password was wrong: of whom, if there is somebody.

    Who tried is not known, though it was in a session.
    """
    unit.actor = replace(unit.actor, user_id=0)
    unit.audit(audit_log.SIGN_IN_FAILED, subject=tried.user_id)


def fail_by(unit: UnitOfWork, secret: str) -> None:
    """Tell in the audit log that somebody came with a token or link that is no longer valid.

    What was never one is not told: anybody can make that up.
    """
    token = people.find_token(unit.tx, token_digest(secret))
    if token is not None:
        unit.actor = replace(unit.actor, company_id=token.company_id)
        unit.audit(audit_log.SIGN_IN_FAILED, subject=token.user_id, token_id=token.id)


def begin_with_token(unit: UnitOfWork, secret: str) -> NewSession:
    """Begin a session of the person whose API token this is, ending with it at the latest.

    Raises:
        Unauthenticated: it is no API token, or no longer valid.
    """
    return _begin_by(unit, secret, TokenKind.API)


def begin_with_login_token(unit: UnitOfWork, login_token: str) -> NewSession:
    """Begin the session of somebody with a login link, which is used up by it.

    Raises:
        Unauthenticated: it is no login link, was used, or has expired.
    """
    return _begin_by(unit, login_token, TokenKind.LOGIN_LINK)


def _begin_by(unit: UnitOfWork, secret: str, kind: TokenKind) -> NewSession:
    token = people.find_token(unit.tx, token_digest(secret))
    if token is None or token.kind != kind:
        raise Unauthenticated
    unit.actor = replace(unit.actor, company_id=token.company_id)
    if token.revoked_at is not None or (token.expires or unit.clock + 1) <= unit.clock:
        raise Unauthenticated
    user = people.find_user(unit.tx, token.company_id, token.user_id)
    if user is None or user.deactivated_at is not None:
        raise Unauthenticated
    if kind is TokenKind.LOGIN_LINK:
        end_token(unit, token)
        return _begin(unit, user)
    return _begin(unit, user, token)


def _begin(unit: UnitOfWork, user: User, by: Token | None = None) -> NewSession:
    """Begin a session; `by` is the API token with which it ends."""
    ends = unit.clock + unit.retention.session
    if by is not None and by.expires is not None:
        ends = min(ends, by.expires)
    made = make_token(
        unit,
        user,
        SESSION_NAME,
        expires=ends,
        kind=TokenKind.SESSION,
        parent_id=by.id if by else None,
    )
    ids = {"token_id": made.token.id} | ({"by_token_id": by.id} if by else {})
    unit.audit(audit_log.SIGNED_IN, author=user.id, **ids)
    has_password = people.password_hash(unit.tx, user.company_id, user.id) is not None
    lasts = unit.retention.session
    return NewSession(made.secret, lasts, user, has_password, in_person=by is None)


def who_is_here(unit: UnitOfWork, validated: Validated[None]) -> Present:
    """Return who asks.

    Raises:
        KadenceError: BadRequest, NotFound.
    """
    user = current_user(unit, validated)
    kept = people.password_hash(unit.tx, unit.actor.company_id, user.id)
    return Present(user, kept is not None)


def signed_in(unit: UnitOfWork, validated: Validated[None]) -> SignedIn:
    """Return who asks, and how they came.

    Raises:
        KadenceError: BadRequest, NotFound.
    """
    found = who_is_here(unit, validated)
    return SignedIn(found.user, found.has_password, _is_in_person(unit))


def end_session(unit: UnitOfWork, validated: Validated[None]) -> User:
    """End the session that asks.

    Raises:
        Forbidden: it is not a session but an API token that asks.
        BadRequest: the body is invalid.
    """
    _only_in_session(unit)
    user = current_user(unit, validated)
    this = _this(unit)
    end_token(unit, this)
    unit.audit(audit_log.SIGNED_OUT, token_id=this.id)
    return user


def own_password(unit: UnitOfWork) -> str | None:
    """Return what is kept of the password of whoever asks.

    Raises:
        Forbidden: an API token asks.
    """
    only_in_person(unit)
    return people.password_hash(unit.tx, unit.actor.company_id, unit.actor.user_id)


def guess_own_password(unit: UnitOfWork, attempt_id: str, client: str) -> Candidate:
    """As `own_password`, and count that somebody tries to know it.

    Raises:
        KadenceError: Forbidden (an API token asks), TooManyRequests.
    """
    kept = own_password(unit)
    attempt = count_attempt(unit, attempt_id, client, f"session {unit.actor.token_id}")
    return Candidate(unit.actor.user_id, kept, attempt)


def demand_proof(unit: UnitOfWork, proved: Candidate | None) -> None:
    """Let only somebody on who has just shown to know their password, if they have one.

    Raises:
        BadRequest: they have one, and it was not shown; or it was changed meanwhile.
    """
    actor = unit.actor
    kept = people.password_hash(unit.tx, actor.company_id, actor.user_id)
    if kept is not None and (proved is None or proved.password_hash != kept):
        raise BadRequest(ErrorId.PASSWORD_WRONG, "current should be the password that you have now")
    if proved is not None:
        take_back(unit, proved.attempt)


def set_password(unit: UnitOfWork, hash_: str, proved: Candidate | None) -> User:
    """Give whoever asks another password, and end their other sessions.

    `hash_` is what is kept of it; `proved` whose old one was right, if they had one.

    Raises:
        Forbidden: an API token asks, or a session by one; or the password was changed meanwhile.
    """
    only_in_person(unit)
    actor = unit.actor
    known = proved.password_hash if proved else None
    if people.password_hash(unit.tx, actor.company_id, actor.user_id) != known:
        raise Forbidden
    if proved is not None:
        take_back(unit, proved.attempt)
    people.set_password(unit.tx, actor.company_id, actor.user_id, hash_, unit.now)
    unit.record(events.PASSWORD_SET, {"id": actor.user_id})
    unit.audit(audit_log.PASSWORD_CHANGED)
    for token in _own(unit):
        if token.kind != TokenKind.API and token.id != actor.token_id:
            end_token(unit, token)
    return current_user(unit)


def own_tokens(unit: UnitOfWork, validated: Validated[None]) -> Sequence[Token]:
    """Return the API tokens and sessions of whoever asks that are good, oldest first.

    Raises:
        KadenceError: Forbidden (an API token asks), BadRequest.
    """
    _only_in_session(unit)
    unwrap(validated)
    return [token for token in _own(unit) if token.kind != TokenKind.LOGIN_LINK]


def create_own_token(unit: UnitOfWork, validated: Validated[CreateToken]) -> NewToken:
    """Make an API token for whoever asks.

    Raises:
        KadenceError: Forbidden (an API token asks), BadRequest.
    """
    only_in_person(unit)
    wanted = unwrap(validated)
    days = wanted.expires_in_days
    expires = None if days is None else unit.clock + days * DAY
    return make_token(unit, current_user(unit), wanted.name, expires=expires)


def revoke_own_token(unit: UnitOfWork, token_id: int, validated: Validated[None]) -> Token:
    """End a token or session of whoever asks.

    Raises:
        KadenceError: Forbidden (an API token asks), NotFound (they have no such), BadRequest.
    """
    for token in own_tokens(unit, validated):
        if token.id == token_id:
            end_token(unit, token)
            unit.audit(audit_log.TOKEN_REVOKED, subject=token.user_id, token_id=token.id)
            return token
    raise NotFound


def _own(unit: UnitOfWork) -> list[Token]:
    return people.tokens_of(unit.tx, unit.actor.company_id, unit.actor.user_id, unit.clock)


def _this(unit: UnitOfWork) -> Token:
    return next(token for token in _own(unit) if token.id == unit.actor.token_id)


def _only_in_session(unit: UnitOfWork) -> None:
    """Let only a browser in.

    Raises:
        Forbidden: an API token asks.
    """
    if unit.actor.token_kind != TokenKind.SESSION:
        raise Forbidden


def only_in_person(unit: UnitOfWork) -> None:
    """Let only somebody in who came by a password or a link.

    An API token makes no tokens and sets no password, nor does a session that was begun by one: a
    token that got lost is over when it is ended.

    Raises:
        Forbidden: it is an API token, or such a session.
    """
    if not _is_in_person(unit):
        raise Forbidden


def _is_in_person(unit: UnitOfWork) -> bool:
    return unit.actor.token_kind == TokenKind.SESSION and _this(unit).parent_id is None
