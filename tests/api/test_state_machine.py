"""Any story told by several people through the API goes as the model of the contract says."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kadence.storage import integrity
from kadence.storage.engines import locate
from tests.api.kit import FINISH, START
from tests.api.model import Model, Refused
from tests.conftest import DEEP
from tests.world import Space, World

pytestmark = pytest.mark.both_engines


SPACES = st.sampled_from([0, 1])
STATES = st.sampled_from([1, 2, 3])
WRITERS = st.sampled_from(["owner", "admin", "writer"])
SIZES = st.sampled_from(["0", "1", "0.1", "0.2", "13", "2.55"])
ANY = st.integers(0, 1000)


class Story(RuleBasedStateMachine):
    """Random operations on two spaces; iterations and cards are told by their number."""

    world: ClassVar[World]

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.spaces: list[Space] = [self.world.make_space() for _ in range(2)]
        self.iterations: list[dict[str, Any]] = []
        self.cards: list[dict[str, Any]] = []

    def path(self, number: int) -> str:
        iteration = self.iterations[number]
        return f"/spaces/{iteration['space_uid']}/iterations/{iteration['id']}"

    def ask(
        self, told: Callable[[], Any], method: str, path: str, as_: str, body: Any = None
    ) -> tuple[Any, Any]:
        """Do it in the model and through the API; both must agree. Return both results."""
        answer = self.world.call(method, path, as_, json=body)
        refused, expected = None, None
        try:
            expected = told()
        except Refused as error:
            refused = error
        if refused is None:
            assert answer.status_code == 200, (method, path, body, answer.text)
            return expected, answer.json()
        assert answer.status_code == refused.status, (refused.args, answer.text)
        if refused.code is not None:
            assert answer.json()["code"] == refused.code, answer.text
        return None, None

    @rule(space=SPACES, dated=st.booleans(), as_=WRITERS)
    def create_iteration(self, space: int, dated: bool, as_: str) -> None:
        body = {"title": "Sprint"} | ({"start_date": START, "finish_date": FINISH} if dated else {})
        path = f"/spaces/{self.spaces[space].uid}/iterations"
        _, made = self.ask(lambda: self.model.create(space, dated=dated), "POST", path, as_, body)
        self.iterations.append(made)

    @rule(space=SPACES, state=STATES, size=SIZES, as_=WRITERS)
    def create_card(self, space: int, state: int, size: str, as_: str) -> None:
        here = self.spaces[space]
        body = {
            "title": "Card",
            "board_id": here.board_id,
            "column_id": here.columns[state - 1],
            "size_text": size,
        }
        told = lambda: self.model.add_card(space, state, size)  # noqa: E731
        _, made = self.ask(told, "POST", "/cards", as_, body)
        self.cards.append(made)

    def has_both(self) -> bool:
        return bool(self.iterations) and bool(self.cards)

    def has_iterations(self) -> bool:
        return bool(self.iterations)

    def has_cards(self) -> bool:
        return bool(self.cards)

    @precondition(has_both)
    @rule(iteration=ANY, card=ANY, as_=WRITERS)
    def put(self, iteration: int, card: int, as_: str) -> None:
        iteration, card = iteration % len(self.iterations), card % len(self.cards)
        body = {"card_uid": self.cards[card]["uid"]}
        path = f"{self.path(iteration)}/cards"
        self.ask(lambda: self.model.put(iteration, card), "POST", path, as_, body)

    @precondition(has_both)
    @rule(iteration=ANY, card=ANY, as_=WRITERS)
    def put_again(self, iteration: int, card: int, as_: str) -> None:
        """More cards in iterations make better stories."""
        self.put(iteration, card, as_)

    @precondition(has_both)
    @rule(iteration=ANY, card=ANY, as_=WRITERS)
    def remove(self, iteration: int, card: int, as_: str) -> None:
        iteration, card = iteration % len(self.iterations), card % len(self.cards)
        path = f"{self.path(iteration)}/cards/{self.cards[card]['uid']}"
        self.ask(lambda: self.model.remove(iteration, card), "DELETE", path, as_)

    def carried(
        self, told: Callable[[], Any], method: str, number: int, as_: str, body: Any
    ) -> None:
        expected, answer = self.ask(told, method, self.path(number), as_, body)
        if answer is not None:
            moved = [record["card_uid"] for record in answer.get("moved_cards") or []]
            assert moved == [self.cards[card]["uid"] for card in expected]

    @precondition(has_iterations)
    @rule(
        iteration=ANY,
        status=st.sampled_from(["planned", "active", "active", "closed", "closed"]),
        goal=st.none() | ANY,
        as_=WRITERS,
    )
    def set_status(self, iteration: int, status: str, goal: int | None, as_: str) -> None:
        number = iteration % len(self.iterations)
        goal = None if goal is None else goal % len(self.iterations)
        body = {"status": status}
        if goal is not None:
            body["new_iteration_id"] = self.iterations[goal]["id"]
        told = lambda: self.model.set_status(number, status, goal)  # noqa: E731
        self.carried(told, "PATCH", number, as_, body)

    @precondition(has_iterations)
    @rule(iteration=ANY, goal=st.none() | ANY, as_=WRITERS)
    def delete_iteration(self, iteration: int, goal: int | None, as_: str) -> None:
        number = iteration % len(self.iterations)
        goal = None if goal is None else goal % len(self.iterations)
        body = None if goal is None else {"new_iteration_id": self.iterations[goal]["id"]}
        self.carried(lambda: self.model.delete(number, goal), "DELETE", number, as_, body)

    @precondition(has_cards)
    @rule(card=ANY, space=SPACES, state=STATES, as_=WRITERS)
    def move(self, card: int, space: int, state: int, as_: str) -> None:
        card = card % len(self.cards)
        here = self.spaces[space]
        body = {"board_id": here.board_id, "column_id": here.columns[state - 1]}
        path = f"/cards/{self.cards[card]['id']}"
        self.ask(lambda: self.model.move(card, space, state), "PATCH", path, as_, body)

    @precondition(has_cards)
    @rule(card=ANY, condition=st.sampled_from([1, 2, 3]), as_=WRITERS)
    def set_condition(self, card: int, condition: int, as_: str) -> None:
        card = card % len(self.cards)
        path = f"/cards/{self.cards[card]['id']}"
        told = lambda: self.model.set_condition(card, condition)  # noqa: E731
        if condition == 3:
            self.ask(told, "DELETE", path, as_)
        else:
            self.ask(told, "PATCH", path, as_, {"condition": condition})

    @precondition(has_iterations)
    @rule(iteration=ANY, as_=st.sampled_from(["reader", "stranger", "other"]))
    def others_change_nothing(self, iteration: int, as_: str) -> None:
        path = self.path(iteration % len(self.iterations))
        answer = self.world.call("PATCH", path, as_, json={"status": "active"})
        assert answer.status_code == (404 if as_ == "other" else 403)

    @invariant()
    def the_server_is_where_the_model_is(self) -> None:
        for number, space in enumerate(getattr(self, "spaces", ())):
            path = f"/spaces/{space.uid}/iterations?with_data=cards"
            shown = {i["id"]: i for i in self.world.call("GET", path, "reader").json()}
            for iteration, made in zip(self.model.iterations, self.iterations, strict=True):
                if iteration.space != number:
                    continue
                found = shown[made["id"]]
                assert found["status"] == iteration.status
                assert found["data"] == iteration.data
                standing = [record["card_uid"] for record in found.get("cards", ())]
                assert standing == [self.cards[card]["uid"] for card in iteration.standing]

    def teardown(self) -> None:
        if not hasattr(self, "spaces"):
            return
        for number, (card, made) in enumerate(zip(self.model.cards, self.cards, strict=True)):
            found = self.world.call("GET", f"/cards/{made['id']}").json()
            assert (found["state"], found["condition"]) == (card.state, card.condition)
            inside = self.model.open_iteration_of(number)
            assert ("iteration" in found) == (inside is not None)


@pytest.mark.deep
def test_any_story_goes_as_the_contract_says(world: World) -> None:
    """10 stories of 40 steps; 250 of them, which are 10,000 steps, in the deep suite.

    PostgreSQL has 50: the rules are one program, and are asked at length on SQLite.
    """
    Story.world = world
    many = 250 if world.database.startswith("sqlite") else 50
    run = Story.TestCase
    run.settings = settings(
        max_examples=many if DEEP else 10,
        stateful_step_count=40,
        deadline=None,
        derandomize=not DEEP,
        suppress_health_check=list(HealthCheck),
    )
    run("runTest").runTest()
    assert integrity.problems(locate(world.database)) == []
