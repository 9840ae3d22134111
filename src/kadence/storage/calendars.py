"""Working calendars of spaces as rows; a space without one has the default."""

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select

from kadence.domain import events
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.model import Instant
from kadence.storage.schema import calendars, journal
from kadence.storage.transactions import Statement, Transaction, bound

_THIS = (
    calendars.c.company_id == bindparam("company_id"),
    calendars.c.space_uid == bindparam("space_uid"),
)
_FIND = Statement(select(calendars.c.calendar).where(*_THIS))
_DELETE = Statement(delete(calendars).where(*_THIS))
_INSERT = Statement(
    insert(calendars).values(bound(calendars, *(column.name for column in calendars.columns)))
)


def find(tx: Transaction, company_id: int, space_uid: str) -> WorkingCalendar:
    """Return the space's calendar."""
    row = tx.first(_FIND, {"company_id": company_id, "space_uid": space_uid})
    return msgspec.json.decode(row[0], type=WorkingCalendar) if row else WorkingCalendar()


_CHANGES = Statement(
    select(journal.c.at, journal.c.payload)
    .where(
        journal.c.company_id == bindparam("company_id"),
        journal.c.space_uid == bindparam("space_uid"),
        journal.c.kind == events.SPACE_CALENDAR_CHANGED,
    )
    .order_by(journal.c.seq)
)


def find_at(tx: Transaction, company_id: int, space_uid: str, at: Instant) -> WorkingCalendar:
    """Return the space's calendar as it was at an instant, out of the journal."""
    values = {"company_id": company_id, "space_uid": space_uid}
    changes = [(when, _change(payload)) for when, payload in tx.all(_CHANGES, values)]
    before = [change.new for when, change in changes if when <= at]
    if before:
        return before[-1]
    return changes[0][1].old if changes else find(tx, company_id, space_uid)


class _Change(Struct):
    old: WorkingCalendar
    new: WorkingCalendar


_change = msgspec.json.Decoder(_Change).decode


def keep(
    tx: Transaction, company_id: int, space_uid: str, calendar: WorkingCalendar, now: Instant
) -> None:
    """Make this the space's calendar."""
    values = {"company_id": company_id, "space_uid": space_uid}
    tx.run(_DELETE, values)
    text = msgspec.json.encode(calendar).decode()
    tx.run(_INSERT, {**values, "calendar": text, "updated": now})
