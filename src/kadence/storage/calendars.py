"""Working calendars of spaces as rows; a space without one has the default."""

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from kadence.domain.calendar import WorkingCalendar
from kadence.domain.model import Instant
from kadence.storage.engine import Statement, Transaction, bound
from kadence.storage.schema import calendars

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


def keep(
    tx: Transaction, company_id: int, space_uid: str, calendar: WorkingCalendar, now: Instant
) -> None:
    """Make this the space's calendar."""
    values = {"company_id": company_id, "space_uid": space_uid}
    tx.run(_DELETE, values)
    text = msgspec.json.encode(calendar).decode()
    tx.run(_INSERT, {**values, "calendar": text, "updated": now})
