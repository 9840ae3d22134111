"""Idempotency keys, entity tags, dry runs and strict mode."""

import threading
from typing import Any

import pytest

from kadence.domain.retention import Retention
from kadence.storage import idempotency
from kadence.usecases import companies
from kadence.usecases.unit_of_work import UnitOfWork
from tests.api.kit import Team


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


@pytest.mark.both_engines
def test_the_same_request_under_a_key_is_done_once(team: Team) -> None:
    body = {"title": "Once", "board_id": team.space.board_id}
    first, again = (
        team.world.call("POST", "/cards", "writer", json=body, headers=key(team.space.uid))
        for _ in range(2)
    )
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert len(team.call("GET", f"/cards?space_id={team.space.id}&query=once")) == 1


def test_x_idempotency_key_is_the_same(team: Team) -> None:
    for header in ("X-Idempotency-Key", "Idempotency-Key"):
        body = {"title": "Twice", "board_id": team.space.board_id}
        team.call("POST", "/cards", body, headers={header: f"x-{team.space.uid}"})
    assert len(team.call("GET", f"/cards?space_id={team.space.id}&query=twice")) == 1


@pytest.mark.parametrize("changed", ["body", "path", "method"])
def test_the_same_key_with_another_request_is_409(team: Team, changed: str) -> None:
    made, other = team.plan(), team.plan()
    headers = key(f"{team.space.uid}-{changed}")
    team.call("PATCH", team.at(made), {"title": "a"}, headers=headers)
    method, path, body = {
        "body": ("PATCH", team.at(made), {"title": "b"}),
        "path": ("PATCH", team.at(other), {"title": "a"}),
        "method": ("DELETE", team.at(made), {"title": "a"}),
    }[changed]
    assert team.refused(method, path, body, headers=headers)[0] == 409
    assert team.call("GET", team.at(made))["title"] == "a"


def test_the_aliases_are_one_under_a_key(team: Team) -> None:
    path = f"/spaces/{team.space.uid}/iterations"
    headers = team.world.headers("writer") | key(f"alias-{team.space.uid}")
    answers = [
        team.world.http.post(
            f"{team.world.url}/api{base}{where}", json={"title": "x"}, headers=headers
        )
        for base in ("/latest", "/v1", "")
        for where in (path, path.replace(team.space.uid, team.space.uid.upper()))
    ]
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.both_engines
def test_a_key_belongs_to_its_user(team: Team) -> None:
    body = {"title": "Mine", "board_id": team.space.board_id}
    for caller in ("writer", "admin"):
        team.call("POST", "/cards", body, headers=key(f"u-{team.space.uid}"), as_=caller)
    assert len(team.call("GET", f"/cards?space_id={team.space.id}&query=mine")) == 2


@pytest.mark.both_engines
def test_a_refused_request_leaves_its_key_free(team: Team) -> None:
    headers = key(f"free-{team.space.uid}")
    body: dict[str, Any] = {"title": "", "board_id": team.space.board_id}
    assert team.refused("POST", "/cards", body, headers=headers)[0] == 400
    assert team.call("POST", "/cards", body | {"title": "Now"}, headers=headers)["title"] == "Now"


@pytest.mark.parametrize("value", ["", "x" * 256, "with space", "ключ".encode()])
def test_a_key_is_1_to_255_visible_ascii_characters(team: Team, value: Any) -> None:
    body = {"title": "x", "board_id": team.space.board_id}
    assert team.refused("POST", "/cards", body, headers={"Idempotency-Key": value})[0] == 400
    assert team.call("POST", "/cards", body, headers=key(team.space.uid.ljust(255, "x")))


def test_a_wrong_key_is_told_after_access(team: Team) -> None:
    body = {"title": "x", "board_id": team.space.board_id}
    assert team.refused(
        "PATCH", f"/cards/{team.space.card_id}", body, headers=key("a b"), as_="stranger"
    ) == (404, None)


@pytest.mark.both_engines
def test_a_retry_is_answered_to_who_may_do_it_now(team: Team) -> None:
    world, space = team.world, team.space
    plan, card, gone = team.plan(), team.card(), team.card()
    team.put(plan, gone)
    calls: list[tuple[str, str, Any, int]] = [
        ("POST", "/cards", {"title": "Mine", "board_id": space.board_id}, 404),
        ("PATCH", f"/cards/{card['id']}", {"title": "Changed"}, 404),
        ("POST", f"/cards/{card['id']}/comments", {"text": "said"}, 404),
        ("POST", team.iterations, {"title": "Next"}, 403),
        ("DELETE", f"{team.at(plan)}/cards/{gone['uid']}", None, 403),
        ("DELETE", team.at(plan), {}, 403),
        ("DELETE", f"/cards/{gone['id']}", None, 404),
    ]
    member = f"/spaces/{space.id}/users/{world.users['writer'].id}"

    def again(status: int) -> list[Any]:
        found = []
        for n, (method, path, body, _) in enumerate(calls):
            headers = key(f"{n}-{space.uid}")
            answer = world.call(method, path, "writer", json=body, headers=headers)
            assert answer.status_code == (status or calls[n][-1]), (method, path, answer.text)
            found.append(answer.content)
        return found

    first = again(200)
    # What is gone by now was deleted by this very request.
    assert again(200) == first
    world.do(companies.switch_iterations, on=False)
    try:
        path, body = calls[3][1:3]
        answer = world.call("POST", path, "writer", json=body, headers=key(f"3-{space.uid}"))
    finally:
        world.do(companies.switch_iterations, on=True)
    assert answer.status_code == 402
    team.call("PATCH", member, {"role_id": 1}, as_="admin")
    again(403)
    team.call("DELETE", member, as_="admin")
    again(0)
    back = {"email": world.users["writer"].email, "role_id": 2}
    team.call("POST", f"/spaces/{space.id}/users", back, as_="admin")
    assert again(200) == first


@pytest.mark.both_engines
@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"role_id": 1})])
def test_who_gave_their_role_up_is_told_so_again(team: Team, method: str, body: Any) -> None:
    writer = team.world.users["writer"]
    members = f"/spaces/{team.space.id}/users"
    team.call("PATCH", f"{members}/{writer.id}", {"role_id": 3}, as_="admin")
    headers = key(f"leave-{team.space.uid}")
    first, again = (
        team.world.call(method, f"{members}/{writer.id}", "writer", json=body, headers=headers)
        for _ in range(2)
    )
    assert first.status_code == again.status_code == 200
    assert first.content == again.content


@pytest.mark.both_engines
def test_an_answer_is_kept_for_24_hours(team: Team) -> None:
    headers = key(f"old-{team.space.uid}")
    body = {"title": "Aging", "board_id": team.space.board_id}
    first = team.call("POST", "/cards", body, headers=headers)

    def age(unit: UnitOfWork) -> None:
        user = team.world.users["writer"]
        kept = idempotency.KEPT.find(unit.tx, user.company_id, user.id, headers["Idempotency-Key"])
        assert kept is not None
        idempotency.KEPT.update(
            unit.tx, kept, {"created": kept.created - Retention().idempotency_key}
        )

    team.world.do(age)
    assert team.call("POST", "/cards", body, headers=headers)["id"] != first["id"]


@pytest.mark.both_engines
def test_retries_at_the_same_time_are_done_once(team: Team) -> None:
    body = {"title": "Racing", "board_id": team.space.board_id}
    headers = key(f"race-{team.space.uid}")
    ids = []

    def post() -> None:
        ids.append(team.call("POST", "/cards", body, headers=headers)["id"])

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_an_iterations_etag_changes_with_it_and_only_then(team: Team) -> None:
    made = team.plan()

    def etag() -> str:
        return team.world.call("GET", team.at(made), "writer").headers["etag"]

    seen = etag()
    team.call("PATCH", team.at(made), {"title": made["title"]})
    assert etag() == seen
    tags = {seen}
    for body in ({"title": "b"}, {"status": "active"}, {"status": "closed"}):
        answer = team.world.call("PATCH", team.at(made), "writer", json=body)
        assert answer.headers["etag"] == etag()
        tags.add(etag())
    assert len(tags) == 4


@pytest.mark.both_engines
def test_a_cards_etag_changes_with_all_that_its_answer_shows(team: Team) -> None:
    card, plan = team.card(), team.plan()
    path = f"/cards/{card['id']}"
    tag = team.call("POST", "/tags", {"name": f"etag {card['uid']}"})
    tags = []

    def note() -> None:
        tags.append(team.world.call("GET", path, "writer").headers["etag"])

    note()
    for method, where, body in (
        ("PATCH", path, {"title": "x"}),
        ("POST", f"{path}/tags", {"name": tag["name"]}),
        ("POST", f"{path}/comments", {"text": "Hm"}),
        ("POST", f"{path}/members", {"user_id": team.world.users["admin"].id}),
        ("POST", f"{team.at(plan)}/cards", {"card_uid": card["uid"]}),
        ("PATCH", team.at(plan), {"status": "active"}),
        ("PATCH", team.at(plan), {"title": "Renamed"}),
        ("PATCH", f"/company/tags/{tag['id']}", {"color": 1 + tag["color"] % 9}),
        ("DELETE", f"{team.at(plan)}/cards/{card['uid']}", None),
        ("DELETE", path, None),
    ):
        team.call(method, where, body, as_="owner")
        note()
    assert len(set(tags)) == len(tags)
    note()
    assert tags[-1] == tags[-2]


def test_if_none_match_is_304_without_body(team: Team) -> None:
    for path in (team.at(team.plan()), f"/cards/{team.space.card_id}"):
        etag = team.world.call("GET", path, "writer").headers["etag"]
        for value in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            answer = team.world.call("GET", path, "writer", headers={"If-None-Match": value})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
        answer = team.world.call("GET", path, "writer", headers={"If-None-Match": '"x"'})
        assert answer.status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("what", ["iteration", "card"])
def test_if_match_is_412_when_it_has_changed(team: Team, method: str, what: str) -> None:
    path = team.at(team.plan()) if what == "iteration" else f"/cards/{team.card()['id']}"
    etag = team.world.call("GET", path, "writer").headers["etag"]
    team.call("PATCH", path, {"title": "In between"})
    stale, body = {"If-Match": etag}, {"title": "Mine"} if method == "PATCH" else None
    assert team.refused(method, path, body, headers=stale)[0] == 412
    assert team.call("GET", path)["title"] == "In between"
    assert team.refused(method, path, body, headers=stale, as_="reader") == (403, None)
    fresh = team.world.call("GET", path, "writer").headers["etag"]
    team.call(method, path, body, headers={"If-Match": f'"other", {fresh}'})
    assert team.refused(method, path[:-1] + "x", body, headers=stale) == (404, None)


def test_if_match_with_a_star_asks_only_that_it_is_there(team: Team) -> None:
    team.call("PATCH", team.at(team.plan()), {"title": "x"}, headers={"If-Match": "*"})


@pytest.mark.both_engines
def test_a_dry_run_answers_what_would_be_and_changes_nothing(team: Team) -> None:
    plan, following, card = team.plan(), team.plan("Next"), team.card(size_text="3")
    team.put(plan, card)
    steps: list[tuple[str, str, Any]] = [
        ("PATCH", team.at(plan), {"status": "active"}),
        ("PATCH", team.at(plan), {"status": "closed", "new_iteration_id": following["id"]}),
        ("DELETE", team.at(plan), {"new_iteration_id": following["id"]}),
        ("PATCH", f"/cards/{card['id']}", {"column_id": team.space.columns[2]}),
    ]
    for method, path, body in steps:
        if body.get("status") == "closed":
            team.start(plan)
        before = team.call("GET", path)
        feed = f"/spaces/{team.space.uid}/events?limit=100"
        events = team.world.own("GET", feed, "writer").json()
        shown = team.call(method, f"{path}?dry_run=true", body)
        assert team.call("GET", path) == before
        assert shown != before
        assert team.world.own("GET", feed, "writer").json() == events
        assert team.inside(plan) == [card["uid"]]
        if "new_iteration_id" in body:
            assert [record["card_uid"] for record in shown["moved_cards"]] == [card["uid"]]
    really = team.call("PATCH", f"/cards/{card['id']}?dry_run=0", {"title": "Really"})
    assert team.get(card) == really


def test_a_dry_run_is_refused_like_the_real_thing(team: Team) -> None:
    plan = team.plan(start_date=None)
    path = f"{team.at(plan)}?dry_run=1"
    assert team.refused("PATCH", path, {"status": "active"}) == (400, 2)
    assert team.refused("PATCH", path, {"status": "active"}, as_="reader") == (403, None)
    path = f"{team.at(plan)}?dry_run=perhaps"
    assert team.refused("PATCH", path, {"title": "x"}) == (400, "dry_run should be boolean")


@pytest.mark.both_engines
def test_a_dry_run_does_not_take_an_idempotency_key(team: Team) -> None:
    body, headers = {"title": "x", "board_id": team.space.board_id}, key(f"d-{team.space.uid}")
    team.call("POST", "/cards?dry_run=true", body, headers=headers)
    made = team.call("POST", "/cards", body, headers=headers)
    assert team.get(made) == made


STRICT = {"X-Kadence-Strict": "1"}


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", "/cards", {"title": "x", "board_id": 1, "colour": 1}, "colour"),
        ("POST", "/cards", {"title": "x", "board_id": 1, "type_id": 1}, "type_id"),
        ("POST", "/spaces/{space}/boards", {"title": "x", "columns": [{"a": 1}]}, "a"),
        ("PATCH", "/spaces/{uid}/iterations/{iteration}", {"titel": "x"}, "titel"),
        ("PATCH", "/spaces/{uid}/iterations/{iteration}?x=1", {"title": "x"}, "x"),
        ("DELETE", "/cards/{card}", {"force": True}, "force"),
        ("GET", "/cards?brokn=1", None, "brokn"),
        ("GET", "/users/current?a=1", None, "a"),
    ],
)
def test_strict_mode_names_what_has_no_effect(
    team: Team, method: str, path: str, body: Any, named: str
) -> None:
    where = path.format(
        space=team.space.id,
        uid=team.space.uid,
        iteration=team.space.iteration_id,
        card=team.space.card_id,
    )
    status, said = team.refused(method, where, body, headers=STRICT, as_="admin")
    assert status == 400
    assert f"'{named}'" in said


def test_strict_mode_takes_what_has_effect(team: Team) -> None:
    made = team.card(properties={"anything": {"goes": 1}})
    body = {"title": "x", "properties": {"a": {"b": 1}}}
    team.call("PATCH", f"/cards/{made['id']}?dry_run=true", body, headers=STRICT)
    team.call("GET", "/cards?limit=1&query=x", headers=STRICT)
    team.call("PATCH", f"/cards/{made['id']}", {"colour": 1}, headers={"X-Kadence-Strict": "0"})
