"""A card's activity in the shape that live servers answer (contract: workspace.md)."""

from typing import Any

import pytest

from kadence.usecases.card_activity import MOST
from kadence.usecases.card_commands import ChangeCard
from kadence.usecases.cards import change_card
from kadence.usecases.unit_of_work import UnitOfWork
from tests.api.kit import Team
from tests.world import World

pytestmark = pytest.mark.both_engines
LONG = [
    "id",
    "created",
    "action",
    "block_id",
    "card_id",
    "card_version",
    "card_type_id",
    "checklist_id",
    "checklist_item_id",
    "board_id",
    "column_id",
    "subcolumn_id",
    "lane_id",
    "comment_id",
    "external_link_id",
    "file_id",
    "invite_id",
    "policy_id",
    "policy_item_id",
    "space_id",
    "sprint_id",
    "tag_id",
    "user_id",
    "webhook_id",
    "company_id",
    "author_id",
    "card_time_log_id",
    "role",
    "tree_entity_role_ids",
    "data",
    "card",
    "lane",
    "column",
    "board",
    "author",
]


@pytest.fixture
def team(world: World) -> Team:
    return Team(world, world.make_space())


def activity(team: Team, card: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    return list(team.call("GET", f"/cards/{card['id']}/activity{query}"))


def actions(team: Team, card: dict[str, Any], query: str = "") -> list[str]:
    return [record["action"] for record in activity(team, card, query)]


def test_a_long_record_has_its_35_keys_first_and_in_order(team: Team) -> None:
    card = team.card("One", column_id=team.space.columns[1])
    (made,) = activity(team, card, "?with_timeline_fields=true")
    assert list(made)[:35] == LONG
    assert len(LONG) == 35
    assert (made["action"], made["card_type_id"], made["card_version"]) == ("card_add", 1, 1)
    assert made["id"].isdigit()
    assert made["card"]["title"] == "One"
    assert made["card"]["type"]["id"] == 1
    whole = team.get(card)
    flat = {k: v for k, v in whole.items() if not isinstance(v, dict | list) and v is not None}
    assert {k: made["card"][k] for k in flat} == flat
    assert made["column"]["id"] == made["column_id"] == team.space.columns[1]
    assert made["data"]["dump"] == {"column": made["column"], "subcolumn": None}
    assert (made["lane"]["title"], made["board"]["title"]) == ("Upper", "Board")
    assert made["author"]["id"] == made["author_id"] == team.space.member_id


def test_moves_say_where_the_card_was_after_them(team: Team) -> None:
    card = team.card(column_id=team.space.columns[1])
    team.change(card, column_id=team.space.subcolumn)
    team.change(card, lane_id=team.space.lanes[1])
    lane, column, _ = activity(team, card)
    assert (column["action"], column["card_version"]) == ("card_move", 2)
    assert (column["column_id"], column["subcolumn_id"]) == (
        team.space.columns[0],
        team.space.subcolumn,
    )
    assert column["subcolumn"]["title"] == "Review"
    assert (lane["action"], lane["lane"]["title"]) == ("card_move", "Lower")


def test_another_board_is_left_for_in_two_records(team: Team, world: World) -> None:
    other, card = world.make_space(), team.card()
    team.change(card, board_id=other.board_id)
    joined, left, made = activity(team, card)
    assert [joined["action"], left["action"]] == ["card_join_board", "card_leave_board"]
    assert int(left["id"]) + 1 == int(joined["id"])
    assert joined["card_version"] == left["card_version"] == 2
    assert (left["board_id"], joined["board_id"]) == (team.space.board_id, other.board_id)
    assert made["board_id"] == team.space.board_id


def test_what_happened_on_a_board_that_one_cannot_read_is_left_out(
    team: Team, world: World
) -> None:
    other, card = world.make_space(), team.card("Moved")
    team.call("PATCH", f"/boards/{team.space.board_id}/columns/{team.space.columns[1]}",
              {"title": "Very secret"}, as_="admin")  # fmt: skip
    team.change(card, column_id=team.space.columns[1])
    team.change(card, board_id=other.board_id)
    reader = world.users["reader"].id
    team.call("DELETE", f"/spaces/{team.space.id}/users/{reader}", as_="admin")
    found = team.call("GET", f"/cards/{card['id']}/activity", as_="reader")
    assert [record["action"] for record in found] == ["card_join_board", "card_add"]
    assert "Very secret" not in str(found)
    assert {record["board_id"] for record in found} == {other.board_id}


def test_people_and_comments_are_named(team: Team) -> None:
    card, admin = team.card(), team.world.users["admin"]
    path = f"/cards/{card['id']}"
    team.call("POST", f"{path}/members", {"user_id": admin.id})
    team.call("PATCH", f"{path}/members/{admin.id}", {"type": 2})
    team.call("PATCH", f"{path}/members/{admin.id}", {"type": 1})
    team.call("DELETE", f"{path}/members/{admin.id}")
    comment = team.call("POST", f"{path}/comments", {"text": "Hm"})
    team.call("PATCH", f"{path}/comments/{comment['id']}", {"text": "Ah"})
    team.call("DELETE", f"{path}/comments/{comment['id']}")
    found = activity(team, card)
    assert [record["action"] for record in reversed(found)] == [
        "card_add",
        "card_assign_member",
        "card_assign_responsible",
        "card_relieve_responsible",
        "card_remove_member",
        "comment_add",
        "comment_update",
        "comment_remove",
    ]
    removed, update, _, gone, relieved, responsible, member, _ = found
    for record in (gone, relieved, responsible, member):
        assert record["user"] == record["targetUser"]
        assert record["user"]["id"] == record["user_id"] == admin.id
    kinds = [record["data"].get("member_type") for record in (member, responsible, relieved, gone)]
    assert kinds == [1, 2, 1, None]
    assert update["old_text"] == "Hm"
    assert update["comment_id"] == removed["comment_id"] == comment["id"]
    assert update["data"]["dump"]["comment"]["id"] == comment["id"]


def test_changed_fields_are_short_records(team: Team) -> None:
    card = team.card("One")
    team.change(card, title="Two", size_text="3", due_date="2026-12-01", asap=True)
    team.call("POST", f"/cards/{card['id']}/tags", {"name": f"bug {card['id']}"})
    tag, *changed, made = activity(team, card)
    assert made["action"] == "card_add"
    told = {one["changed_field"]: one for one in changed}
    assert set(told) == {"title", "size_text", "due_date", "asap"}
    assert (told["title"]["old_title"], told["title"]["title"]) == ("One", "Two")
    due = told["due_date"]
    assert (due["old_due_date"], due["due_date"]) == (None, "2026-12-01T00:00:00.000Z")
    assert told["asap"]["asap"] is True
    assert set(told["title"]) == {
        "author", "action", "created", "changed_field", "old_title", "title",
    }  # fmt: skip
    assert (tag["changed_field"], tag["old_tag_ids"]) == ("tag_ids", [])
    assert [one["name"] for one in tag["added_tags"]] == [f"bug {card['id']}"]
    assert tag["deleted_tags"] == []


def test_it_is_read_by_pages_and_conditions_have_actions(team: Team) -> None:
    card = team.card()
    for condition in (2, 1):
        team.change(card, condition=condition)
    team.call("DELETE", f"/cards/{card['id']}")
    whole = actions(team, card)
    assert whole == ["card_delete", "card_unarchive", "card_archive", "card_add"]
    assert actions(team, card, "?limit=2") == whole[:2]
    assert actions(team, card, "?limit=2&offset=2") == whole[2:]
    assert actions(team, card, "?limit=2&skip=3") == whole[3:]
    assert actions(team, card, "?offset=9") == []


def test_without_a_limit_a_pager_gets_every_row_once(team: Team) -> None:
    card = team.card()

    def work(unit: UnitOfWork) -> None:
        for n in range(MOST + 20):
            change_card(unit, card["id"], ChangeCard(title=f"Title {n}"))

    team.world.do(work)
    pages: list[list[str]] = []
    while not pages or pages[-1]:
        records = activity(team, card, f"?offset={sum(map(len, pages))}")
        pages.append([record.get("title", record["action"]) for record in records])
    first, second, _ = pages
    assert (first[0], first[-1]) == (f"Title {MOST + 19}", "card_add")
    told = [*first, *second]
    assert sorted(told) == sorted(["card_add", *(f"Title {n}" for n in range(MOST + 20))])


def test_who_is_responsible_from_the_first_is_told(team: Team) -> None:
    reader = team.world.users["reader"].id
    card = team.card(responsible_id=reader)
    told = [one for one in activity(team, card) if one["action"] == "card_assign_responsible"]
    assert [(one["user_id"], one["data"]["member_type"]) for one in told] == [(reader, 2)]
    assert actions(team, card)[-1] == "card_add"


def test_joining_an_iteration_is_no_activity(team: Team) -> None:
    card = team.card()
    team.put(team.plan(), card)
    assert actions(team, card) == ["card_add"]
