"""People leave and come back: work, admins, owners, links."""

import pytest

from kadence.domain.errors import BadRequest
from kadence.usecases import people
from tests.api.kit import Team
from tests.world import World

OWN = "/api/kadence/v1"


@pytest.fixture
def gone(team: Team) -> int:
    """The id of somebody who was deactivated."""
    return team.world.users["deactivated"].id


def test_who_is_deactivated_cannot_be_given_work(team: Team, gone: int) -> None:
    card = team.card()
    path, email = f"/cards/{card['id']}", team.world.users["deactivated"].email
    for body, code in (
        ({"responsible_id": gone}, 4),
        ({"owner_id": gone}, 3),
        ({"owner_email": email}, 3),
    ):
        assert team.refused("PATCH", path, body) == (400, code)
        new = {"title": "x", "board_id": team.space.board_id}
        assert team.refused("POST", "/cards", new | body) == (400, code)
    assert team.refused("POST", f"{path}/members", {"user_id": gone}) == (400, 1)


@pytest.mark.both_engines
def test_work_stays_with_who_left_and_can_be_sent_back_as_it_is(world: World) -> None:
    team = Team(world, world.make_space())
    email = f"leaving-{team.space.uid}@home.example"
    leaving = world.do(people.add_user, email, "Leaving").user
    body = {"owner_id": leaving.id, "responsible_id": leaving.id}
    card = team.card(**body)
    world.do(people.deactivate_user, email)
    kept = team.call("PATCH", f"/cards/{card['id']}", body | {"title": "New"})
    assert (kept["owner_id"], kept["responsible_id"]) == (leaving.id, leaving.id)


@pytest.mark.both_engines
def test_who_was_deactivated_is_let_in_again_with_a_new_token_alone(world: World) -> None:
    email = f"back-{world.make_space().uid}@home.example"
    first = world.do(people.add_user, email, "Back")
    world.do(people.deactivate_user, email)
    again = world.do(people.add_user, email, "Back Again")
    assert again.user.id == first.user.id
    assert again.user.full_name == "Back Again"
    me = f"{world.url}/api/latest/users/current"
    old, new = (
        world.http.get(me, headers={"Authorization": f"Bearer {made.token}"})
        for made in (first, again)
    )
    assert (old.status_code, new.status_code) == (401, 200)
    assert new.json()["activated"] is True
    with pytest.raises(BadRequest, match="already a user"):
        world.do(people.add_user, email, "Back")


def test_an_owner_lets_in_again_by_inviting_and_an_admin_cannot(world: World) -> None:
    space = world.make_space()
    email = f"invited-{space.uid}@home.example"
    world.do(people.add_user, email, "Invited")
    for way in ("link", "space"):
        world.do(people.deactivate_user, email)
        members = f"/spaces/{space.id}/users"
        refused = world.call("POST", members, "admin", json={"email": email})
        assert (refused.status_code, refused.json()["code"]) == (400, 2)
        if way == "link":
            answer = world.http.post(
                f"{world.url}{OWN}/invitations",
                json={"email": email},
                headers=world.headers("owner"),
            )
        else:
            answer = world.call("POST", members, "owner", json={"email": email})
        assert answer.status_code == 200, answer.text
        found = world.call("GET", f"/users?query=invited-{space.uid}", "owner").json()
        assert [user["email"] for user in found] == [email]


def test_the_last_admin_of_a_space_names_another_before_leaving(world: World) -> None:
    team = Team(world, world.make_space(), as_="admin")
    members = f"/spaces/{team.space.id}/users"
    for member in team.call("GET", members):
        if member["role"] == 3 and member["current"] is False:
            team.call("PATCH", f"{members}/{member['id']}", {"role_id": 2})
    mine = f"{members}/{world.users['admin'].id}"
    assert team.refused("PATCH", mine, {"role_id": 1}) == (400, 3)
    assert team.refused("DELETE", mine) == (400, 3)
    assert team.call("PATCH", mine, {"role_id": 3})["role"] == 3
    team.call("PATCH", f"{members}/{world.users['writer'].id}", {"role_id": 3})
    assert team.call("PATCH", mine, {"role_id": 1})["role"] == 1


@pytest.mark.both_engines
def test_an_owner_names_another_and_leaves(world: World) -> None:
    space = world.make_space()
    one, other = (f"{name}-{space.uid}@home.example" for name in ("one", "other"))
    for email in (one, other):
        world.do(people.add_user, email, "Owner")
    assert world.do(people.name_owner, one).role == 1
    assert world.do(people.name_owner, other).role == 1
    world.do(people.deactivate_user, one)
    world.do(people.deactivate_user, other)
    with pytest.raises(BadRequest, match="last owner"):
        world.do(people.deactivate_user, world.users["owner"].email)
    with pytest.raises(BadRequest, match="deactivated"):
        world.do(people.name_owner, one)


def test_a_list_of_links_has_the_addresses_of_ones_own_alone(world: World) -> None:
    space = world.make_space()
    links = f"{world.url}{OWN}/spaces/{space.uid}/links"
    for caller in ("writer", "admin"):
        world.http.post(
            links, json={"shows": "velocity", "days": 7}, headers=world.headers(caller)
        ).raise_for_status()
    for caller in ("writer", "admin"):
        listed = world.http.get(links, headers=world.headers(caller)).json()
        assert {link["is_own"] for link in listed} == {True, False}
        for link in listed:
            assert bool(link["paths"]) == link["is_own"]
