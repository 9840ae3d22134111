"""What is done with the people of a company."""

from collections.abc import Mapping, Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from msgspec import Struct
from msgspec.structs import asdict, replace

from kadence.domain import audit_log, events
from kadence.domain.access import role_in_space
from kadence.domain.changes import differences
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, NotFound, RuleViolation
from kadence.domain.model import PROFILE, CompanyRole, User
from kadence.domain.replay import NOT_JOURNALED
from kadence.domain.text import required_line
from kadence.storage import people, spaces
from kadence.usecases.tokens import EVERYBODY, NewToken, end_token, make_token
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class PeopleQuery(Struct, frozen=True):
    """Which people of the company a caller wants to see."""

    text: str | None = None
    ids: Sequence[int] | None = None
    deactivated: bool = False
    no_members_of: Sequence[str] = ()
    nobody: bool = False
    limit: int = 100
    offset: int = 0


class NewUser(Struct, frozen=True):
    """A person who was just made, with the secret of their first token: shown once."""

    user: User
    token: str


def current_user(unit: UnitOfWork, validated: Validated[None] = None) -> User:
    """Return the person who asks.

    Raises:
        BadRequest: the body is invalid.
    """
    unwrap(validated)
    user = people.find_user(unit.tx, unit.actor.company_id, unit.actor.user_id)
    if user is None:
        raise NotFound
    return user


def list_users(unit: UnitOfWork, query: Validated[PeopleQuery]) -> list[User]:
    """Return the people of the actor's company, by id.

    Raises:
        BadRequest: the query is invalid.
    """
    wanted = unwrap(query)
    if wanted.nobody:
        return []
    found = (spaces.access_by_uid(unit.tx, unit.actor, uid) for uid in wanted.no_members_of)
    readable = [one for one in found if one and role_in_space(unit.actor.company_role, one)]
    return people.list_users(
        unit.tx,
        unit.actor.company_id,
        text=wanted.text,
        ids=wanted.ids,
        deactivated=wanted.deactivated,
        no_members_of=[one.space_id for one in readable],
        limit=wanted.limit,
        offset=wanted.offset,
    )


def get_user(unit: UnitOfWork, user_id: int, validated: Validated[None]) -> User:
    """Return one person of the actor's company, a deactivated one too.

    Raises:
        KadenceError: NotFound, BadRequest.
    """
    found = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if found is None:
        raise NotFound
    unwrap(validated)
    return found


def make_user(unit: UnitOfWork, email: str, full_name: str, role: CompanyRole) -> User:
    """Make a person of the company; the username comes from the address.

    Raises:
        BadRequest: the address or the name is invalid, or a person of the company has the address.
    """
    address = normal_email(email)
    line = required_line("name", full_name)
    demand_free_email(unit, address)
    user = people.insert_user(
        unit.tx,
        User(
            id=0,
            uid=unit.new_id(),
            company_id=unit.actor.company_id,
            email=address,
            full_name=line,
            username=_free_username(unit, address),
            email_claimed=0,
            language=None,
            timezone=None,
            role=role.value,
            deactivated_at=None,
            erased_at=None,
            last_request_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.USER_CREATED, _told(asdict(user)))
    return user


def refuse_claimed(user: User) -> None:
    """Stop here when a person is known only by their own word to be whom the address means.

    Raises:
        RuleViolation: they are.
    """
    if user.email_claimed:
        raise RuleViolation(
            ErrorId.EMAIL_CLAIMED,
            5,
            f"{user.email} is the address of {user.full_name} by their own word: an owner has to"
            " confirm it first",
        )


def demand_free_email(unit: UnitOfWork, address: str) -> None:
    """Make sure that nobody of the company has an address yet.

    Raises:
        BadRequest: somebody has.
    """
    if people.find_user_by_email(unit.tx, unit.actor.company_id, address) is not None:
        raise BadRequest(
            ErrorId.EMAIL_TAKEN, f"there is already a user with the e-mail address {address}"
        )


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event may tell of a person: nothing that is their own."""
    return {name: value for name, value in values.items() if name not in _NOT_TOLD}


_NOT_TOLD = (*PROFILE, *NOT_JOURNALED["users"])


def add_user(unit: UnitOfWork, email: str, full_name: str) -> NewUser:
    """Make a person of the company, or let one in again who was deactivated; with a new token.

    Raises:
        BadRequest: the address or the name is invalid, or an active person has the address.
    """
    known = people.find_user_by_email(unit.tx, unit.actor.company_id, normal_email(email))
    if known is not None and known.deactivated_at is not None:
        user = let_in_again(unit, known, required_line("name", full_name))
    else:
        user = make_user(unit, email, full_name, CompanyRole.USER)
    return NewUser(user, make_token(unit, user, "first token", expires=None).secret)


def let_in_again(unit: UnitOfWork, user: User, full_name: str) -> User:
    """Return a deactivated person who is active again; no token of before comes back to life."""
    while good := people.tokens_of(unit.tx, unit.actor.company_id, user.id, unit.clock):
        end_token(unit, good[0])
    unit.audit(audit_log.ACTIVATED, subject=user.id)
    return store(unit, user, replace(user, full_name=full_name, deactivated_at=None))


def name_owner(unit: UnitOfWork, email: str) -> User:
    """Make a person one more owner of the company.

    Raises:
        NotFound: nobody of the company has this address.
        BadRequest: they are deactivated.
    """
    user = active_user_by_email(unit, email)
    refuse_claimed(user)
    if user.role != CompanyRole.OWNER:
        unit.audit(audit_log.OWNER_NAMED, subject=user.id)
    return store(unit, user, replace(user, role=CompanyRole.OWNER.value))


def store(unit: UnitOfWork, user: User, new: User) -> User:
    """Keep what has changed of a person; of what is their own the event has but the names."""
    before, after = differences(user, new)
    if not after:
        return user
    new = replace(new, updated=unit.now)
    people.update_user(unit.tx, new)
    unit.record(
        events.USER_CHANGED,
        {
            "id": user.id,
            "old": _told(before),
            "new": _told(after),
            "profile": [name for name in after if name in PROFILE],
        },
    )
    return new


def invite(unit: UnitOfWork, email: str) -> User:
    """Return the person of the company with this address, made when there is none; without a token.

    Who was deactivated is let in again when an owner invites them.

    Raises:
        BadRequest: the address is invalid.
    """
    address = normal_email(email)
    user = people.find_user_by_email(unit.tx, unit.actor.company_id, address)
    if user is None:
        return make_user(unit, address, address.partition("@")[0], CompanyRole.USER)
    refuse_claimed(user)
    if user.deactivated_at is not None and unit.actor.company_role == CompanyRole.OWNER:
        return let_in_again(unit, user, user.full_name)
    return user


def deactivate_user(unit: UnitOfWork, email: str) -> User:
    """End all of a person's tokens at once and keep them out.

    Raises:
        NotFound: nobody of the company has this address.
        BadRequest: it is the company's last owner.
    """
    user = user_by_email(unit, email)
    if user.deactivated_at is not None:
        return user
    refuse_last_owner(unit, user)
    return keep_out(unit, user)


def refuse_last_owner(unit: UnitOfWork, user: User) -> None:
    """Stop here when a company would be left without an owner.

    Raises:
        BadRequest: it is the last one.
    """
    everybody = people.list_users(
        unit.tx, unit.actor.company_id, deactivated=False, limit=EVERYBODY
    )
    owners = [one.id for one in everybody if one.role == CompanyRole.OWNER]
    if owners == [user.id]:
        raise BadRequest(
            ErrorId.LAST_OWNER,
            f"{user.email} is the company's last owner and cannot be deactivated",
        )


def keep_out(unit: UnitOfWork, user: User) -> User:
    """Deactivate somebody who may be."""
    gone = replace(user, deactivated_at=unit.now, updated=unit.now)
    people.update_user(unit.tx, gone)
    unit.record(events.USER_DEACTIVATED, {"id": user.id})
    unit.audit(audit_log.DEACTIVATED, subject=user.id)
    return gone


def user_by_email(unit: UnitOfWork, email: str) -> User:
    """Return the person of the company with this address.

    Raises:
        NotFound: nobody has it.
    """
    user = people.find_user_by_email(unit.tx, unit.actor.company_id, email.strip().lower())
    if user is None:
        raise NotFound(f"there is no user with the e-mail address {email}")
    return user


def active_user_by_email(unit: UnitOfWork, email: str) -> User:
    """Return the person of the company with this address, who may come in.

    Raises:
        NotFound: nobody has it.
        BadRequest: they are deactivated.
    """
    user = user_by_email(unit, email)
    if user.deactivated_at is not None:
        raise BadRequest(ErrorId.USER_DEACTIVATED, f"{user.email} is deactivated")
    return user


def create_token(unit: UnitOfWork, email: str, name: str, expires_in: int | None) -> NewToken:
    """Make a token for a person, ending in so many milliseconds if that is given.

    Raises:
        NotFound: nobody of the company has this address.
        BadRequest: they are deactivated.
    """
    user = active_user_by_email(unit, email)
    expires = None if expires_in is None else unit.clock + expires_in
    return make_token(unit, user, name, expires=expires)


def normal_email(email: str) -> str:
    """Return the address in lower case.

    Names of a home network (`anna@nas.local`) are addresses here, so no domain is looked up.

    Raises:
        BadRequest: it is invalid.
    """
    try:
        found = validate_email(
            email.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise RuleViolation(
            ErrorId.EMAIL_INVALID, 1, 'email should match format "email"'
        ) from error
    return found.normalized.lower()


def _free_username(unit: UnitOfWork, address: str) -> str:
    stem = address.partition("@")[0]
    taken = people.usernames_like(unit.tx, unit.actor.company_id, stem)
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}{number}"
    return name
