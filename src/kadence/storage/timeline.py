"""Loads iterations out of the journal, to be replayed to any instant."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from kadence.domain import events
from kadence.domain.calendar import FrozenCalendar, WorkingCalendar
from kadence.domain.model import Event, Instant, Iteration
from kadence.domain.report import iteration_at
from kadence.domain.timeline import Entry, Lifespan, Lifespans, Timeline, build_timeline
from kadence.storage import history
from kadence.storage.transactions import Transaction

END = 2**63 - 1
"""A place behind every event."""


class JournalSlice(Struct, frozen=True):
    """Some iterations of a company with all that the journal tells of them."""

    iterations: Mapping[str, Iteration]
    entries: Mapping[str, Sequence[Entry]]
    changes: Mapping[str, Sequence[Event]]
    lifespans: Lifespans

    def place(self, iteration_id: str, as_of: Instant | None) -> int:
        """Return the place in the journal of the last event up to an instant."""
        entries, changes = self.entries[iteration_id], self.changes[iteration_id]
        told: Iterable[Entry | Event] = (*entries, *changes)
        return max((e.seq for e in told if as_of is None or e.at <= as_of), default=0)

    def lifespan(self, iteration_id: str) -> Lifespan:
        """Return when the iteration was activated and closed."""
        return self.lifespans[iteration_id]

    def at(self, iteration_id: str, place: int) -> Iteration:
        """Return the iteration as it was at a place in the journal."""
        return iteration_at(self.iterations[iteration_id], self.changes[iteration_id], place)

    def timeline(self, iteration_id: str, place: int = END) -> Timeline:
        """Return the timeline of an iteration up to a place in the journal."""
        entries, life = self.entries[iteration_id], self.lifespan(iteration_id)
        return build_timeline(entries, iteration_id, life, place, self.lifespans)

    def carried_to(self, iteration_id: str) -> str | None:
        """Return the iteration into which the leftovers of this one went when it was closed."""
        closing = self._event(iteration_id, _CLOSED)
        # Journals of the first releases do not tell it.
        target = closing.payload.get("new_iteration_id") if closing else None
        return None if target is None else str(target)

    def calendar(self, iteration_id: str, current: WorkingCalendar, place: int) -> WorkingCalendar:
        """Return the calendar that an iteration is counted by.

        A closed one keeps that of its closing.
        """
        told = [event for event in self.changes[iteration_id] if event.seq <= place]
        return calendar_kept(told) or current

    def rules(self, iteration_id: str) -> int:
        """Return the version of the rules by which the numbers of an iteration were frozen last."""
        frozen = (self._event(iteration_id, kind) for kind in (_ACTIVATED, _CLOSED))
        # Earlier releases had one version, and did not say so.
        return max((int(event.payload.get("rules", 1)) for event in frozen if event), default=1)

    def ended(self, iteration_id: str, place: int) -> Instant | None:
        """Return when the iteration was closed, or removed without that, up to a place."""
        for kind in (_CLOSED, _REMOVED):
            event = self._event(iteration_id, kind)
            if event is not None and event.seq <= place:
                return event.at
        return None

    def _event(self, iteration_id: str, kind: str) -> Event | None:
        return next((e for e in self.changes[iteration_id] if e.kind == kind), None)


def calendar_kept(changes: Sequence[Event]) -> WorkingCalendar | None:
    """Return the calendar by which an iteration was closed, of its changes; None if it was not."""
    closing = next((event for event in changes if event.kind == _CLOSED), None)
    kept = closing.payload.get("calendar") if closing else None
    # Closings of earlier releases kept the country alone, and the first ones nothing.
    of_kind = FrozenCalendar if kept and "holidays" in kept else WorkingCalendar
    return msgspec.convert(kept, of_kind) if kept else None


_ACTIVATED, _CLOSED = events.ITERATION_ACTIVATED, events.ITERATION_CLOSED
_REMOVED = events.ITERATION_REMOVED


def _lifespan(changes: Sequence[Event]) -> Lifespan:
    first: dict[str, tuple[int, Instant]] = {}
    for event in changes:
        first.setdefault(event.kind, (event.seq, event.at))
    return Lifespan(first.get(_ACTIVATED), first.get(_CLOSED))


def load(tx: Transaction, company_id: int, iterations: Sequence[Iteration]) -> JournalSlice:
    """Return all that the journal tells of these iterations."""
    ids = [iteration.id for iteration in iterations]
    entries = history.entries_of(tx, company_id, ids)
    inside: dict[str, set[str]] = {id_: set() for id_ in ids}
    others = set(ids)
    for entry in entries:
        if entry.payload is None and entry.iteration_id is not None:
            others.add(entry.iteration_id)
            if entry.iteration_id in inside:
                inside[entry.iteration_id].add(entry.card_uid)
    changes = history.changes_of(tx, company_id, sorted(others))
    return JournalSlice(
        iterations={iteration.id: iteration for iteration in iterations},
        entries={
            id_: entries if len(ids) == 1 else [e for e in entries if e.card_uid in uids]
            for id_, uids in inside.items()
        },
        changes=changes,
        lifespans={id_: _lifespan(told) for id_, told in changes.items()},
    )
