"""What people say of themselves: name, e-mail address, language and time zone."""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from kadence.domain import audit_log
from kadence.domain.calendar import time_zones
from kadence.domain.changes import changed
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import Forbidden, NotFound, RuleViolation
from kadence.domain.model import CompanyRole, User
from kadence.domain.values import Email, Name
from kadence.storage import people
from kadence.usecases.access import require_owner
from kadence.usecases.people import demand_free_email, normal_email, store, user_by_email
from kadence.usecases.sessions import Candidate, Typed, demand_proof, only_in_person
from kadence.usecases.tokens import end_login_links
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

Language: TypeAlias = Literal["en", "ru"]
Zone: TypeAlias = Annotated[str, Meta(max_length=64)]


class ChangeProfile(Struct, frozen=True):
    """What to say of a person from now on; None for a language or time zone takes it back."""

    full_name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET
    current: Typed | None = None
    """One's own password, if there is one: asked for with another address of one's own."""


def change_profile(
    unit: UnitOfWork,
    user_id: int,
    validated: Validated[ChangeProfile],
    proved: Candidate | None = None,
) -> User:
    """Change what is said of oneself, or, by an owner, of somebody who is none.

    An address that one gives oneself is claimed, until an owner saves it; `proved` is that one's
    own password was right.

    Raises:
        KadenceError: NotFound, Forbidden (not oneself and no owner; another owner; an API token
            asks for its own person), BadRequest (also: the password is not proved, somebody else
            has the address, or there is no such time zone).
    """
    is_own = user_id == unit.actor.user_id
    if is_own:
        only_in_person(unit)
    else:
        require_owner(unit)
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if user is None or user.erased_at is not None:
        raise NotFound
    if not is_own and user.role == CompanyRole.OWNER:
        raise Forbidden
    new = _wished(user, unwrap(validated), claimed=user.email_claimed if is_own else 0)
    if is_own and new.email != user.email:
        demand_proof(unit, proved)
        new = replace(new, email_claimed=int(unit.actor.company_role != CompanyRole.OWNER))
    return _store(unit, user, new)


def change_profile_of(unit: UnitOfWork, email: str, change: ChangeProfile) -> User:
    """Change what is said of the person with this address, for whoever runs the server.

    Raises:
        KadenceError: NotFound, BadRequest.
    """
    user = user_by_email(unit, email)
    return _store(unit, user, _wished(user, change, claimed=0))


def _wished(user: User, change: ChangeProfile, *, claimed: int) -> User:
    zone = change.timezone
    if isinstance(zone, str) and zone not in time_zones():
        raise RuleViolation(
            ErrorId.ZONE_UNKNOWN, 1, "timezone should be a name of the IANA time zone database"
        )
    new = changed(user, change)
    if isinstance(change.email, str):
        return replace(new, email=normal_email(change.email), email_claimed=claimed)
    return new


def _store(unit: UnitOfWork, user: User, new: User) -> User:
    if new.email != user.email:
        demand_free_email(unit, new.email)
        # Who had the link to the old address may be somebody else.
        end_login_links(unit, user)
        unit.audit(audit_log.EMAIL_CHANGED, subject=user.id)
    return store(unit, user, new)
