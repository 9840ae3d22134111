"""The journal: every change as an event, appended in the change's own transaction."""

import msgspec
from sqlalchemy import insert, select

from kadence.domain.model import Event
from kadence.storage.engine import Statement, Transaction, bound, record_columns
from kadence.storage.schema import journal

_APPEND = Statement(insert(journal).values(bound(journal, *Event.__struct_fields__)))
_ALL = Statement(select(*record_columns(journal, Event)).order_by(journal.c.seq))

_encode = msgspec.json.Encoder().encode


def append(tx: Transaction, event: Event) -> None:
    """Write one event at the journal's end."""
    tx.run(
        _APPEND,
        {
            "company_id": event.company_id,
            "at": event.at,
            "kind": event.kind,
            "actor_uid": event.actor_uid,
            "space_uid": event.space_uid,
            "iteration_id": event.iteration_id,
            "card_uid": event.card_uid,
            "payload": _encode(event.payload).decode(),
        },
    )


def all_events(tx: Transaction) -> list[Event]:
    """The whole journal in its order."""
    return [
        Event(
            **dict(zip(Event.__struct_fields__, row, strict=True))
            | {"payload": msgspec.json.decode(row[-1])}
        )
        for row in tx.all(_ALL)
    ]
