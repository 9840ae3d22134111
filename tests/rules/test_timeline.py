"""The replay of an iteration against a plain count of what the same events say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain import events
from kadence.domain.model import Event
from kadence.domain.sizes import parse_size
from kadence.domain.timeline import (
    CardFacts,
    Cause,
    Entry,
    EventPayload,
    Lifespan,
    build_timeline,
    counts,
    decode,
    needs_payload,
)

HERE, ELSEWHERE = "here", "elsewhere"
CARDS = st.sampled_from(["a", "b", "c"])
SIZES = st.sampled_from([None, "XL", "1", "2.5", "0.1"])
DEEDS = st.lists(
    st.tuples(st.just("state"), CARDS, st.sampled_from([1, 2, 3]))
    | st.tuples(st.just("size"), CARDS, SIZES)
    | st.tuples(st.just("in"), CARDS, st.sampled_from([HERE, ELSEWHERE]))
    | st.tuples(st.just("out"), CARDS, st.just(HERE)),
    max_size=40,
)


def entry(seq: int, kind: str, card: str, iteration: str | None = None, **new: object) -> Entry:
    if "size_text" in new:
        new["size"] = parse_size(str(new["size_text"] or "")).size
    payload = EventPayload(new=CardFacts(**new)) if new else None  # type: ignore[arg-type]
    return Entry(seq, seq * 10, kind, iteration, card, payload)


def replayed(deeds: list[tuple[str, str, object]]) -> list[Entry]:
    kinds = {"state": "state", "size": "size_text"}
    return [
        entry(seq, events.CARD_CHANGED, card, **{kinds[deed]: value})  # type: ignore[arg-type]
        if deed in kinds
        else entry(
            seq,
            events.ITERATION_CARD_ADDED if deed == "in" else events.ITERATION_CARD_REMOVED,
            card,
            str(value),
        )
        for seq, (deed, card, value) in enumerate(deeds, 1)
    ]


@given(deeds=DEEDS)
def test_the_tally_is_what_a_plain_count_gives_at_every_place(
    deeds: list[tuple[str, str, object]],
) -> None:
    entries = replayed(deeds)
    inside: set[str] = set()
    state: dict[str, int] = {}
    size: dict[str, Decimal | None] = {}
    for place, (deed, card, value) in enumerate(deeds, 1):
        if deed == "state":
            state[card] = int(str(value))
        elif deed == "size":
            size[card] = Decimal(str(value)) if value not in (None, "XL") else None
        elif deed == "in" and value == HERE:
            inside.add(card)
        elif deed == "out":
            inside.discard(card)
        timeline = build_timeline(entries, HERE, Lifespan(), place, {})
        for column in (1, 2, 3):
            there = [one for one in inside if state.get(one, 1) == column]
            assert timeline.tally.counts[column - 1] == len(there)
            total = sum((size.get(one) or Decimal(0) for one in there), Decimal(0))
            assert timeline.tally.sizes[column - 1] == total
        assert {one.uid for one in timeline.inside} == inside


@given(deeds=DEEDS, at=st.integers(0, 40), length=st.integers(0, 40))
def test_the_baseline_is_what_was_inside_at_the_start_and_nothing_comes_after_the_end(
    deeds: list[tuple[str, str, object]], at: int, length: int
) -> None:
    entries = replayed(deeds)
    # Places between the events: an iteration's own events have places of their own.
    spread = [
        Entry(e.seq * 2, e.at, e.kind, e.iteration_id, e.card_uid, e.payload) for e in entries
    ]
    started, ended = at * 2 + 1, (at + length) * 2 + 1
    lifespan = Lifespan((started, started), (ended, ended))
    whole = build_timeline(spread, HERE, lifespan, 10_000, {})
    before = build_timeline(spread, HERE, Lifespan(), started, {})
    assert whole.baseline == {card.uid: card.size for card in before.inside}
    assert whole.start == before.tally
    assert whole.end == ended
    assert all(step.seq <= ended for step in whole.steps)
    assert [step.seq for step in whole.run] == [s.seq for s in whole.steps if s.seq > started]


def test_before_its_start_it_has_no_baseline_and_at_it_it_has() -> None:
    entries = [entry(1, events.ITERATION_CARD_ADDED, "a", HERE)]
    lifespan = Lifespan((5, 50), (9, 90))
    early = build_timeline(entries, HERE, lifespan, 4, {})
    assert (early.baseline, early.lifespan) == (None, Lifespan(None, None))
    started = build_timeline(entries, HERE, lifespan, 5, {})
    assert (started.baseline, started.lifespan) == ({"a": None}, Lifespan((5, 50), None))
    ended = build_timeline(entries, HERE, lifespan, 9, {})
    assert ended.lifespan == lifespan


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (1, 2, Cause.BEGUN),
        (2, 1, Cause.PUT_BACK),
        (1, 3, Cause.DONE),
        (2, 3, Cause.DONE),
        (3, 1, Cause.REOPENED),
        (3, 2, Cause.REOPENED),
    ],
)
def test_a_move_says_why(old: int, new: int, cause: Cause) -> None:
    entries = [
        entry(1, events.CARD_CHANGED, "a", state=old, size_text="3"),
        entry(2, events.ITERATION_CARD_ADDED, "a", HERE),
        entry(3, events.CARD_MOVED, "a", state=new),
        entry(4, events.CARD_MOVED, "a", state=new),
    ]
    timeline = build_timeline(entries, HERE, Lifespan(), 9, {})
    steps = timeline.steps
    assert [(step.cause, step.enters) for step in steps] == [(Cause.ADDED, 1), (cause, 0)]
    moved = steps[-1]
    assert (moved.card_uid, moved.state, moved.before, moved.after) == (
        "a",
        new,
        Decimal(3),
        Decimal(3),
    )
    assert timeline.cards["a"].done_at == (30 if new == 3 else None)


@pytest.mark.parametrize(
    ("begun_at", "came_from"), [(None, None), (4, None), (3, None), (2, ELSEWHERE)]
)
def test_a_card_is_carried_in_from_what_had_begun_before_it_came(
    begun_at: int | None, came_from: str | None
) -> None:
    entries = [
        entry(1, events.ITERATION_CARD_ADDED, "a", ELSEWHERE),
        entry(3, events.ITERATION_CARD_ADDED, "a", HERE),
    ]
    begun = {} if begun_at is None else {ELSEWHERE: Lifespan(activated=(begun_at, 0))}
    (card,) = build_timeline(entries, HERE, Lifespan(), 9, begun).inside
    assert card.came_from == came_from


def test_a_done_card_is_done_since_it_was_and_not_carried_in() -> None:
    entries = [
        entry(1, events.ITERATION_CARD_ADDED, "a", ELSEWHERE),
        entry(3, events.CARD_MOVED, "a", state=3),
        entry(4, events.ITERATION_CARD_ADDED, "a", HERE),
    ]
    begun = {ELSEWHERE: Lifespan(activated=(2, 0))}
    (card,) = build_timeline(entries, HERE, Lifespan(), 9, begun).inside
    assert (card.done_at, card.came_from) == (30, None)


@pytest.mark.parametrize(
    ("condition", "cause"),
    [(2, Cause.ARCHIVED), (3, Cause.DELETED), (1, None)],
)
def test_a_condition_is_a_step_where_it_changes(condition: int, cause: Cause | None) -> None:
    entries = [
        entry(1, events.CARD_CREATED, "a", size_text="3"),
        entry(2, events.ITERATION_CARD_ADDED, "a", HERE),
        entry(3, events.CARD_CHANGED, "a", condition=condition),
        # One that was never in it leaves no step.
        entry(4, events.CARD_CHANGED, "b", condition=2),
    ]
    steps = build_timeline(entries, HERE, Lifespan(), 9, {}).steps
    assert [step.cause for step in steps[1:]] == ([cause] if cause else [])
    assert all((step.before, step.after) == (Decimal(3), Decimal(3)) for step in steps[1:])


def test_what_left_says_where_it_went_and_why() -> None:
    begun = Lifespan(activated=(0, 0))
    removed = entry(2, events.ITERATION_CARD_REMOVED, "a", HERE)
    entries = [entry(1, events.ITERATION_CARD_ADDED, "a", HERE), removed]
    for later in (0, 1, 10**9):
        added = Entry(3, removed.at + later, events.ITERATION_CARD_ADDED, ELSEWHERE, "a", None)
        step = build_timeline([*entries, added], HERE, begun, 9, {}).steps[-1]
        assert (step.enters, step.other) == (-1, ELSEWHERE)
        # Out of a plan nothing is carried.
        assert build_timeline([*entries, added], HERE, Lifespan(), 9, {}).steps[-1].other is None
    archived = Entry(3, removed.at, events.CARD_ARCHIVED, None, "a", EventPayload(condition=2))
    step = build_timeline([*entries, archived], HERE, begun, 9, {}).steps[-1]
    assert step.cause is Cause.ARCHIVED


@pytest.mark.parametrize(
    ("kind", "payload", "counted"),
    [
        (events.CARD_CREATED, {}, True),
        (events.CARD_ARCHIVED, {}, True),
        (events.ITERATION_CARD_ADDED, {}, True),
        (events.ITERATION_CARD_REORDERED, {}, False),
        (events.COMMENT_ADDED, {}, False),
        (events.CARD_CHANGED, {"new": {"title": "x"}}, False),
        (events.CARD_CHANGED, {"new": {"size_text": None}}, True),
        (events.CARD_CHANGED, {"new": {"size": None}}, True),
        (events.CARD_MOVED, {"new": {"column_id": 1}}, False),
        (events.CARD_MOVED, {"new": {"state": 2}}, True),
    ],
)
def test_a_replay_needs_what_changes_state_size_or_belonging(
    kind: str, payload: dict[str, object], counted: bool
) -> None:
    assert counts(Event(1, 1, 1, kind, None, None, None, "c", payload)) is counted
    is_of_a_record = kind.startswith("iteration_card.") and counted
    assert needs_payload(kind) is not is_of_a_record


def test_a_payload_tells_facts_of_a_new_card_or_under_new_what_changed() -> None:
    told = decode('{"state": 2, "size": 3.0, "size_text": "3", "title": "x"}')
    assert told == EventPayload(2, size=3.0, size_text="3")
    assert decode('{"new": {"condition": 2}}').new == CardFacts(condition=2)


def test_a_size_counts_what_was_read_when_it_was_written() -> None:
    def told(seq: int, **new: object) -> Entry:
        payload = EventPayload(new=CardFacts(**new))  # type: ignore[arg-type]
        return Entry(seq, seq, events.CARD_CHANGED, None, "a", payload)

    entries = [
        entry(1, events.ITERATION_CARD_ADDED, "a", HERE),
        # By rules 1; then the unit goes, and the same text is written again.
        told(2, size=-3.0, size_text="PROJ-3"),
        told(3, size_text="-3"),
        told(4, size_text="PROJ-3"),
        told(5, size=None),
        told(6, size=4.0, size_text="4"),
    ]
    places = [build_timeline(entries, HERE, Lifespan(), place, {}) for place in range(2, 7)]
    sizes = [place.cards["a"].size for place in places]
    assert sizes == [Decimal(-3), Decimal(-3), Decimal(-3), None, Decimal(4)]
    assert [place.tally.sizes[0] for place in places] == [size or 0 for size in sizes]
