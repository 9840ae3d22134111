"""Several people at once: one wins, the others get a clear answer, nothing is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from kadence.domain.errors import StorageUnusable
from kadence.storage import integrity, iteration_cards
from kadence.storage.engines import locate, transaction
from tests.api.kit import Team, uids

pytestmark = pytest.mark.both_engines


ROUNDS = 10


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of the calls gives, made from threads that start together."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        start.wait()
        results[place] = calls[place]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def request(team: Team, method: str, path: str, body: Any) -> Callable[[], tuple[int, Any]]:
    def call() -> tuple[int, Any]:
        answer = team.world.call(method, path, "writer", json=body)
        return answer.status_code, answer.json()

    return call


def test_the_same_card_to_two_iterations_stands_in_one(team: Team) -> None:
    for _ in range(ROUNDS):
        first, second, card = team.plan(), team.plan(), team.card()
        body = {"card_uid": card["uid"]}
        answers = at_once(
            request(team, "POST", f"{team.at(first)}/cards", body),
            request(team, "POST", f"{team.at(second)}/cards", body),
        )
        assert [status for status, _ in answers] == [200, 200]
        assert sorted([team.inside(first), team.inside(second)]) == [[], [card["uid"]]]


def test_closing_the_same_iteration_twice_carries_its_cards_once(team: Team) -> None:
    for _ in range(ROUNDS):
        made, following = team.plan(), team.plan()
        card = team.card()
        team.put(made, card)
        team.start(made)
        body = {"status": "closed", "new_iteration_id": following["id"]}
        close = request(team, "PATCH", team.at(made), body)
        answers = at_once(close, close)
        assert [status for status, _ in answers] == [200, 200]
        assert sorted("moved_cards" in answer for _, answer in answers) == [False, True]
        assert team.inside(following) == [card["uid"]]


def test_with_if_match_one_of_two_changes_wins(team: Team) -> None:
    made = team.plan()
    etag = team.world.call("GET", team.at(made), "writer").headers["etag"]

    def change(title: str) -> Callable[[], int]:
        headers = {"If-Match": etag}
        return lambda: (
            team.world.call(
                "PATCH", team.at(made), "writer", json={"title": title}, headers=headers
            ).status_code
        )

    assert sorted(at_once(change("a"), change("b"))) == [200, 412]


def test_moving_a_card_while_its_iteration_closes_is_before_or_after(team: Team) -> None:
    for _ in range(ROUNDS):
        made, following, card = team.plan(), team.plan(), team.card(size_text="5")
        team.put(made, card)
        team.start(made)
        done = {"column_id": team.space.columns[2]}
        close = {"status": "closed", "new_iteration_id": following["id"]}
        (_, moved), (_, closed) = at_once(
            request(team, "PATCH", f"/cards/{card['id']}", done),
            request(team, "PATCH", team.at(made), close),
        )
        assert moved["state"] == 3
        before = closed["data"]["velocity"]["size"] == 5
        assert closed["data"]["doneCount"] == int(before)
        assert team.inside(made if before else following) == [card["uid"]]
        assert team.inside(following if before else made) == []


def test_many_writers_lose_nothing(team: Team) -> None:
    made = team.plan()
    cards = [team.card(str(n)) for n in range(12)]
    path = f"{team.at(made)}/cards"
    answers = at_once(*(request(team, "POST", path, {"card_uid": card["uid"]}) for card in cards))
    assert {status for status, _ in answers} == {200}
    assert sorted(team.inside(made)) == sorted(uids(*cards))
    orders = [answer["sort_order"] for _, answer in answers]
    assert len(set(orders)) == len(orders)


def test_the_database_itself_keeps_a_card_from_being_live_twice(team: Team) -> None:
    first, second, card = team.plan(), team.plan(), team.card()
    team.put(first, card)
    with transaction(locate(team.world.database)) as tx:
        (record,) = iteration_cards.live_of(tx, team.world.operator.company_id, [card["uid"]])
    twin = replace(record, iteration_id=second["id"], id="x")

    def put_twice() -> None:
        with transaction(locate(team.world.database)) as tx:
            iteration_cards.RECORDS.insert(tx, twin)

    with pytest.raises(StorageUnusable, match="iteration_cards"):
        put_twice()
    assert integrity.problems(locate(team.world.database)) == []
