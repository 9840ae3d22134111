"""A person's own data: all of it in one document, and its end."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain import audit_log as deeds
from kadence.domain import events
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest
from kadence.domain.model import Comment, Iteration, Token, User
from kadence.storage import audit_log, installation, own_data, people
from kadence.storage.own_data import CardOf, Membership, Mention
from kadence.usecases.audit_log import ShownEntry, show
from kadence.usecases.people import current_user, keep_out, refuse_last_owner, user_by_email
from kadence.usecases.sessions import Candidate, Typed, demand_proof, only_in_person
from kadence.usecases.tokens import end_token
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

MOST_MENTIONS = 1000
"""Places listed of each field in which somebody is named."""


class OwnData(Struct, frozen=True):
    """What there is of a person, but for what others wrote of them and the secrets themselves."""

    user: User
    has_password: bool
    memberships: Sequence[Membership]
    tokens: Sequence[Token]
    cards: Sequence[CardOf]
    comments: Sequence[Comment]
    iterations: Sequence[Iteration]
    audit_log: Sequence[ShownEntry]


class EraseOneself(Struct, frozen=True):
    """One's own e-mail address, so that nobody does it by a slip; the password, if there is one."""

    email: Typed
    current: Typed | None = None


def own_data_of_caller(unit: UnitOfWork, validated: Validated[None]) -> OwnData:
    """Return what there is of whoever asks.

    Raises:
        KadenceError: Forbidden (an API token asks), BadRequest.
    """
    only_in_person(unit)
    return _gathered(unit, current_user(unit, validated))


def own_data_of(unit: UnitOfWork, email: str) -> OwnData:
    """Return what there is of the person with this address, for whoever runs the server.

    Raises:
        NotFound: nobody has it.
    """
    return _gathered(unit, user_by_email(unit, email))


def _gathered(unit: UnitOfWork, user: User) -> OwnData:
    entries = [
        # Where others were is theirs.
        one if one.author_id == user.id else replace(one, client=None, address=None)
        for one in audit_log.about(unit.tx, user.company_id, user.id)
    ]
    return OwnData(
        user=user,
        has_password=people.password_hash(unit.tx, user.company_id, user.id) is not None,
        memberships=own_data.memberships_of(unit.tx, user),
        tokens=people.all_tokens_of(unit.tx, user.company_id, user.id),
        cards=own_data.cards_of(unit.tx, user),
        comments=own_data.comments_of(unit.tx, user),
        iterations=own_data.iterations_of(unit.tx, user),
        audit_log=show(unit, entries),
    )


def erase_caller(
    unit: UnitOfWork, validated: Validated[EraseOneself], proved: Candidate | None = None
) -> User:
    """Erase what is the own of whoever asks; they are signed out by it.

    Raises:
        KadenceError: Forbidden (an API token asks), BadRequest (another address, the password is
            not `proved`, or it is the company's last owner).
    """
    only_in_person(unit)
    wish = unwrap(validated)
    demand_proof(unit, proved)
    user = current_user(unit)
    if wish.email.strip().lower() != user.email:
        raise BadRequest(ErrorId.EMAIL_NOT_OWN, "email should be your own e-mail address")
    return _erase(unit, user)


def erase_person(unit: UnitOfWork, email: str) -> User:
    """Erase what is the own of the person with this address, for whoever runs the server.

    Returns who is left of them.

    Raises:
        KadenceError: NotFound (nobody has it), BadRequest (it is the company's last owner).
    """
    return _erase(unit, user_by_email(unit, email))


def mentions_of(unit: UnitOfWork, email: str) -> list[Mention]:
    """Return where the person with this address is named in what people wrote.

    Raises:
        NotFound: nobody has it.
    """
    user = user_by_email(unit, email)
    names = [user.full_name, user.email]
    return own_data.mentions(unit.tx, user.company_id, names, MOST_MENTIONS)


def _erase(unit: UnitOfWork, user: User) -> User:
    refuse_last_owner(unit, user)
    for token in people.tokens_of(unit.tx, user.company_id, user.id, unit.clock):
        if token.parent_id is None:
            end_token(unit, token)
    if user.deactivated_at is None:
        user = keep_out(unit, user)
    neutral = neutral_of(replace(user, erased_at=unit.now, updated=unit.now))
    unit.audit(deeds.ERASED, subject=user.id)
    # Last: where somebody was who erased themselves is theirs, too.
    own_data.erase(unit.tx, user, neutral)
    installation.owe_purge(unit.tx)
    unit.record(events.USER_ERASED, {"id": user.id})
    return neutral


def neutral_of(user: User) -> User:
    """Return a person with nothing that is their own; the number tells them from others."""
    return replace(
        user,
        email=f"{user.uid}@erased.invalid",
        full_name=f"Erased person {user.id}",
        username=f"erased-{user.uid}",
        email_claimed=0,
        language=None,
        timezone=None,
        last_request_at=None,
    )
