"""The journal as the source: what each kind of event does to the rows, also in older journals."""

from typing import Any

import pytest
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.model import Condition, Event, TokenKind
from kadence.domain.replay import APPLY, KEYS, CannotReplay, State, empty, replay

NOW = 1000


def event(kind: str, payload: Any = None, **about: Any) -> Event:
    where = {"space_uid": "space", "iteration_id": None, "card_uid": None} | about
    return Event(about.pop("seq", 7), 1, NOW, kind, "ann", payload=payload or {}, **where)


def after(state: State, *told: Event) -> State:
    """The state after events, without what follows from the rest."""
    for one in told:
        APPLY[one.kind](state, one)
    return state


def unknown(told: Event) -> None:
    pytest.fail(told.kind)


@pytest.fixture
def state() -> State:
    """A person and a card on a board, so far as the rules look at them."""
    made = empty()
    made["companies"][1,] = {"id": 1, "name": "Home"}
    made["users"][5,] = {"id": 5, "uid": "ann"}
    card = {"uid": "card", "id": 3, "board_id": 2, "space_id": 1, "version": 1}
    made["cards"]["card",] = card | {"comments_total": 2, "comment_last_added_at": 1}
    made["cards"]["other",] = {"uid": "other", "board_id": 9, "space_id": 1}
    made["boards"][2,] = {"id": 2, "space_id": 1, "deleted_at": None}
    made["spaces"][1,] = {"id": 1, "uid": "space", "deleted_at": None, "updated": 1}
    made["lanes"][4,] = {"id": 4, "condition": Condition.LIVE.value}
    made["comments"][8,] = {"id": 8}
    return made


def test_a_company_and_a_space_are_changed_and_ended(state: State) -> None:
    after(state, event(events.COMPANY_CHANGED, {"new": {"name": "House"}}))
    assert state["companies"] == {(1,): {"id": 1, "name": "House", "updated": NOW}}
    after(state, event(events.SPACE_DELETED, {"id": 1}))
    space = {"id": 1, "uid": "space", "deleted_at": NOW, "updated": NOW}
    assert state["spaces"] == {(1,): space}


def test_what_has_no_column_for_its_change_gets_none() -> None:
    state = empty()
    state["users"][5,] = {"id": 5, "deactivated_at": None}
    after(state, event(events.USER_DEACTIVATED, {"id": 5}))
    assert state["users"] == {(5,): {"id": 5, "deactivated_at": NOW}}


def test_a_token_of_the_first_releases_is_one_of_the_api() -> None:
    told = {"id": 1, "name": "bot", "digest": "secret", "last_used": 5}
    state = after(empty(), event(events.TOKEN_CREATED, told))
    row = {"kind": TokenKind.API.value, "parent_id": None, "id": 1}
    assert state["tokens"] == {(1,): row}


def test_a_board_of_the_first_release_brings_its_columns_and_lanes() -> None:
    told = {"id": 2, "space_id": 1, "columns": [{"id": 6}], "lanes": [{"id": 4}]}
    state = after(empty(), event(events.BOARD_CREATED, told))
    assert state["boards"] == {(2,): {"deleted_at": None, "id": 2, "space_id": 1}}
    place = {"company_id": 1, "space_id": 1, "board_id": 2, "created": NOW}
    assert state["placements"] == {(1, 2): place}
    column = {"wip_limit": None, "external_id": None, "deleted_at": None, "id": 6}
    assert state["columns"] == {(6,): column}
    lane = {"wip_limit": None, "external_id": None, "condition": 1, "id": 4}
    assert state["lanes"] == {(4,): lane}
    assert told["columns"] == [{"id": 6}], "the journal stays as it is"


def test_what_a_journal_says_itself_is_not_overwritten() -> None:
    told: dict[str, Any] = {
        "id": 2, "space_id": 1, "deleted_at": 5,
        "columns": [{"id": 6, "wip_limit": 3, "external_id": "c", "deleted_at": 8}],
        "lanes": [{"id": 4, "wip_limit": 2, "external_id": "l", "condition": 3}],
    }  # fmt: skip
    state = after(empty(), event(events.BOARD_CREATED, told))
    assert state["boards"][2,]["deleted_at"] == 5
    assert state["columns"][6,] == told["columns"][0]
    assert state["lanes"][4,] == told["lanes"][0]


def test_a_board_is_shown_once_and_moves_with_its_cards(state: State) -> None:
    after(state, event(events.BOARD_SHOWN, {"space_id": 7, "board_id": 2}))
    first = dict(state["placements"][7, 2])
    assert first == {"company_id": 1, "space_id": 7, "board_id": 2, "created": NOW}
    shown = event(events.BOARD_SHOWN, {"space_id": 7, "board_id": 2})
    after(state, replace(shown, at=2 * NOW))
    assert state["placements"] == {(7, 2): first}
    after(state, event(events.BOARD_MOVED, {"id": 2, "new": {"space_id": 9}}))
    assert state["boards"][2,]["space_id"] == 9
    assert state["placements"][9, 2]["created"] == NOW
    assert state["cards"]["card",]["space_id"] == 9
    assert state["cards"]["other",]["space_id"] == 1, "a card of another board"


def test_a_lane_that_is_deleted_stays_as_a_row(state: State) -> None:
    after(state, event(events.LANE_DELETED, {"id": 4}))
    deleted = {"id": 4, "condition": Condition.DELETED.value, "updated": NOW}
    assert state["lanes"] == {(4,): deleted}


def test_comments_are_counted_on_their_card(state: State) -> None:
    after(state, event(events.COMMENT_ADDED, {"id": 9, "text": "Yes"}, card_uid="card"))
    card = state["cards"]["card",]
    assert (card["comments_total"], card["comment_last_added_at"]) == (3, NOW)
    assert state["comments"][9,] == {"id": 9, "text": "Yes"}
    after(state, event(events.COMMENT_REMOVED, {"id": 8}, card_uid="card"))
    assert (card["comments_total"], card["comment_last_added_at"]) == (2, NOW)
    assert list(state["comments"]) == [(9,)]


def test_a_part_of_a_card_changes_the_card(state: State) -> None:
    told = {"card_id": 3, "tag_id": 1, "version": 2}
    after(state, event(events.CARD_TAG_ADDED, told, card_uid="card"))
    assert state["card_tags"] == {(3, 1): {"card_id": 3, "tag_id": 1}}
    card = state["cards"]["card",]
    assert (card["version"], card["updated"], card["updater_id"]) == (2, NOW, 5)
    after(state, event(events.CARD_TAG_REMOVED, told | {"version": 3}, card_uid="card"))
    assert (state["card_tags"], card["version"]) == ({}, 3)


def test_journals_of_earlier_releases_say_less_of_an_iteration() -> None:
    state = after(empty(), event(events.ITERATION_CREATED, {"id": "one", "status": "planned"}))
    unsaid = {"capacity": None, "version": 1, "start_timed": 0, "finish_timed": 0}
    made = unsaid | {"id": "one", "status": "planned"}
    assert state["iterations"] == {("one",): made}
    after(state, event(events.ITERATION_REMOVED, iteration_id="one"))
    removed = {"status": "removed", "updater_uid": "ann", "updated": NOW}
    assert state["iterations"] == {("one",): made | removed}
    after(state, event(events.ITERATION_CHANGED, {"new": {"goal": "x"}}, iteration_id="one"))
    assert state["iterations"]["one",]["goal"] == "x"


def test_a_card_is_where_its_open_record_says() -> None:
    def card(uid: str) -> Event:
        return event(events.CARD_CREATED, {"uid": uid}, card_uid=uid)

    def record(number: int, uid: str, iteration: str) -> Event:
        told = {"id": number, "card_uid": uid, "iteration_id": iteration, "removed_at": None}
        return event(events.ITERATION_CARD_ADDED, told)

    iterations = (
        event(events.ITERATION_CREATED, {"id": name, "status": status})
        for name, status in (("open", "planned"), ("over", "closed"), ("running", "active"))
    )
    state = replay([
        *iterations, card("a"), card("b"), card("c"), card("d"),
        record(1, "a", "open"), record(2, "b", "over"), record(3, "c", "open"),
        event(events.ITERATION_CARD_REMOVED, {"id": 3}), record(4, "d", "running"),
    ], unknown)  # fmt: skip
    where = {key[0]: row["iteration_id"] for key, row in state["cards"].items()}
    assert where == {"a": "open", "b": None, "c": None, "d": "running"}
    live = [row["live"] for row in state["iteration_cards"].values()]
    assert live == [1, None, None, 1]
    removed = state["iteration_cards"][3,]
    assert (removed["removed_at"], removed["removed_by_uid"]) == (NOW, "ann")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            event(events.CARD_MEMBER_ADDED, {"card_id": 1, "user_id": 1}, card_uid="gone"),
            "event 7 (card_member.added) is about something that was never made: gone",
        ),
        (
            event(events.MEMBER_REMOVED, {"space_id": 1, "user_id": 2}),
            "event 7 (member.removed) is about something that was never made: 1, 2",
        ),
        (
            event(events.COMPANY_CREATED, {"name": "x"}),
            "event 7 (company.created) lacks the key id",
        ),
        (
            event(events.ITERATION_CARD_ADDED, {"id": 1, "iteration_id": "x", "removed_at": None}),
            "an iteration card is about something that was never made: x",
        ),
    ],
)
def test_what_cannot_be_replayed_is_named(told: Event, message: str) -> None:
    with pytest.raises(CannotReplay) as caught:
        replay([told], unknown)
    assert str(caught.value) == message


def test_who_did_it_must_have_been_made(state: State) -> None:
    del state["users"][5,]
    journal = [
        event(events.CARD_CREATED, {"uid": "card"}, card_uid="card"),
        event(events.CARD_CHANGED, {"new": {}, "version": 2}, card_uid="card"),
    ]
    with pytest.raises(CannotReplay, match=r"was never made: a person$"):
        replay(journal, unknown)


def test_kinds_of_newer_programs_are_unknown() -> None:
    ignored: list[Event] = []
    told = [
        event("card.grown"),
        # What the first may have made is not missed.
        event(events.CARD_CHANGED, {"new": {}, "version": 2}, card_uid="grown"),
        event(events.ITERATION_CARD_ADDED, {"id": 1, "iteration_id": "x", "removed_at": None}),
    ]
    state = replay(told, ignored.append)
    assert ignored == told[:2]
    assert [*state["iteration_cards"]] == [(1,)]


def test_every_table_has_a_place_for_its_rows() -> None:
    assert empty() == {table: {} for table in KEYS}
