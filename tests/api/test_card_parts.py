"""What belongs to a card: its history, events, members, tags and comments (workspace.md, Cards)."""

import pytest

from tests.api.kit import Team


@pytest.mark.both_engines
def test_location_history_has_an_entry_for_each_move(team: Team) -> None:
    made = team.card()
    path = f"/cards/{made['id']}/location-history"
    assert team.call("GET", path) == []
    team.change(made, column_id=team.space.subcolumn)
    team.change(made, title="New")
    team.change(made, lane_id=team.space.lanes[1])
    first, second = team.call("GET", path)
    assert isinstance(first["id"], str)
    assert (first["column_id"], first["subcolumn_id"], first["lane_id"]) == (
        team.space.columns[0],
        team.space.subcolumn,
        team.space.lanes[0],
    )
    assert second["lane_id"] == team.space.lanes[1]
    assert second["subcolumn_id"] == team.space.subcolumn
    assert first["author"]["id"] == first["author_id"] == team.world.users["writer"].id
    assert first["condition"] == 1
    assert first["sprint_id"] is None


@pytest.mark.both_engines
def test_a_cards_events_are_listed_newest_first(team: Team) -> None:
    plan, made = team.plan(), team.card("One")
    team.change(made, title="Two")
    team.put(plan, made)
    team.call("POST", f"/cards/{made['id']}/comments", {"text": "Hm"})
    path = f"/cards/{made['id']}/events"
    found = team.world.own("GET", path, "writer").json()
    kinds = ["comment.added", "iteration_card.added", "card.changed", "card.created"]
    assert [event["kind"] for event in found] == kinds
    assert found[2]["payload"]["old"] == {"title": "One"}
    assert found[2]["payload"]["new"] == {"title": "Two"}
    assert found[0]["author"]["id"] == team.world.users["writer"].id
    page = team.world.own("GET", f"{path}?limit=1&offset=1", "writer").json()
    assert [event["kind"] for event in page] == ["iteration_card.added"]


def test_a_page_of_a_cards_events_ends_where_it_has_a_mib(team: Team) -> None:
    made, text = team.card("One"), "ы" * 32_768
    for number in range(12):
        team.change(made, description=f"{number:02}{text[2:]}")
    path, seen = f"/cards/{made['id']}/events", 0
    sizes = []
    while page := team.world.own("GET", f"{path}?offset={seen}", "writer").json():
        seen += len(page)
        sizes.append(len(page))
    # A change of a text has it twice, 128 KiB and some more.
    assert sizes == [7, 6]


@pytest.mark.both_engines
def test_members(team: Team) -> None:
    made, admin, reader = team.card(), team.world.users["admin"], team.world.users["reader"]
    path = f"/cards/{made['id']}/members"
    added = team.call("POST", path, {"user_id": admin.id})
    assert (added["id"], added["user_id"], added["card_id"], added["type"]) == (
        admin.id,
        admin.id,
        made["id"],
        1,
    )
    assert team.call("POST", path, {"user_id": admin.id}) == added
    team.call("POST", path, {"user_id": reader.id})
    assert team.call("PATCH", f"{path}/{admin.id}", {"type": 2})["type"] == 2
    assert team.get(made)["responsible_id"] == admin.id
    assert team.call("PATCH", f"{path}/{reader.id}", {"type": 2})["type"] == 2
    assert {m["id"]: m["type"] for m in team.call("GET", path)} == {admin.id: 1, reader.id: 2}
    assert team.call("DELETE", f"{path}/{reader.id}") == {"id": reader.id}
    now = team.get(made)
    assert now["responsible_id"] is None
    assert [member["id"] for member in now["members"]] == [admin.id]
    assert team.refused("DELETE", f"{path}/{reader.id}") == (404, None)
    assert team.refused("POST", path, {"user_id": 2**62}) == (400, 1)
    assert team.refused("PATCH", f"{path}/{admin.id}", {"type": 3})[0] == 400


@pytest.mark.both_engines
def test_tags(team: Team) -> None:
    made = team.card()
    path = f"/cards/{made['id']}/tags"
    name = f"bug {made['uid']}"
    tag = team.call("POST", path, {"name": name})
    assert (tag["name"], tag["card_id"], tag["tag_id"]) == (name, made["id"], tag["id"])
    assert team.call("POST", path, {"name": name}) == tag
    assert team.call("POST", f"/cards/{team.card()['id']}/tags", {"name": name})["id"] == tag["id"]
    now = team.get(made)
    assert now["tag_ids"] == [tag["id"]]
    assert now["tags"] == team.call("GET", path) == [tag]
    assert now["version"] == 2
    assert [t["id"] for t in team.call("GET", f"/tags?query={made['uid']}")] == [tag["id"]]
    here = f"/tags?space_id={team.space.id}"
    assert tag["id"] in [t["id"] for t in team.call("GET", here)]
    assert team.call("GET", here, as_="stranger") == []
    renamed = team.call("PATCH", f"/company/tags/{tag['id']}", {"name": name + "!"}, as_="owner")
    assert team.get(made)["tags"][0]["name"] == renamed["name"] == name + "!"
    assert team.call("DELETE", f"{path}/{tag['id']}") == {"id": tag["id"]}
    assert team.refused("DELETE", f"{path}/{tag['id']}") == (404, None)
    assert team.call("DELETE", f"/company/tags/{tag['id']}", as_="owner") == {"id": tag["id"]}
    assert team.call("GET", f"/tags?ids={tag['id']}") == []


@pytest.mark.both_engines
def test_comments(team: Team) -> None:
    made = team.card()
    path = f"/cards/{made['id']}/comments"
    comment = team.call("POST", path, {"text": "First"})
    assert comment["author_id"] == comment["author"]["id"] == team.world.users["writer"].id
    assert comment["edited"] is False
    now = team.get(made)
    assert (now["comments_total"], now["comment_last_added_at"]) == (1, comment["created"])
    changed = team.call("PATCH", f"{path}/{comment['id']}", {"text": "Second"})
    assert (changed["text"], changed["edited"]) == ("Second", True)
    assert team.call("GET", path) == [changed]
    assert team.call("DELETE", f"{path}/{comment['id']}") == {"id": comment["id"]}
    assert team.get(made)["comments_total"] == 0
    long = (400, "Comment text must not exceed 4096 characters")
    assert team.refused("POST", path, {"text": "x" * 4097}) == long
    said = "Comment should have required property 'text'"
    assert team.refused("POST", path, {}) == (400, said)
