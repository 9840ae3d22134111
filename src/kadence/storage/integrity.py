"""Looks a database over for damage: pages, references, the journal against tables and reports."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select

from kadence.domain import replay, statistics
from kadence.domain.model import Event, Instant, Iteration
from kadence.domain.replay import KEYS, NOT_JOURNALED, Rows
from kadence.domain.timeline import RULES
from kadence.storage import history, journal, timeline
from kadence.storage.engines import Engine
from kadence.storage.people import OWN_PROFILE
from kadence.storage.revision import revision_in
from kadence.storage.schema import REVISION, metadata, profiles, users
from kadence.storage.transactions import Statement, Transaction


class NotJudged(Struct):
    """What this program cannot judge, as a newer one wrote events of kinds that it does not know.

    `events` are those that were ignored, by their kinds; `gaps` may have come of them.
    """

    events: Counter[str] = msgspec.field(default_factory=Counter)
    gaps: list[str] = msgspec.field(default_factory=list)


def problems(engine: Engine, not_judged: NotJudged | None = None) -> list[str]:
    """Return what is wrong with a database, a sentence each; an empty list when it is sound.

    `not_judged` is filled with what only a newer program can judge.

    Raises:
        StorageError: it cannot be read at all.
    """
    with engine.examined() as (damage, tx):
        return damage + journal_gaps(tx, not_judged)


def journal_gaps(tx: Transaction, not_judged: NotJudged | None = None) -> list[str]:
    """Return where the tables differ from what the journal tells, a sentence each."""
    found: list[str] = []
    not_judged = not_judged or NotJudged()

    def ignore(event: Event) -> None:
        not_judged.events[event.kind] += 1

    try:
        told = replay.replay(_in_order(journal.all_events(tx), found), ignore)
    except replay.CannotReplay as error:
        return [*found, f"journal: {error}"]
    gaps: list[str] = []
    has_more_columns = revision_in(tx) > REVISION
    for name in KEYS:
        # Each table by itself, and no longer than it is looked at.
        rows, kept = told.pop(name), rows_of(tx, name)
        if has_more_columns:
            known = metadata.tables[name].columns.keys()
            rows = {key: {n: row[n] for n in known if n in row} for key, row in rows.items()}
        gaps += _gaps(name, rows, kept)
    gaps += frozen_gaps(tx) + _without_profile(tx)
    if not_judged.events:
        not_judged.gaps, gaps = gaps, []
    return found + gaps


_WITHOUT_PROFILE = Statement(
    select(users.c.id)
    .outerjoin_from(users, *OWN_PROFILE)
    .where(profiles.c.user_id.is_(None))
    .order_by(users.c.id)
)


def _without_profile(tx: Transaction) -> list[str]:
    return [f"profiles: person {row[0]} has none" for row in tx.all(_WITHOUT_PROFILE)]


def frozen_gaps(tx: Transaction) -> list[str]:
    """Return where the numbers that an iteration froze are not those that its journal gives."""
    found = []
    frozen = history.with_data(tx)
    for start in range(0, len(frozen), _AT_ONCE):
        part = frozen[start : start + _AT_ONCE]
        for company_id in sorted({iteration.company_id for iteration in part}):
            of_it = [iteration for iteration in part if iteration.company_id == company_id]
            journal_slice = timeline.load(tx, company_id, of_it)
            found += [gap for one in of_it for gap in _frozen_gap(journal_slice, one)]
    return found


_AT_ONCE = 64


def _frozen_gap(journal_slice: timeline.JournalSlice, iteration: Iteration) -> list[str]:
    frozen = msgspec.json.decode(iteration.data or "{}")
    if (rules := journal_slice.rules(iteration.id)) > RULES:
        return [f"journal: iteration {iteration.id} froze by rules {rules}, newer than {RULES}"]
    replayed = journal_slice.timeline(iteration.id)
    with statistics.exact_sums():
        committed = statistics.json_number(sum(replayed.start.sizes, Decimal(0)))
    told: dict[str, Any] = {"committed": {"size": committed}}
    if replayed.lifespan.closed is not None:
        counts, sizes = replayed.tally.counts, replayed.tally.sizes
        told["velocity"] = {"size": statistics.json_number(sizes[2])}
        told |= {"doneCount": counts[2], "totalCount": sum(counts)}
    if told == frozen:
        return []
    return [f"journal: iteration {iteration.id} froze {frozen}, but its events give {told}"]


def _in_order(told: Iterator[Event], found: list[str]) -> Iterator[Event]:
    """Yield the events, and note those that are earlier than the one before them in their space."""
    latest: dict[str, Instant] = {}
    for event in told:
        if event.space_uid is not None:
            if event.at < latest.get(event.space_uid, 0):
                found.append(
                    f"journal: event {event.seq} is earlier than the event of its space before it"
                )
            latest[event.space_uid] = event.at
        yield event


def rows_of(tx: Transaction, name: str) -> Rows:
    """Return a table as it is, in the shape in which the journal is replayed."""
    columns = [
        column
        for column in metadata.tables[name].columns
        if column.name not in NOT_JOURNALED.get(name, ())
    ]
    names = [column.name for column in columns]
    rows: Rows = {}
    for values in tx.all(Statement(select(*columns))):
        row = dict(zip(names, values, strict=True))
        rows[tuple(row[key] for key in KEYS[name])] = row
    return rows


def _gaps(table: str, told: Rows, kept: Rows) -> list[str]:
    found = []
    for key in told.keys() | kept.keys():
        was_told, is_kept = told.get(key), kept.get(key)
        what = f"journal: {table} {', '.join(map(str, key))}"
        if was_told is None:
            found.append(f"{what} was never made")
        elif is_kept is None:
            found.append(f"{what} is gone, but was never deleted")
        elif was_told != is_kept:
            untold = is_kept.keys() - was_told.keys()
            unknown = was_told.keys() - is_kept.keys()
            both = is_kept.keys() & was_told.keys()
            differing = [name for name in both if is_kept[name] != was_told[name]]
            found += [
                f"{what} {how} {', '.join(sorted(names))}"
                for how, names in (
                    ("differs in", differing),
                    ("has no event that tells", untold),
                    ("is told, but has no column for", unknown),
                )
                if names
            ]
    return sorted(found)
