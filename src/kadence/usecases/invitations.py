"""How people are let in: by one-time links, that are made, renewed and withdrawn."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain import audit_log
from kadence.domain.errors import Forbidden, NotFound
from kadence.domain.model import CompanyRole, Instant, TokenKind, User
from kadence.domain.values import Email, Name
from kadence.storage import people
from kadence.usecases.access import require_owner
from kadence.usecases.people import (
    active_user_by_email,
    keep_out,
    let_in_again,
    make_user,
    normal_email,
    refuse_claimed,
)
from kadence.usecases.tokens import EVERYBODY, end_login_links, make_token
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

MOST = 500
"""Invitations in a list: more than anybody looks through."""


class CreateInvitation(Struct, frozen=True):
    """Whom to let in."""

    email: Email
    full_name: Name | None = None


class Invited(Struct, frozen=True):
    """Somebody with a login link."""

    user: User
    login_token: str
    expires: Instant


class Pending(Struct, frozen=True):
    """Somebody who was invited and has not been here yet.

    Their newest link was made at `created`; `expires` is None when it lets in no more.
    """

    user: User
    created: Instant
    expires: Instant | None


def invite(unit: UnitOfWork, validated: Validated[CreateInvitation]) -> Invited:
    """Make a login link for somebody, to be sent to them by any channel.

    For who has a password already it is the way to a new one. Who was deactivated is let in again.

    Raises:
        KadenceError: Forbidden (no owner, or for another owner), BadRequest (no address).
    """
    require_owner(unit)
    wanted = unwrap(validated)
    address = normal_email(wanted.email)
    user = people.find_user_by_email(unit.tx, unit.actor.company_id, address)
    if user is None:
        name = wanted.full_name or address.partition("@")[0]
        user = make_user(unit, address, name, CompanyRole.USER)
    elif user.role == CompanyRole.OWNER:
        raise Forbidden
    else:
        refuse_claimed(user)
    if user.deactivated_at is not None:
        user = let_in_again(unit, user, wanted.full_name or user.full_name)
    return _issue_login_link(unit, user)


def issue_login_link(unit: UnitOfWork, email: str) -> Invited:
    """Make a login link for the person with this address, also an owner.

    Raises:
        KadenceError: NotFound (nobody has it), BadRequest (they are deactivated).
    """
    return _issue_login_link(unit, active_user_by_email(unit, email))


def _issue_login_link(unit: UnitOfWork, user: User) -> Invited:
    # The newest link is the one that counts: the older ones may be with somebody else.
    end_login_links(unit, user)
    expires = unit.clock + unit.retention.login_link
    made = make_token(unit, user, "one-time link", expires=expires, kind=TokenKind.LOGIN_LINK)
    unit.audit(audit_log.INVITED, subject=user.id, token_id=made.token.id)
    return Invited(user, made.secret, expires)


def list_invitations(unit: UnitOfWork, validated: Validated[None]) -> Sequence[Pending]:
    """Return who was invited and has not been here yet, the newest first; at most 500.

    Raises:
        KadenceError: Forbidden (no owner), BadRequest.
    """
    require_owner(unit)
    unwrap(validated)
    found = people.invited(unit.tx, unit.actor.company_id, MOST)
    return [
        Pending(
            user,
            link.created,
            link.expires if link.revoked_at is None and (link.expires or 0) > unit.clock else None,
        )
        for user, link in found
    ]


def withdraw(unit: UnitOfWork, user_id: int, validated: Validated[None]) -> User:
    """End the link of somebody who has not been here yet, and deactivate them.

    Raises:
        KadenceError: Forbidden (no owner, or another owner's), NotFound, BadRequest.
    """
    require_owner(unit)
    unwrap(validated)
    for user, _ in people.invited(unit.tx, unit.actor.company_id, EVERYBODY):
        if user.id == user_id:
            if user.role == CompanyRole.OWNER:
                raise Forbidden
            end_login_links(unit, user)
            return keep_out(unit, user)
    raise NotFound
