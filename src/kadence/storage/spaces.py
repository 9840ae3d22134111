"""Spaces and their members as rows."""

from msgspec.structs import asdict, replace
from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from kadence.domain.access import Actor, SpaceAccess
from kadence.domain.model import CompanyRole, Member, Space, SpaceVisibility, User
from kadence.storage.dialects import Bytewise
from kadence.storage.people import OWN_PROFILE, USER_COLUMNS
from kadence.storage.schema import members, spaces, users
from kadence.storage.table_gateway import TableGateway
from kadence.storage.transactions import (
    Query,
    Statement,
    Transaction,
    after_last,
    bound,
    record_columns,
)

SPACES = TableGateway(spaces, Space)
_COLUMNS = SPACES.columns
_KEYS = ("company_id", "id", "uid", "created")
_CHANGEABLE = [field for field in Space.__struct_fields__ if field not in _KEYS]
_ALIVE = (spaces.c.company_id == bindparam("company_id"), spaces.c.deleted_at.is_(None))

ACCESS_COLUMNS = (
    spaces.c.id,
    spaces.c.uid,
    spaces.c.access,
    spaces.c.everyone_role,
    members.c.role,
)
"""What makes a SpaceAccess, of spaces beside OWN_MEMBERSHIP."""
OWN_MEMBERSHIP = (
    members,
    and_(
        members.c.company_id == spaces.c.company_id,
        members.c.space_id == spaces.c.id,
        members.c.user_id == bindparam("user_id"),
    ),
)
"""The outer join to the actor's own role in a space."""


def _access(key: ColumnElement[bool]) -> Statement:
    return Statement(
        select(*ACCESS_COLUMNS).outerjoin_from(spaces, *OWN_MEMBERSHIP).where(*_ALIVE, key)
    )


_ACCESS_BY_UID = _access(spaces.c.uid == bindparam("uid"))
_ACCESS_BY_ID = _access(spaces.c.id == bindparam("id"))
_ACCESS_TO_ANY = Statement(
    select(*ACCESS_COLUMNS)
    .outerjoin_from(spaces, *OWN_MEMBERSHIP)
    .where(spaces.c.company_id == bindparam("company_id"), spaces.c.id == bindparam("id"))
)

_INSERT = Statement(
    insert(spaces)
    .values(bound(spaces, *(f for f in Space.__struct_fields__ if f != "id")))
    .returning(spaces.c.id)
)
_NEXT_SORT_ORDER = Statement(
    select(after_last(spaces.c.sort_order, spaces.c.company_id == bindparam("company_id")))
)
_BY_ID = Statement(select(*_COLUMNS).where(*_ALIVE, spaces.c.id == bindparam("id")))
_BY_UID = Statement(select(*_COLUMNS).where(*_ALIVE, spaces.c.uid == bindparam("uid")))
_OF_COMPANY = Statement(select(*_COLUMNS).where(*_ALIVE).order_by(spaces.c.sort_order, spaces.c.id))
_WITH_ACCESSES = Statement(
    select(*_COLUMNS, members.c.role)
    .outerjoin_from(spaces, *OWN_MEMBERSHIP)
    .where(
        *_ALIVE,
        or_(
            bindparam("sees_all") == 1,
            spaces.c.access == SpaceVisibility.FOR_EVERYONE.value,
            members.c.role.is_not(None),
        ),
    )
    .order_by(spaces.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_BELOW = Statement(
    select(*_COLUMNS)
    .where(*_ALIVE, spaces.c.path.startswith(bindparam("prefix")))
    .order_by(Bytewise(spaces.c.path))
)
_UPDATE = Statement(
    update(spaces)
    .where(
        spaces.c.company_id == bindparam("of_company"),
        spaces.c.id == bindparam("space_id"),
    )
    .values(bound(spaces, *_CHANGEABLE))
)

_THIS_MEMBER = (
    members.c.company_id == bindparam("of_company"),
    members.c.space_id == bindparam("of_space"),
    members.c.user_id == bindparam("of_user"),
)
_INSERT_MEMBER = Statement(insert(members).values(bound(members, *Member.__struct_fields__)))
_FIND_MEMBER = Statement(select(*record_columns(members, Member)).where(*_THIS_MEMBER))
_UPDATE_MEMBER = Statement(
    update(members).where(*_THIS_MEMBER).values(bound(members, "role", "updated"))
)
_DELETE_MEMBER = Statement(delete(members).where(*_THIS_MEMBER))
_PEOPLE = Statement(
    select(*USER_COLUMNS, members.c.role)
    .join_from(users, *OWN_PROFILE)
    .outerjoin(
        members,
        and_(
            members.c.company_id == users.c.company_id,
            members.c.user_id == users.c.id,
            members.c.space_id == bindparam("space_id"),
        ),
    )
    .where(users.c.company_id == bindparam("company_id"))
    .order_by(users.c.id)
)


def access_by_uid(tx: Transaction, actor: Actor, uid: str) -> SpaceAccess | None:
    """Return what decides about the actor's access to the living space with this uid."""
    values = {"company_id": actor.company_id, "user_id": actor.user_id, "uid": uid}

    def ask() -> SpaceAccess | None:
        row = tx.first(_ACCESS_BY_UID, values)
        return SpaceAccess(*row) if row else None

    return tx.remembered(("access", *values.values()), ask)


def access_by_id(tx: Transaction, actor: Actor, space_id: int) -> SpaceAccess | None:
    """Return what decides about the actor's access to the living space with this id."""
    row = tx.first(
        _ACCESS_BY_ID,
        {"company_id": actor.company_id, "user_id": actor.user_id, "id": space_id},
    )
    return SpaceAccess(*row) if row else None


def access_to_any(tx: Transaction, actor: Actor, space_id: int) -> SpaceAccess | None:
    """As `access_by_id`, of a space that is deleted too."""
    row = tx.first(
        _ACCESS_TO_ANY,
        {"company_id": actor.company_id, "user_id": actor.user_id, "id": space_id},
    )
    return SpaceAccess(*row) if row else None


_READABLE_ACCESSES = Statement(
    select(*ACCESS_COLUMNS)
    .outerjoin_from(spaces, *OWN_MEMBERSHIP)
    .where(*_ALIVE)
    .order_by(spaces.c.id)
)


def accesses(actor: Actor) -> Query[SpaceAccess]:
    """Return what decides about the actor's access to each living space of the company."""
    values = {"company_id": actor.company_id, "user_id": actor.user_id}
    return Query(_READABLE_ACCESSES, values, lambda row: SpaceAccess(*row))


def insert_space(tx: Transaction, space: Space) -> Space:
    """Add a space; returns it with its id."""
    values = asdict(space)
    del values["id"]
    return replace(space, id=tx.scalar(_INSERT, values))


def next_sort_order(tx: Transaction, company_id: int) -> float:
    """Return the sort_order that puts a space behind all others of the company."""
    return float(tx.scalar(_NEXT_SORT_ORDER, {"company_id": company_id}))


def of_company(tx: Transaction, company_id: int) -> list[Space]:
    """Return all live spaces of a company, in order."""
    return [Space(*row) for row in tx.all(_OF_COMPANY, {"company_id": company_id})]


def find_space(tx: Transaction, company_id: int, space_id: int) -> Space | None:
    """Return the living space with this id."""
    row = tx.first(_BY_ID, {"company_id": company_id, "id": space_id})
    return Space(*row) if row else None


def find_space_by_uid(tx: Transaction, company_id: int, uid: str) -> Space | None:
    """Return the living space with this uid."""
    row = tx.first(_BY_UID, {"company_id": company_id, "uid": uid})
    return Space(*row) if row else None


def readable(
    tx: Transaction, actor: Actor, limit: int, offset: int
) -> list[tuple[Space, int | None]]:
    """Return the live spaces that the actor can read, with their role in each, by id."""
    rows = tx.all(
        _WITH_ACCESSES,
        {
            "company_id": actor.company_id,
            "user_id": actor.user_id,
            "sees_all": int(actor.company_role == CompanyRole.OWNER),
            "limit": limit,
            "offset": offset,
        },
    )
    return [(Space(*row[:-1]), row[-1]) for row in rows]


def below(tx: Transaction, space: Space) -> list[Space]:
    """Return the living spaces under this one in the tree, parents before children."""
    rows = tx.all(_BELOW, {"company_id": space.company_id, "prefix": space.path + "/"})
    return [Space(*row) for row in rows]


def update_space(tx: Transaction, space: Space) -> None:
    """Store the space as it is given."""
    values = asdict(space)
    for key in _KEYS:
        del values[key]
    tx.run(_UPDATE, {"of_company": space.company_id, "space_id": space.id, **values})


def insert_member(tx: Transaction, member: Member) -> None:
    """Give a person a role of their own in a space."""
    tx.run(_INSERT_MEMBER, asdict(member))


def find_member(tx: Transaction, company_id: int, space_id: int, user_id: int) -> Member | None:
    """Return the person's own role in the space."""
    row = tx.first(
        _FIND_MEMBER,
        {"of_company": company_id, "of_space": space_id, "of_user": user_id},
    )
    return Member(*row) if row else None


def update_member(tx: Transaction, member: Member) -> None:
    """Store the member's role."""
    tx.run(
        _UPDATE_MEMBER,
        {
            "of_company": member.company_id,
            "of_space": member.space_id,
            "of_user": member.user_id,
            "role": member.role,
            "updated": member.updated,
        },
    )


def delete_member(tx: Transaction, member: Member) -> None:
    """Take the person's own role in the space away."""
    tx.run(
        _DELETE_MEMBER,
        {
            "of_company": member.company_id,
            "of_space": member.space_id,
            "of_user": member.user_id,
        },
    )


def people(tx: Transaction, company_id: int, space_id: int) -> list[tuple[User, int | None]]:
    """Everybody of the company by id, each with their own role in the space."""
    rows = tx.all(_PEOPLE, {"company_id": company_id, "space_id": space_id})
    return [(User(*row[:-1]), row[-1]) for row in rows]
