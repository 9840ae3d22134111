"""The card list: every filter, search, order and page (workspace.md, Cards)."""

import itertools
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kadence.web.card_list import ORDERS
from tests.api.kit import Team

pytestmark = pytest.mark.both_engines


@pytest.fixture(scope="module")
def shelf(world: Any) -> tuple[Team, dict[str, dict[str, Any]]]:
    """Cards that differ in everything that can be asked for, by title."""
    team = Team(world, world.make_space())
    _, progress, done = team.space.columns
    admin, reader = world.users["admin"].id, world.users["reader"].id
    team.call("DELETE", f"/cards/{team.space.card_id}")
    cards = [
        team.card("plain"),
        team.card("asap", asap=True, owner_id=admin),
        team.card("late", due_date="2020-01-01", column_id=progress),
        team.card("in time", due_date="2090-01-01", column_id=done, responsible_id=reader),
        team.card("too late", due_date="2021-01-01", column_id=done, external_id="X-1"),
        team.card("below", column_id=team.space.subcolumn, lane_id=team.space.lanes[1]),
        team.card("archived"),
        team.card("deleted"),
        team.card("planned"),
    ]
    by_title = {card["title"]: card for card in cards}
    team.change(by_title["archived"], condition=2)
    team.call("DELETE", f"/cards/{by_title['deleted']['id']}")
    team.call("POST", f"/cards/{by_title['plain']['id']}/tags", {"name": "urgent"})
    team.put(team.plan(), by_title["planned"])
    return team, by_title


LIVE = "plain asap late in_time too_late below planned"


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", LIVE),
        ("condition=1", LIVE),
        ("condition=2", "archived"),
        ("condition=3", "Card deleted"),
        ("condition=1,2,3", f"Card {LIVE}".replace("planned", "archived deleted planned")),
        ("archived=true", "archived"),
        ("archived=false", LIVE),
        ("archived=true&condition=3", ""),
        ("board_id={board}", LIVE),
        ("board_id=99999999", ""),
        ("column_id={queue}", "plain asap below planned"),
        ("column_ids={progress},{done}", "late in_time too_late"),
        ("column_id={queue}&column_ids={progress}", ""),
        ("exclude_column_ids={queue}", "late in_time too_late"),
        ("lane_id={lower}", "below"),
        ("exclude_lane_ids={lower}", "plain asap late in_time too_late planned"),
        ("exclude_board_ids={board}", ""),
        ("owner_ids={admin}", "asap"),
        ("owner_id={admin}", "asap"),
        ("exclude_owner_ids={admin}", "plain late in_time too_late below planned"),
        ("responsible_ids={reader}", "in_time"),
        ("responsible_id={reader}", "in_time"),
        ("member_ids={reader},{admin}", "in_time"),
        ("exclude_card_ids={plain}", "asap late in_time too_late below planned"),
        ("states=1", "plain asap below planned"),
        ("states=2,3", "late in_time too_late"),
        ("tag=urgent", "plain"),
        ("tag=other", ""),
        ("tag_ids={tag}", "plain"),
        ("type_id=1", LIVE),
        ("type_ids=2,3", ""),
        ("asap=true", "asap"),
        ("asap=false&states=1", "plain below planned"),
        ("with_due_date=1", "late in_time too_late"),
        ("with_due_date=0", "plain asap below planned"),
        ("overdue=true", "late"),
        ("overdue=false&with_due_date=true", "in_time too_late"),
        ("done_on_time=true", "in_time"),
        ("done_on_time=false", "too_late"),
        ("due_date_before=2020-06-01", "late"),
        ("due_date_after=2020-06-01T00:00:00%2B03:00", "in_time too_late"),
        ("created_after=2090-01-01", ""),
        ("created_before=2090-01-01&asap=true", "asap"),
        ("updated_after=2020-01-01&asap=true", "asap"),
        ("updated_before=2020-01-01", ""),
        ("last_moved_to_done_at_after=2020-01-01", ""),
        ("first_moved_in_progress_before=2090-01-01", ""),
        ("external_id=X-1", "too_late"),
        ("iteration_id={iteration}", "planned"),
        ("iteration_id=none", LIVE.replace(" planned", "")),
        ("iteration_id=x", ""),
        ("query=LATE", "late too_late"),
        ("query=too la", "too_late"),
        ("query=to", "too_late"),
        ("query=X-1&search_fields=external_id", "too_late"),
        ("query=%25", ""),
        ("query=%22", ""),
        ("query=%22%22%22%22", ""),
        ("is_request=true", ""),
        ("limit=2", "plain asap"),
        ("limit=2&offset=1", "asap late"),
        ("limit=2&skip=1", "asap late"),
        ("order_by=title&order_direction=desc&limit=2", "too_late planned"),
        ("order_direction=desc&limit=2", "planned below"),
        ("order_by=blocked&limit=1", "plain"),
        ("broken_api=1&relations=x&with_timeline_fields=1", LIVE),
    ],
)
def test_each_filter(shelf: Any, query: str, titles: str) -> None:
    team, cards = shelf
    known = {
        "board": team.space.board_id,
        "queue": team.space.columns[0],
        "progress": team.space.columns[1],
        "done": team.space.columns[2],
        "lower": team.space.lanes[1],
        "admin": team.world.users["admin"].id,
        "reader": team.world.users["reader"].id,
        "plain": cards["plain"]["id"],
        "tag": team.get(cards["plain"])["tag_ids"][0],
        "iteration": team.get(cards["planned"])["iteration"][0]["id"],
    }
    found = team.call("GET", f"/cards?space_id={team.space.id}&{query.format(**known)}")
    assert [card["title"].replace(" ", "_") for card in found] == titles.split()


@pytest.mark.parametrize(
    "query",
    [
        "filter=x",
        "order_by=nonsense",
        "order_by=members",
        "order_direction=up",
        "space_id=x",
        "board_id=0",
        "states=4",
        "condition=0",
        "asap=maybe",
        "created_before=soon",
        "owner_ids=1,x",
        "search_fields=comments",
        "additional_card_fields=everything",
        "limit=many",
        "query=%00",
        "query=" + "+".join(f"w{n}" for n in range(51)),
    ],
)
def test_a_wrong_value_is_400_with_a_message_and_no_code(team: Team, query: str) -> None:
    answer = team.world.call("GET", f"/cards?{query}", "writer")
    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Быстрый ПОИСК карточки", "поиск БЫСТР"),
        ("STRASSE in Köln", "straße KÖLN"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("İstanbul", "i̇stan"),
        ("高速検索エンジン", "検索"),
        ("بحث سريع", "سريع"),
        ('Quotes " and % and _', '" % _'),
        ("emoji 🎄🎁 here", "🎄🎁"),
    ],
)
def test_search_is_case_insensitive_in_every_alphabet(team: Team, title: str, query: str) -> None:
    made = team.card(title)
    found = team.call("GET", "/cards", params={"query": query, "space_id": str(team.space.id)})
    assert [card["id"] for card in found] == [made["id"]]
    params = {"query": query, "search_fields": "description,external_id"}
    assert team.call("GET", "/cards", params=params | {"space_id": str(team.space.id)}) == []


def test_each_way_to_write_the_same_letters_finds_all_of_them(team: Team) -> None:
    cases = json.loads((Path(__file__).parents[1] / "cases" / "folding.json").read_text())
    written = sorted(((text, same) for text, same in cases if same), key=lambda case: case[1])
    for same, group in itertools.groupby(written, key=lambda case: case[1]):
        texts = [text for text, _ in group]
        ids = [team.card(f"<{text}>")["id"] for text in texts]
        for query in (*texts, same):
            params = {"query": f"<{query}>", "space_id": str(team.space.id)}
            assert [card["id"] for card in team.call("GET", "/cards", params=params)] == ids, query


@pytest.mark.parametrize(
    ("title", "query"),
    # Fewer letters than the index takes, once they are folded.
    [("Чай", "аи\u0306"), ("Café", "fe\u0301"), ("각나", "\u1102\u1161"), ("x\ufdfay", "صلى")],
)
def test_a_word_is_as_long_as_it_is_once_it_is_folded(team: Team, title: str, query: str) -> None:
    made = team.card(title)
    params = {"query": query, "space_id": str(team.space.id)}
    assert [card["id"] for card in team.call("GET", "/cards", params=params)] == [made["id"]]


def test_a_search_may_be_long(team: Team) -> None:
    for query in ("a" * 20000, " ".join(f"w{n}" for n in range(50)), "ab " * 500, " ".join("äöü")):
        team.call("GET", "/cards", params={"query": query})


def test_search_follows_changes(team: Team) -> None:
    made = team.card("walnut", description="almond")
    here = f"space_id={team.space.id}"
    everywhere = "search_fields=title,description"

    def found(word: str) -> int:
        return len(team.call("GET", f"/cards?query={word}&{everywhere}&{here}"))

    assert (found("walnut"), found("almond"), found("hazel")) == (1, 1, 0)
    team.change(made, title="hazel", description=None)
    assert (found("walnut"), found("almond"), found("hazel")) == (0, 0, 1)


def test_a_listed_card_has_its_path_and_no_description(team: Team) -> None:
    made = team.card(description="long")
    (listed, _) = team.call("GET", f"/cards?space_id={team.space.id}&order_direction=desc")
    assert "description" not in listed
    assert "iteration" not in listed
    assert listed["description_filled"] is True
    assert listed["path_data"] == {
        "space": {"id": team.space.id, "title": "Space"},
        "board": {"id": team.space.board_id, "title": "Board"},
        "column": {"id": team.space.columns[0], "title": "Queue"},
        "lane": {"id": team.space.lanes[0], "title": "Upper"},
    }
    team.put(team.plan("Sprint 9"), made)
    query = f"/cards?space_id={team.space.id}&additional_card_fields=description,iteration"
    listed = team.call("GET", query)[-1]
    assert listed["description"] == "long"
    assert listed["iteration"][0]["title"] == "Sprint 9"


@pytest.mark.parametrize("order", ORDERS)
def test_every_scalar_key_orders_with_every_filter(shelf: Any, order: str) -> None:
    team, _ = shelf
    everything = "condition=1,2,3&states=1,2,3&owner_ids=1,2&query=a&asap=false&overdue=false"
    for query in ("condition=1,2,3", f"{everything}&iteration_id=none"):
        path = f"/cards?space_id={team.space.id}&order_by={order}&{query}"
        found = [card["id"] for card in team.call("GET", path)]
        backwards = [card["id"] for card in team.call("GET", f"{path}&order_direction=desc")]
        assert found == backwards[::-1]


def test_limit_is_cut_silently_and_offset_may_be_anything(team: Team) -> None:
    for query in ("limit=100000", "limit=0", "limit=-5", "offset=-1", f"offset={2**70}"):
        team.call("GET", f"/cards?space_id={team.space.id}&{query}")


def test_no_filter_shows_what_the_caller_must_not_see(team: Team) -> None:
    made = team.card("secret plan", external_id="SECRET")
    team.put(team.plan(), made)
    full = team.get(made)
    for query in (
        "",
        f"space_id={team.space.id}",
        f"board_id={team.space.board_id}",
        f"column_ids={','.join(map(str, team.space.columns))}",
        f"owner_ids={full['owner_id']}",
        f"iteration_id={full['iteration'][0]['id']}",
        "query=secret",
        "external_id=SECRET",
        "condition=1,2,3",
    ):
        for caller in ("stranger", "other"):
            found = team.call("GET", f"/cards?{query}", as_=caller)
            assert made["id"] not in [card["id"] for card in found], (caller, query)
        assert made["id"] in [
            c["id"] for c in team.call("GET", f"/cards?{query}&order_direction=desc")
        ]


def test_a_board_shown_elsewhere_is_seen_there_without_its_own_space(team: Team) -> None:
    """Who reads the other space alone sees the cards, and nothing of the space they come from."""
    made = team.card("shared")
    team.put(team.plan("hidden sprint"), made)
    other = team.world.make_space()
    team.call("PATCH", f"/spaces/{other.id}/boards/{team.space.board_id}", {}, as_="admin")
    reader = team.world.users["reader"].id
    team.call("DELETE", f"/spaces/{team.space.id}/users/{reader}", as_="admin")
    found = team.call("GET", f"/cards?space_id={other.id}&query=shared", as_="reader")
    assert [card["id"] for card in found] == [made["id"]]
    assert found[0]["path_data"]["space"]["id"] == other.id
    shown = team.call("GET", f"/cards/{made['id']}", as_="reader")
    assert [space["id"] for space in shown["board"]["spaces"]] == [other.id]
    assert "iteration" not in shown
    assert "hidden sprint" not in str(shown)
    sprint = team.get(made)["iteration"][0]["id"]
    assert team.call("GET", f"/cards?iteration_id={sprint}", as_="reader") == []
    activity = team.call("GET", f"/cards/{made['id']}/activity", as_="reader")
    assert [record["action"] for record in activity] == ["card_add"]
    assert "hidden sprint" not in str(activity)
    events = team.world.own("GET", f"/cards/{made['id']}/events", "reader").json()
    assert events == []
    board = team.call("GET", f"/boards/{team.space.board_id}", as_="reader")
    assert (board["space_id"], board["primary_path"]) == (other.id, False)
    assert team.call("GET", f"/cards?space_id={team.space.id}", as_="reader") == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("created", "created"),
        ("updated", "updated"),
        ("due_date", "due_date"),
        ("first_moved_in_progress", "first_moved_to_in_progress_at"),
        ("last_moved_to_done_at", "last_moved_to_done_at"),
    ],
)
def test_before_and_after_leave_out_the_instant_itself(
    shelf: tuple[Team, dict[str, dict[str, Any]]], name: str, key: str
) -> None:
    team, _ = shelf
    made = team.card("at an instant", due_date="2050-01-01")
    for column in team.space.columns[1:]:
        made = team.change(made, column_id=column)

    def found(side: str, milliseconds: int) -> bool:
        at = datetime.fromisoformat(made[key]) + timedelta(milliseconds=milliseconds)
        query = {f"{name}_{side}": at.isoformat(), "board_id": team.space.board_id}
        listed = team.call("GET", "/cards", params=query)
        return made["id"] in [card["id"] for card in listed]

    try:
        assert [found("before", by) for by in (-1, 0, 1)] == [False, False, True]
        assert [found("after", by) for by in (-1, 0, 1)] == [True, False, False]
    finally:
        team.call("DELETE", f"/cards/{made['id']}")
