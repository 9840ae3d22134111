"""Signed links: one chart, report or calendar for somebody without a token.

A link's key is its id and a signature over all that it grants, made with the company's signing key.
Why that key lies in the database: docs/decisions/0008-signed-links.md.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import audit_log, events
from kadence.domain.access import Actor, role_in_space
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import Forbidden, NotFound, RuleViolation
from kadence.domain.model import DAY, Instant, Link, Shows, SpaceRole
from kadence.domain.values import canonical_uid
from kadence.storage import links, people
from kadence.storage.transactions import Transaction
from kadence.usecases.access import authorize_space
from kadence.usecases.iteration_cards import find_iteration
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LONGEST = 366
"""The most days for which a link is valid."""

OF_SPACE = frozenset({Shows.VELOCITY, Shows.ITERATIONS})
"""What is shown of a space; all else is of an iteration."""


class CreateLink(Struct, frozen=True):
    """What to share, and for how long.

    `velocity` and `iterations` (a calendar) are of the space, all else is of an iteration.
    """

    shows: Shows
    iteration_id: str | None = None
    expires_in_days: Annotated[int, Meta(ge=1, le=LONGEST)] = 90


class SignedLink(Struct, frozen=True):
    """A link, the key that opens it ("" for all but who made it), and whether who looks did."""

    link: Link
    link_key: str
    is_own: bool


def create_link(unit: UnitOfWork, space_uid: str, validated: Validated[CreateLink]) -> SignedLink:
    """Share something of a space with whoever gets the link.

    Raises:
        KadenceError: NotFound (space or iteration), Forbidden (no writer), BadRequest,
            RuleViolation (code 1, no iteration is named; 2, one is, for what is of the space).
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    new = unwrap(validated)
    iteration_id = None if new.iteration_id is None else canonical_uid(new.iteration_id)
    if new.shows in OF_SPACE and iteration_id is not None:
        raise RuleViolation(
            ErrorId.LINK_SCOPE, 2, f"{new.shows} is of the whole space, not of an iteration"
        )
    if new.shows not in OF_SPACE:
        if iteration_id is None:
            raise RuleViolation(
                ErrorId.LINK_SCOPE, 1, f"Link should have iteration_id to show {new.shows}"
            )
        find_iteration(unit, access, iteration_id)
    link = Link(
        company_id=unit.actor.company_id,
        id=unit.new_id(),
        space_uid=access.space_uid,
        iteration_id=iteration_id,
        shows=new.shows.value,
        user_id=unit.actor.user_id,
        created=unit.now,
        expires=unit.clock + new.expires_in_days * DAY,
        revoked_at=None,
    )
    links.LINKS.insert(unit.tx, link)
    _tell_of_new(unit, link)
    return SignedLink(link, _link_key(link, _signing_key(unit)), is_own=True)


def list_links(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> list[SignedLink]:
    """Return the links of a space that work, the oldest first; with the key of one's own alone.

    Raises:
        KadenceError: NotFound, Forbidden (no writer), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    unwrap(validated)
    company_id = unit.actor.company_id
    found = links.valid(unit.tx, company_id, access.space_uid, unit.clock)
    signing_key = links.key_of(unit.tx, company_id) or ""
    made = []
    for link in found:
        is_own = link.user_id == unit.actor.user_id
        made.append(SignedLink(link, _link_key(link, signing_key) if is_own else "", is_own))
    return made


def revoke_link(unit: UnitOfWork, space_uid: str, link_id: str, validated: Validated[None]) -> Link:
    """End a link before its time: one's own, or as the space's admin any.

    Raises:
        KadenceError: NotFound (also one that was revoked), Forbidden, BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    link = links.LINKS.find(unit.tx, unit.actor.company_id, link_id)
    unwrap(validated)
    if link is None or link.space_uid != access.space_uid or link.revoked_at is not None:
        raise NotFound
    own = link.user_id == unit.actor.user_id
    if not own and role_in_space(unit.actor.company_role, access) != SpaceRole.ADMIN:
        raise Forbidden
    return _revoke(unit, link)


def renew_links(unit: UnitOfWork, space_uid: str) -> list[Link]:
    """Give each link of a space that works another key: the old ones open nothing any more.

    Whoever made a link finds the new key in the list of the space's links.

    Raises:
        KadenceError: NotFound, Forbidden (no admin).
    """
    access = authorize_space(unit, space_uid, SpaceRole.ADMIN)
    renewed = []
    for link in links.valid(unit.tx, unit.actor.company_id, access.space_uid, unit.clock):
        _revoke(unit, link)
        new = replace(link, id=unit.new_id(), created=unit.now)
        links.LINKS.insert(unit.tx, new)
        _tell_of_new(unit, new)
        renewed.append(new)
    return renewed


def _revoke(unit: UnitOfWork, link: Link) -> Link:
    revoked = links.LINKS.update(unit.tx, link, {"revoked_at": unit.now})
    unit.record(
        events.LINK_REVOKED,
        {"id": link.id},
        space_uid=link.space_uid,
        iteration_id=link.iteration_id,
    )
    unit.audit(audit_log.LINK_REVOKED, link_id=link.id, space_uid=link.space_uid)
    return revoked


def holder(tx: Transaction, link_key: str, now: Instant) -> tuple[Actor, Link]:
    """Return who a link's key stands for, and the link.

    Raises:
        NotFound: no such link, a wrong signature, or it has expired, was revoked, or the person who
            made it is deactivated.
    """
    id_, _, _ = link_key.partition(".")
    link = links.by_id(tx, id_)
    if link is None or link.revoked_at is not None or link.expires <= now:
        raise NotFound
    signing_key = links.key_of(tx, link.company_id)
    if signing_key is None or not hmac.compare_digest(
        _link_key(link, signing_key).encode(), link_key.encode()
    ):
        raise NotFound
    actor = people.actor_of(tx, link.company_id, link.user_id)
    if actor is None:
        raise NotFound
    return actor, link


def find_link(unit: UnitOfWork, link_key: str) -> Link:
    """Return the link that a valid key opens.

    Raises:
        NotFound: as `holder`.
    """
    return holder(unit.tx, link_key, unit.clock)[1]


def _link_key(link: Link, signing_key: str) -> str:
    granted: Sequence[object] = (
        link.company_id,
        link.id,
        link.space_uid,
        link.iteration_id or "",
        link.shows,
        link.user_id,
        link.expires,
    )
    text = "\n".join(map(str, granted)).encode()
    signature = hmac.new(signing_key.encode(), text, hashlib.sha256).digest()
    return f"{link.id}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _signing_key(unit: UnitOfWork) -> str:
    """Return the company's key, made with its first link."""
    signing_key = links.key_of(unit.tx, unit.actor.company_id)
    if signing_key is None:
        signing_key = unit.new_secret()
        links.insert_key(unit.tx, unit.actor.company_id, signing_key, unit.now)
    return signing_key


def _tell_of_new(unit: UnitOfWork, link: Link) -> None:
    unit.record(events.LINK_CREATED, link, space_uid=link.space_uid, iteration_id=link.iteration_id)
    unit.audit(audit_log.LINK_MADE, link_id=link.id, space_uid=link.space_uid)
