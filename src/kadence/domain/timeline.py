"""Replays one iteration from the journal: which cards were in it when, how large, how far.

Everything that a report, a chart or a forecast shows is worked out from the `Timeline` made here.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from kadence.domain import events
from kadence.domain.model import ColumnType, Condition, Event, Instant
from kadence.domain.sizes import exact_size
from kadence.domain.statistics import exact_sums

RULES = 2
"""The version of the rules below: it grows when the same journal gives other numbers.

Each freezing of an iteration keeps the version of its time; none is 1.
"""

NOTHING = Decimal(0)
_IN_PROGRESS, _DONE = ColumnType.IN_PROGRESS.value, ColumnType.DONE.value


class CardFacts(Struct, gc=False):
    """What an event says of a card that counts here."""

    state: int | UnsetType = UNSET
    condition: int | UnsetType = UNSET
    size: float | UnsetType | None = UNSET
    size_text: str | UnsetType | None = UNSET


class EventPayload(CardFacts, gc=False):
    """The payload of an event about a card: a new card's facts, or under `new` what changed."""

    new: CardFacts | UnsetType = UNSET


class Entry(Struct, gc=False):
    """An event of the journal as far as a replay needs it; iteration_card.* have no payload."""

    seq: int
    at: Instant
    kind: str
    iteration_id: str | None
    card_uid: str
    payload: EventPayload | None


class Cause(StrEnum):
    """Why a number changed."""

    ADDED = "added"
    REMOVED = "removed"
    RE_ESTIMATED = "re-estimated"
    BEGUN = "begun"
    DONE = "done"
    REOPENED = "reopened"
    PUT_BACK = "put back"
    ARCHIVED = "archived"
    RESTORED = "restored"
    DELETED = "deleted"


class Tally(Struct, frozen=True, gc=False):
    """Cards and their sizes by state: queued, in progress, done."""

    counts: tuple[int, int, int] = (0, 0, 0)
    sizes: tuple[Decimal, Decimal, Decimal] = (NOTHING, NOTHING, NOTHING)


class Step(Struct, gc=False):
    """A change of one card in the iteration, and what is in the iteration after it.

    `state` is the card's then; `before` and `after` are its size, None where it has none or was not
    there. `other` is the iteration that it came from unfinished or was carried into.
    """

    seq: int
    at: Instant
    cause: Cause
    card_uid: str
    state: int
    before: Decimal | None
    after: Decimal | None
    tally: Tally
    enters: int = 0
    """1 when the card came in with this step, -1 when it left, else 0."""
    other: str | None = None


class CardState(Struct, gc=False):
    """A card as it is at the end of a timeline; its times are those of its whole life.

    `begun_at` is when it was first in progress, `done_at` since when it is done.
    """

    uid: str
    size: Decimal | None = None
    state: int = ColumnType.QUEUE.value
    condition: int = Condition.LIVE.value
    inside: bool = False
    begun_at: Instant | None = None
    done_at: Instant | None = None
    size_text: str | None = None
    came_from: str | None = None
    """The iteration that had begun, and in which it was unfinished at the end, before this one."""


class Lifespan(Struct, frozen=True):
    """When an iteration was activated and closed: places in the journal and their times."""

    activated: tuple[int, Instant] | None = None
    closed: tuple[int, Instant] | None = None


class Timeline(Struct):
    """What happened in an iteration up to a place in the journal.

    `baseline` is what was in it when it was activated, `start` the tally of that moment; before
    that they are None and empty. `steps` are all there were, those of planning too.
    """

    lifespan: Lifespan
    end: int
    steps: list[Step]
    cards: dict[str, CardState]
    start: Tally
    baseline: Mapping[str, Decimal | None] | None

    @property
    def tally(self) -> Tally:
        """What is in the iteration at the end."""
        return self.steps[-1].tally if self.steps else Tally()

    @property
    def inside(self) -> list[CardState]:
        """The cards that are in the iteration at the end."""
        return [card for card in self.cards.values() if card.inside]

    @property
    def run(self) -> Sequence[Step]:
        """The steps after activation; of an iteration that was not activated all."""
        if self.lifespan.activated is None:
            return self.steps
        return [step for step in self.steps if step.seq > self.lifespan.activated[0]]


Lifespans: TypeAlias = Mapping[str, Lifespan]
"""Iterations by id, each with when it was activated and closed."""


def build_timeline(
    entries: Sequence[Entry], iteration_id: str, life: Lifespan, place: int, others: Lifespans
) -> Timeline:
    """Replay the iteration up to `place`, but not beyond its closing.

    `entries` are those of all cards that were ever in it, in the journal's order; `others` are the
    iterations in which these cards were, too.
    """
    with exact_sums():
        return _build(entries, iteration_id, life, place, others)


def _build(
    entries: Sequence[Entry], iteration_id: str, life: Lifespan, place: int, others: Lifespans
) -> Timeline:
    end = min(place, life.closed[0]) if life.closed else place
    activated = life.activated if life.activated and life.activated[0] <= end else None
    closed = life.closed if life.closed and life.closed[0] <= end else None
    replayed = _Replay(iteration_id, life, others)
    start, baseline = Tally(), None
    for entry in entries:
        if entry.seq > end:
            break
        if activated and baseline is None and entry.seq > activated[0]:
            start, baseline = replayed.tally(), replayed.sizes()
        replayed.take(entry)
    if activated and baseline is None:
        start, baseline = replayed.tally(), replayed.sizes()
    made = Lifespan(activated, closed)
    return Timeline(made, end, replayed.steps, replayed.cards, start, baseline)


class _Stay(Struct):
    """The last time that a card was in an iteration: since when, and how and when it left it.

    It is None until then; a card that stands in a closed iteration leaves it by going on.
    """

    iteration_id: str
    left: int | None = None
    unfinished: bool | None = None


class _Replay:
    """The state of a replay."""

    def __init__(self, iteration_id: str, life: Lifespan, others: Lifespans) -> None:
        self.cards: dict[str, CardState] = {}
        self.steps: list[Step] = []
        self._id = iteration_id
        self._others = {**others, iteration_id: life}
        self._states: dict[str, list[tuple[int, int]]] = {}
        self._counts = [0, 0, 0]
        self._sizes = [NOTHING, NOTHING, NOTHING]
        self._last_in: dict[str, _Stay] = {}
        self._last_out: dict[str, Step] = {}

    def tally(self) -> Tally:
        (queued, begun, done), (a, b, c) = self._counts, self._sizes
        return Tally((queued, begun, done), (a, b, c))

    def sizes(self) -> dict[str, Decimal | None]:
        """Return the sizes of the cards that are in the iteration now."""
        return {card.uid: card.size for card in self.cards.values() if card.inside}

    def take(self, entry: Entry) -> None:
        card = self.cards.get(entry.card_uid)
        if card is None:
            card = self.cards[entry.card_uid] = CardState(entry.card_uid)
        if entry.payload is None:
            self._belonging(entry, card)
        else:
            self._card(entry, card, entry.payload)

    def _belonging(self, entry: Entry, card: CardState) -> None:
        """A card came into an iteration or left it."""
        here = entry.iteration_id == self._id
        stay = self._last_in.get(card.uid)
        if entry.kind == events.ITERATION_CARD_ADDED:
            goes_on = stay is not None and self._goes_on(entry, card, stay)
            self._last_in[card.uid] = _Stay(entry.iteration_id or "")
            if here:
                self._enter(entry, card, stay.iteration_id if stay and goes_on else None)
            elif goes_on and (left := self._last_out.get(card.uid)):
                # The last stay was here: what left here before that is taken out of the way.
                left.other = entry.iteration_id
            self._last_out.pop(card.uid, None)
            return
        if stay is not None and stay.iteration_id == entry.iteration_id:
            stay.left, stay.unfinished = entry.seq, card.state != _DONE
        if here and card.inside:
            self._count(card, -1)
            card.inside = False
            self._step(entry, Cause.REMOVED, card, card.size, None, enters=-1)
            self._last_out[card.uid] = self.steps[-1]

    def _goes_on(self, entry: Entry, card: CardState, stay: _Stay) -> bool:
        """Whether a card comes unfinished out of another iteration that had begun.

        Both have to hold: it was unfinished when it left that one, or that one was closed, and it
        is so now. So what one iteration says that it gave is what the other says that it got.
        """
        life = self._others.get(stay.iteration_id, Lifespan())
        if stay.iteration_id == entry.iteration_id or card.state == _DONE or not life.activated:
            return False
        if life.closed and (stay.left is None or life.closed[0] < stay.left):
            left, unfinished = life.closed[0], self._state_at(card, life.closed[0]) != _DONE
        else:
            left, unfinished = stay.left or entry.seq, stay.unfinished is not False
        return life.activated[0] < left <= entry.seq and unfinished

    def _state_at(self, card: CardState, place: int) -> int:
        told = self._states.get(card.uid, ())
        return next((state for seq, state in reversed(told) if seq <= place), card.state)

    def _enter(self, entry: Entry, card: CardState, came_from: str | None) -> None:
        if card.inside:
            return
        card.inside = True
        card.came_from = came_from or card.came_from
        self._count(card, 1)
        self._step(entry, Cause.ADDED, card, None, card.size, enters=1)
        self.steps[-1].other = came_from

    def _card(self, entry: Entry, card: CardState, told: EventPayload) -> None:
        """A card was made or changed."""
        facts = told if isinstance(told.new, UnsetType) else told.new
        # One after the other, so that each step says what it alone changed.
        self._resize(entry, card, facts)
        if not isinstance(facts.state, UnsetType):
            self._move(entry, card, facts.state)
        if not isinstance(facts.condition, UnsetType) and facts.condition != card.condition:
            card.condition = facts.condition
            self._condition(entry, card)

    def _resize(self, entry: Entry, card: CardState, facts: CardFacts) -> None:
        if isinstance(facts.size, UnsetType) and isinstance(facts.size_text, UnsetType):
            return
        # An event tells only what changed: the text, what is read in it, or both.
        if not isinstance(facts.size_text, UnsetType):
            card.size_text = facts.size_text
        number = facts.size
        if isinstance(number, UnsetType):
            number = None if card.size is None else float(card.size)
        size = exact_size(card.size_text, number)
        old, card.size = card.size, size
        if card.inside and old != size:
            self._sizes[card.state - 1] += (size or NOTHING) - (old or NOTHING)
            self._step(entry, Cause.RE_ESTIMATED, card, old, size)

    def _move(self, entry: Entry, card: CardState, state: int) -> None:
        old = card.state
        if card.inside and old != state:
            self._count(card, -1)
        card.state = state
        self._states.setdefault(card.uid, []).append((entry.seq, state))
        if state == _IN_PROGRESS and card.begun_at is None:
            card.begun_at = entry.at
        if state != _DONE:
            card.done_at = None
        elif old != _DONE:
            card.done_at = entry.at
        if card.inside and old != state:
            self._count(card, 1)
            self._step(entry, _cause(old, state), card, card.size, card.size)

    def _condition(self, entry: Entry, card: CardState) -> None:
        cause = _CONDITIONS[card.condition]
        if card.inside:
            self._step(entry, cause, card, card.size, card.size)
        elif (left := self._last_out.get(card.uid)) and left.at == entry.at:
            left.cause = cause

    def _count(self, card: CardState, by: int) -> None:
        self._counts[card.state - 1] += by
        if card.size is not None:
            self._sizes[card.state - 1] += card.size if by > 0 else -card.size

    def _step(
        self,
        entry: Entry,
        cause: Cause,
        card: CardState,
        before: Decimal | None,
        after: Decimal | None,
        *,
        enters: int = 0,
    ) -> None:
        uid, state = card.uid, card.state
        self.steps.append(
            Step(entry.seq, entry.at, cause, uid, state, before, after, self.tally(), enters)
        )


_CONDITIONS = {
    Condition.LIVE.value: Cause.RESTORED,
    Condition.ARCHIVED.value: Cause.ARCHIVED,
    Condition.DELETED.value: Cause.DELETED,
}


def _cause(old: int, new: int) -> Cause:
    if new == _DONE:
        return Cause.DONE
    if old == _DONE:
        return Cause.REOPENED
    return Cause.BEGUN if new > old else Cause.PUT_BACK


decode: Callable[[str], EventPayload] = msgspec.json.Decoder(EventPayload).decode
"""What the payload of a card's event says."""

_ALWAYS = frozenset(
    {
        events.CARD_CREATED,
        events.CARD_ARCHIVED,
        events.CARD_RESTORED,
        events.CARD_DELETED,
        events.ITERATION_CARD_ADDED,
        events.ITERATION_CARD_REMOVED,
    }
)
_OF_RECORDS = frozenset({events.ITERATION_CARD_ADDED, events.ITERATION_CARD_REMOVED})
_BY_KEY = frozenset({events.CARD_CHANGED, events.CARD_MOVED})
_COUNTED = frozenset({"state", "size", "size_text"})


def counts(event: Event) -> bool:
    """Return whether a replay needs the event.

    Most changes of cards are to neither state nor size.
    """
    if event.kind in _BY_KEY:
        new = event.payload["new"]
        return not _COUNTED.isdisjoint(new)
    return event.kind in _ALWAYS


def needs_payload(kind: str) -> bool:
    """Return whether the payload of such an event is needed."""
    return kind not in _OF_RECORDS
