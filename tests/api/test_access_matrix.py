"""Who may what: every route times every kind of caller, in one table."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kadence.domain.access import ROLE_UIDS
from kadence.domain.model import SpaceRole
from kadence.drawing.render_worker import RenderWorker
from kadence.live.journal_tail import JournalTail
from kadence.live.stream import follow
from kadence.storage import journal
from kadence.storage.engines import locate, transaction
from kadence.storage.engines.sqlite_connections import SqliteDatabase
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web.app_state import AppState
from kadence.web.endpoints import Endpoints
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from tests.api.kit import Team
from tests.world import Space, World, fresh_database

pytestmark = pytest.mark.both_engines


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
BY_ID_TO_WRITE = f"200 200 200 403 404 404 {OUT}"
BY_ID_TO_RULE = f"200 200 403 403 404 404 {OUT}"
ANYBODY = f"200 200 200 200 200 200 {OUT}"
OF_THE_COMPANY = f"200 200 200 200 200 404 {OUT}"
ONLY_IN_SESSION = f"403 403 403 403 403 403 {OUT}"
"""What a browser may and an API token may not; tests/api/test_sessions.py has the browser."""

# For each route: the statuses in the order of CALLERS, in a by_invite space, and a body that is
# right but for `writer`'s own member record, on which the member routes work.
MATRIX: dict[tuple[str, str], tuple[str, Any]] = {
    ("POST", "/spaces/{space_uid}/iterations"): (BY_UID_TO_WRITE, {"title": "Sprint"}),
    ("GET", "/spaces/{space_uid}/iterations"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/iterations/{id}"): (BY_UID_TO_READ, None),
    ("PATCH", "/spaces/{space_uid}/iterations/{id}"): (BY_UID_TO_WRITE, {"title": "New"}),
    ("DELETE", "/spaces/{space_uid}/iterations/{id}"): (BY_UID_TO_WRITE, None),
    ("GET", "/spaces/{space_uid}/iterations/{iteration_id}/cards"): (BY_UID_TO_READ, None),
    ("POST", "/spaces/{space_uid}/iterations/{iteration_id}/cards"): (
        BY_UID_TO_WRITE,
        {"card_uid": "{card_uid}"},
    ),
    ("DELETE", "/spaces/{space_uid}/iterations/{iteration_id}/cards/{card_uid}"): (
        BY_UID_TO_WRITE,
        None,
    ),
    ("GET", "/cards/{card_uid}/iterations-history"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_id}/boards"): (BY_ID_TO_READ, None),
    ("POST", "/spaces/{space_id}/boards"): (BY_ID_TO_RULE, {"title": "Board"}),
    ("GET", "/spaces/{space_id}/boards/{id}"): (BY_ID_TO_READ, None),
    ("PATCH", "/spaces/{space_id}/boards/{id}"): (BY_ID_TO_RULE, {"title": "New"}),
    ("DELETE", "/spaces/{space_id}/boards/{id}"): (BY_ID_TO_RULE, {"force": True}),
    ("GET", "/boards/{id}"): (BY_ID_TO_READ, None),
    ("GET", "/boards/{board_id}/columns"): (BY_ID_TO_READ, None),
    ("POST", "/boards/{board_id}/columns"): (BY_ID_TO_RULE, {"title": "Column"}),
    ("PATCH", "/boards/{board_id}/columns/{id}"): (BY_ID_TO_RULE, {"title": "New"}),
    ("DELETE", "/boards/{board_id}/columns/{id}"): (BY_ID_TO_RULE, {"force": True}),
    ("GET", "/columns/{column_id}/subcolumns"): (BY_ID_TO_READ, None),
    ("POST", "/columns/{column_id}/subcolumns"): (BY_ID_TO_RULE, {"title": "Sub"}),
    ("PATCH", "/columns/{column_id}/subcolumns/{id}"): (BY_ID_TO_RULE, {"title": "New"}),
    ("DELETE", "/columns/{column_id}/subcolumns/{id}"): (BY_ID_TO_RULE, {"force": True}),
    ("GET", "/boards/{board_id}/lanes"): (BY_ID_TO_READ, None),
    ("POST", "/boards/{board_id}/lanes"): (BY_ID_TO_RULE, {"title": "Lane"}),
    ("PATCH", "/boards/{board_id}/lanes/{id}"): (BY_ID_TO_RULE, {"title": "New"}),
    ("DELETE", "/boards/{board_id}/lanes/{id}"): (BY_ID_TO_RULE, {"force": True}),
    ("POST", "/cards"): (BY_ID_TO_WRITE, {"title": "Card", "board_id": "{board_id}"}),
    ("GET", "/cards"): (ANYBODY, None),
    ("GET", "/cards/{card_id}"): (BY_ID_TO_READ, None),
    ("PATCH", "/cards/{card_id}"): (BY_ID_TO_WRITE, {"title": "New"}),
    ("DELETE", "/cards/{card_id}"): (BY_ID_TO_WRITE, None),
    ("GET", "/cards/{card_id}/location-history"): (BY_ID_TO_READ, None),
    ("GET", "/cards/{card_id}/activity"): (BY_ID_TO_READ, None),
    ("GET", "/cards/{card_id}/members"): (BY_ID_TO_READ, None),
    ("POST", "/cards/{card_id}/members"): (BY_ID_TO_WRITE, {"user_id": "{user_id}"}),
    ("PATCH", "/cards/{card_id}/members/{id}"): (BY_ID_TO_WRITE, {"type": 2}),
    ("DELETE", "/cards/{card_id}/members/{id}"): (BY_ID_TO_WRITE, None),
    ("GET", "/cards/{card_id}/tags"): (BY_ID_TO_READ, None),
    ("POST", "/cards/{card_id}/tags"): (BY_ID_TO_WRITE, {"name": "bug"}),
    ("DELETE", "/cards/{card_id}/tags/{tag_id}"): (BY_ID_TO_WRITE, None),
    ("GET", "/cards/{card_id}/comments"): (BY_ID_TO_READ, None),
    ("POST", "/cards/{card_id}/comments"): (BY_ID_TO_WRITE, {"text": "Done?"}),
    ("PATCH", "/cards/{card_id}/comments/{comment_id}"): (
        f"403 403 200 403 404 404 {OUT}",
        {"text": "Done!"},
    ),
    ("DELETE", "/cards/{card_id}/comments/{comment_id}"): (BY_ID_TO_WRITE, None),
    ("GET", "/tags"): (ANYBODY, None),
    ("POST", "/tags"): (ANYBODY, {"name": "bug"}),
    ("PATCH", "/company/tags/{id}"): (f"200 403 403 403 403 404 {OUT}", {"color": 2}),
    ("DELETE", "/company/tags/{id}"): (f"200 403 403 403 403 404 {OUT}", None),
    ("GET", "/companies/current"): (ANYBODY, None),
    ("GET", "/audit-logs"): (f"200 403 403 403 403 200 {OUT}", None),
    ("PATCH", "/companies/current"): (f"200 403 403 403 403 200 {OUT}", {}),
    ("GET", "/user-roles"): (ANYBODY, None),
    ("GET", "/card-types"): (ANYBODY, None),
    ("GET", "/company/custom-properties"): (ANYBODY, None),
    ("GET", "/sprints"): (ANYBODY, None),
    ("GET", "/users/current"): (ANYBODY, None),
    ("GET", "/users"): (ANYBODY, None),
    ("GET", "/users/{user_id}"): (OF_THE_COMPANY, None),
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

OWN_MATRIX: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "/cards/{card_id}/events"): (BY_ID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/events"): (BY_UID_TO_READ, None),
    ("POST", "/spaces/{space_uid}/iterations/{iteration_id}/cards/arrange"): (
        BY_UID_TO_WRITE,
        {"action": "add", "card_uids": ["{card_uid}"]},
    ),
    ("GET", "/spaces/{space_uid}/iterations/{iteration_id}/capacity"): (BY_UID_TO_READ, None),
    ("PATCH", "/spaces/{space_uid}/iterations/{iteration_id}/capacity"): (
        BY_UID_TO_WRITE,
        {"capacity": 20},
    ),
    ("GET", "/spaces/{space_uid}/cards"): (BY_UID_TO_READ, None),
    ("POST", "/spaces/{space_uid}/cards/edit"): (
        BY_UID_TO_WRITE,
        {"edits": [{"card_uids": ["{card_uid}"], "size_text": "3"}]},
    ),
    ("GET", "/spaces/{space_uid}"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/totals"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/periods"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/leftovers"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/calendar"): (BY_UID_TO_READ, None),
    ("PATCH", "/spaces/{space_uid}/calendar"): (
        f"200 200 403 403 403 404 {OUT}",
        {"time_zone": "Asia/Tokyo"},
    ),
    ("GET", "/spaces/{space_uid}/velocity"): (BY_UID_TO_READ, None),
    **{
        ("GET", f"/spaces/{{space_uid}}/iterations/{{iteration_id}}/{name}"): (BY_UID_TO_READ, None)
        for name in ("report", "flow", "forecast", "badge.svg")
    },
    **{
        ("GET", f"/spaces/{{space_uid}}/iterations/{{iteration_id}}/{name}.csv"): (
            BY_UID_TO_READ,
            None,
        )
        for name in ("report", "flow", "forecast")
    },
    **{
        ("GET", f"/spaces/{{space_uid}}/iterations/{{iteration_id}}/{chart}.{kind}"): (
            BY_UID_TO_READ,
            None,
        )
        for chart in ("burndown", "burnup", "flow", "forecast")
        for kind in ("svg", "png")
    },
    ("GET", "/spaces/{space_uid}/velocity.csv"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/velocity.svg"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/velocity.png"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/iterations.ics"): (BY_UID_TO_READ, None),
    ("GET", "/spaces/{space_uid}/links"): (BY_UID_TO_WRITE, None),
    ("POST", "/spaces/{space_uid}/links"): (BY_UID_TO_WRITE, {"shows": "velocity"}),
    ("DELETE", "/spaces/{space_uid}/links/{link_id}"): (BY_UID_TO_WRITE, None),
    ("POST", "/session"): (" ".join(["401"] * len(CALLERS)), {"token": "of nobody"}),
    ("GET", "/session"): ("200 200 200 200 200 200 401 401 401 200", None),
    **{
        (method, f"/session{path}"): (ONLY_IN_SESSION, body)
        for method, path, body in (
            ("DELETE", "", None),
            ("PATCH", "/password", {"password": "long enough for one"}),
            ("GET", "/tokens", None),
            ("POST", "/tokens", {"name": "mine"}),
            ("DELETE", "/tokens/{id}", None),
        )
    },
    ("GET", "/audit-log.jsonl"): (f"200 403 403 403 403 200 {OUT}", None),
    ("GET", "/installation"): (ANYBODY, None),
    ("GET", "/invitations"): (f"200 403 403 403 403 200 {OUT}", None),
    ("DELETE", "/invitations/{user_id}"): (f"404 403 403 403 403 404 {OUT}", None),
    ("PATCH", "/people/{user_id}"): (f"200 403 403 403 403 404 {OUT}", {"timezone": "UTC"}),
    # An API token learns nothing of these, and erases nobody.
    ("GET", "/session/data"): (f"403 403 403 403 403 403 {OUT}", None),
    ("POST", "/session/erasure"): (f"403 403 403 403 403 403 {OUT}", {"email": "a@b.example"}),
    ("POST", "/invitations"): (
        f"200 403 403 403 403 200 {OUT}",
        {"email": "guest@elsewhere.example"},
    ),
    # Whoever has the link's key needs no token.
    ("GET", "/shared/{key}/{file}"): (" ".join(["200"] * len(CALLERS)), None),
}
ROUTES_AND_ROWS = [
    (base, method, path, statuses.split(), body)
    for base, matrix in ((BASE_PATHS[0], MATRIX), (OWN_BASE_PATHS[0], OWN_MATRIX))
    for (method, path), (statuses, body) in matrix.items()
]
"""Every route with its row of statuses."""


PUBLIC = (
    "/healthz",
    "/readyz",
    "/schema",
    "/schema/style.css",
    "/schema/openapi.json",
    "/favicon.svg",
    "/licences.txt",
    "/",
    "/enter",
    "/account",
    "/spaces/{space}",
    "/spaces/{space}/{view}",
    "/spaces/{space}/{view}/{id}",
)
"""The page is the same for all: what it shows it asks of the API."""


def test_the_table_has_every_route(tmp_path: Path) -> None:
    assert set(MATRIX) == {(route.method, route.path) for route in ROUTES}
    assert set(OWN_MATRIX) == {(route.method, route.path) for route in OWN_ROUTES}
    opened = SqliteDatabase(fresh_database(tmp_path))
    runner = UnitOfWorkRunner(opened)
    tail = JournalTail(opened.read, runner.commits, 1)
    state = AppState(runner, partial(follow, tail), RenderWorker())
    served = set(Endpoints(state).paths)
    opened.close()
    below = {path for _, path in MATRIX}
    own = {base + path for base in OWN_BASE_PATHS for _, path in OWN_MATRIX}
    own.add("/assets/{name}")
    assert served == {base + path for base in BASE_PATHS for path in below} | own | set(PUBLIC)


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_is_so_for_everybody(world: World, path: str) -> None:
    for caller in CALLERS:
        answer = world.http.get(world.url + path, headers=world.headers(caller))
        assert answer.status_code == 200


@pytest.fixture(scope="module")
def untouched(world: World) -> Space:
    """A space that only reads and refused requests have to do with."""
    return world.make_space()


REFUSED = {
    "401": ("unauthenticated", "Unauthorized"),
    "403": ("forbidden", ""),
    "404": ("not_found", ""),
}
"""How a caller is refused: the id, and the body as published."""


@pytest.mark.parametrize(("base", "method", "path", "statuses", "body"), ROUTES_AND_ROWS)
def test_each_route_answers_each_caller_as_the_table_says(
    world: World,
    untouched: Space,
    base: str,
    method: str,
    path: str,
    statuses: list[str],
    body: Any,
) -> None:
    before = events_of(world, untouched)
    answered = []
    for caller, status in zip(CALLERS, statuses, strict=True):
        changes = method != "GET" and status == "200"
        space = world.make_space() if changes else untouched
        answer = world.http.request(
            method,
            world.url + base + path.format(**space.ids(path)),
            headers=world.headers(caller),
            json=filled(body, space),
        )
        answered.append(str(answer.status_code))
        if status in REFUSED:
            id_, published = REFUSED[status]
            assert answer.headers["x-kadence-error"] == id_, caller
            if base in BASE_PATHS:
                assert answer.text == published, caller
            else:
                assert answer.json()["error"] == id_, caller
    assert dict(zip(CALLERS, answered, strict=True)) == dict(zip(CALLERS, statuses, strict=True))
    assert events_of(world, untouched) == before, "what is refused or only read leaves no event"


def events_of(world: World, space: Space) -> int:
    """How many events the journal holds of a space."""
    with transaction(locate(world.database)) as tx:
        return len(journal.of_space(tx, 1, space.uid, after=0, kinds=(), limit=journal.NO_LIMIT))


def filled(body: Any, space: Space) -> Any:
    """The body with its placeholders replaced by the space's ids."""
    if isinstance(body, dict):
        return {key: filled(value, space) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, space) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return space.ids(body)[body.strip("{}")]
    return body


OF_EVERYBODY = {"/users/{user_id}"}
"""What everybody of the company can read."""
BY_INTEGER_ID = sorted(
    {path for _, path in MATRIX if "{" in path and "_uid}" not in path and "company" not in path}
    - OF_EVERYBODY
)


@pytest.mark.parametrize("caller", ["stranger", "other"])
@pytest.mark.parametrize("path", BY_INTEGER_ID)
def test_by_integer_id_an_unreadable_thing_answers_exactly_like_an_absent_one(
    world: World, untouched: Space, path: str, caller: str
) -> None:
    ids = untouched.ids(path)
    absent_ids = ids | {next(iter(ids)): 2**62}
    for method in ("GET", "POST", "PATCH", "DELETE"):
        for body in (b"{", b"{}"):
            there, absent = (
                world.call(method, path.format(**values), caller, content=body)
                for values in (ids, absent_ids)
            )
            assert there.status_code == absent.status_code
            assert there.content == absent.content


MARK = "Zq7"
"""Stands in every text of one space, so that it is noticed wherever it comes out."""


@pytest.fixture(scope="module")
def marked(world: World) -> Space:
    """A space in which everything that has a text has a marked one."""
    space = world.make_space()
    team = Team(world, space, as_="admin")
    team.call("PATCH", f"/spaces/{space.id}", {"title": f"Space {MARK}"})
    team.call("PATCH", f"/spaces/{space.id}/boards/{space.board_id}", {"title": f"Board {MARK}"})
    columns, lanes = f"/boards/{space.board_id}/columns", f"/boards/{space.board_id}/lanes"
    team.call("PATCH", f"{columns}/{space.columns[0]}", {"title": f"Column {MARK}"})
    team.call("PATCH", f"{lanes}/{space.lanes[0]}", {"title": f"Lane {MARK}"})
    card = {"title": f"Card {MARK}", "description": MARK, "external_id": MARK, "size_text": MARK}
    team.call("PATCH", f"/cards/{space.card_id}", card | {"properties": {"id_1": MARK}})
    team.call("POST", f"/cards/{space.card_id}/comments", {"text": f"Comment {MARK}"})
    iteration = f"/spaces/{space.uid}/iterations/{space.iteration_id}"
    team.call("PATCH", iteration, {"title": f"Sprint {MARK}", "goal": MARK})
    return space


@pytest.mark.parametrize(
    ("base", "path"),
    [
        (base, path)
        for base, matrix in ((BASE_PATHS[0], MATRIX), (OWN_BASE_PATHS[0], OWN_MATRIX))
        for method, path in matrix
        if method == "GET" and "{key}" not in path
    ],
)
def test_no_answer_tells_a_stranger_anything_of_a_space(
    world: World, marked: Space, base: str, path: str
) -> None:
    queries = [
        "",
        f"?query={MARK}",
        f"?space_id={marked.id}",
        f"?ids={marked.card_id},{marked.tag_id}",
        f"?board_id={marked.board_id}",
        f"?iteration_id={marked.iteration_id}",
        f"?external_id={MARK}",
        f"?owner_ids={world.users['writer'].id}&condition=1,2,3",
        f"?tag_ids={marked.tag_id}&additional_card_fields=description,iteration",
        "?with_data=cards&with_details=true&with_cards=true",
        f"?after=0&kinds=card.changed&{MARK}=1",
        f"?limit={MARK}",
    ]
    url = world.url + base + path.format(**marked.ids(path))
    for caller in ("stranger", "other", "nobody", "revoked"):
        for query in queries:
            answer = world.http.get(url + query, headers=world.headers(caller))
            assert MARK not in answer.text, (caller, query)
            if caller == "other":
                assert marked.uid not in answer.text


def test_every_answer_that_should_does_tell_the_reader(world: World, marked: Space) -> None:
    """The mark is really there to be found: else the test above could not fail."""
    told = [
        path
        for method, path in MATRIX
        if method == "GET"
        and path != "/spaces"
        and MARK in world.call("GET", path.format(**marked.ids(path)), "reader").text
    ]
    assert len(told) >= 11
    assert MARK in str(world.spaces("reader"))


def test_lists_hold_nothing_that_the_caller_must_not_see(world: World) -> None:
    space = world.make_space()
    for caller in ("stranger", "other"):
        assert space.uid not in str(world.spaces(caller))
    for caller in ("owner", "admin", "writer", "reader"):
        assert space.uid in str(world.spaces(caller))
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
