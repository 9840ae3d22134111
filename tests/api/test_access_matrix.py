"""Who may what: every route times every kind of caller, in one table."""

from pathlib import Path
from typing import Any

import pytest

from kadence.domain.access import ROLE_UIDS
from kadence.domain.model import SpaceRole
from kadence.storage.sqlite import SqliteDatabase
from kadence.usecases.unit import Work
from kadence.web.app import BASE_PATHS, ROUTES, create_app
from kadence.web.published import NOT_SERVED
from tests.world import World, fresh_database

CALLERS = (
    "owner",
    "admin",
    "writer",
    "reader",
    "stranger",
    "other",
    "revoked",
    "expired",
    "deactivated",
    "nobody",
)
OUT = "401 401 401 401"
BY_UID_TO_READ = f"200 200 200 200 403 404 {OUT}"
BY_UID_TO_WRITE = f"200 200 200 403 403 404 {OUT}"
BY_ID_TO_READ = f"200 200 200 200 404 404 {OUT}"
BY_ID_TO_RULE = f"200 200 403 403 404 404 {OUT}"
ANYBODY = f"200 200 200 200 200 200 {OUT}"

# For each route: the statuses in the order of CALLERS, in a by_invite space, and a body that is
# right but for `writer`'s own member record, on which the member routes work.
MATRIX: dict[tuple[str, str], tuple[str, Any]] = {
    ("POST", "/spaces/{space_uid}/iterations"): (BY_UID_TO_WRITE, {"title": "Sprint"}),
    ("GET", "/spaces/{space_uid}/iterations"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/iterations/{id}"): (BY_UID_TO_READ, None),
    ("GET", "/users/current"): (ANYBODY, None),
    ("GET", "/users"): (ANYBODY, None),
    ("GET", "/spaces"): (ANYBODY, None),
    ("POST", "/spaces"): (ANYBODY, {"title": "Space"}),
    ("GET", "/spaces/{space_id}"): (BY_ID_TO_READ, None),
    ("PATCH", "/spaces/{space_id}"): (BY_ID_TO_RULE, {"title": "New"}),
    ("DELETE", "/spaces/{space_id}"): (BY_ID_TO_RULE, None),
    ("GET", "/spaces/{space_id}/users"): (BY_ID_TO_READ, None),
    ("POST", "/spaces/{space_id}/users"): (BY_ID_TO_RULE, {"email": "new@home.example"}),
    ("GET", "/spaces/{space_id}/users/{user_id}"): (BY_ID_TO_READ, None),
    ("PATCH", "/spaces/{space_id}/users/{user_id}"): (
        BY_ID_TO_RULE,
        {"role_id": ROLE_UIDS[SpaceRole.READER]},
    ),
    ("DELETE", "/spaces/{space_id}/users/{user_id}"): (BY_ID_TO_RULE, None),
}
CASES = [
    (method, path, caller, int(status), body)
    for (method, path), (statuses, body) in MATRIX.items()
    for caller, status in zip(CALLERS, statuses.split(), strict=True)
]


PUBLIC = ("/healthz", "/readyz", "/schema", "/schema/style.css", "/schema/openapi.json")


def test_the_table_has_every_route(tmp_path: Path) -> None:
    assert set(MATRIX) == {(route.method.value, route.path) for route in ROUTES}
    opened = SqliteDatabase(fresh_database(tmp_path))
    served = {route.path.replace(":str", "") for route in create_app(Work(opened)).routes}
    opened.close()
    below = {path for _, path in MATRIX} | {path for path, _ in NOT_SERVED}
    assert served == {base + path for base in BASE_PATHS for path in below} | set(PUBLIC)


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_is_so_for_everybody(world: World, path: str) -> None:
    for caller in CALLERS:
        answer = world.http.get(world.url + path, headers=world.headers(caller))
        assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path", "caller", "status", "body"), CASES)
def test_each_route_answers_each_caller_as_the_table_says(
    world: World, method: str, path: str, caller: str, status: int, body: Any
) -> None:
    space = world.make_space()
    where = path.format(
        space_uid=space.uid,
        space_id=space.id,
        id=space.iteration_id,
        user_id=world.users["writer"].id,
    )
    answer = world.call(method, where, caller, json=body)
    assert answer.status_code == status, answer.text
    if status in (403, 404):
        assert answer.content == b""
    if status == 401:
        assert answer.text == "Unauthorized"


@pytest.mark.parametrize("caller", ["stranger", "other"])
@pytest.mark.parametrize("path", sorted({path for _, path in MATRIX if "space_id" in path}))
def test_by_integer_id_an_unreadable_thing_answers_exactly_like_an_absent_one(
    world: World, path: str, caller: str
) -> None:
    space = world.make_space()
    user = world.users["writer"].id
    for method in ("GET", "POST", "PATCH", "DELETE"):
        there, absent = (
            world.call(method, path.format(space_id=id_, user_id=user), caller, content=b"{")
            for id_ in (space.id, 2**62)
        )
        assert there.status_code == absent.status_code
        assert there.content == absent.content


def test_lists_hold_nothing_that_the_caller_must_not_see(world: World) -> None:
    space = world.make_space()
    for caller in ("stranger", "other"):
        assert space.uid not in world.call("GET", "/spaces", caller).text
    for caller in ("owner", "admin", "writer", "reader"):
        assert space.uid in world.call("GET", "/spaces", caller).text
    ids = ",".join(str(user.id) for user in world.users.values())
    for query in ("", f"?ids={ids}", "?query=home.example", "?include_inactive=1"):
        answer = world.call("GET", f"/users{query}", "other")
        assert "home.example" not in answer.text
    assert len(world.call("GET", f"/users?ids={ids}", "stranger").json()) > 5


def test_in_a_for_everyone_space_everybody_of_the_company_has_its_role(world: World) -> None:
    made = world.call("POST", "/spaces", json={"title": "Open"}).json()
    path = f"/spaces/{made['uid']}/iterations"
    assert world.call("POST", path, "stranger", json={"title": "x"}).status_code == 200
    assert world.call("POST", path, "other", json={"title": "x"}).status_code == 404
    reader = ROLE_UIDS[SpaceRole.READER]
    by_id = f"/spaces/{made['id']}"
    changed = world.call("PATCH", by_id, json={"for_everyone_access_role_id": reader})
    assert changed.json()["for_everyone_access_role_id"] == reader
    assert world.call("POST", path, "stranger", json={"title": "x"}).status_code == 403
    assert world.call("GET", path, "stranger").status_code == 200
    world.call("PATCH", by_id, json={"access": "by_invite"})
    assert world.call("GET", path, "stranger").status_code == 403
    assert world.call("GET", by_id, "stranger").status_code == 404


def test_the_higher_of_membership_and_general_role_counts(world: World) -> None:
    made = world.call("POST", "/spaces", json={"title": "Open"}).json()
    by_id = f"/spaces/{made['id']}"
    email = world.users["stranger"].email
    world.call("POST", f"{by_id}/users", json={"email": email, "role_id": 1})
    path = f"/spaces/{made['uid']}/iterations"
    assert world.call("POST", path, "stranger", json={"title": "x"}).status_code == 200
    assert world.call("PATCH", by_id, "stranger", json={"title": "x"}).status_code == 403
    user = world.users["stranger"].id
    world.call("PATCH", f"{by_id}/users/{user}", json={"role_id": 3})
    assert world.call("PATCH", by_id, "stranger", json={"title": "x"}).status_code == 200
