"""The contract as a plain model in memory, to which the state machine holds the server."""

from decimal import Decimal
from typing import Any

PLANNED, ACTIVE, CLOSED, REMOVED = "planned", "active", "closed", "removed"
OPEN = (PLANNED, ACTIVE)


class Refused(Exception):
    """The model's answer to what is not allowed: a status, and a code if there is one."""

    def __init__(self, status: int, code: int | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


class Card:
    """A card: which space its board is primary in, and how it stands."""

    def __init__(self, space: int, state: int, size: Decimal) -> None:
        self.space = space
        self.state = state
        self.size = size
        self.condition = 1


class Iteration:
    """An iteration, with the cards that stand in it in order, and those that left."""

    def __init__(self, space: int, *, dated: bool) -> None:
        self.space = space
        self.dated = dated
        self.status = PLANNED
        self.standing: list[int] = []
        self.gone: list[int] = []
        self.data: dict[str, Any] | None = None


class Model:
    """Two spaces, their iterations and cards, by the order in which they were made."""

    def __init__(self) -> None:
        self.iterations: list[Iteration] = []
        self.cards: list[Card] = []

    def create(self, space: int, *, dated: bool) -> None:
        self.iterations.append(Iteration(space, dated=dated))

    def add_card(self, space: int, state: int, size: str) -> None:
        self.cards.append(Card(space, state, Decimal(size)))

    def open_iteration_of(self, card: int) -> Iteration | None:
        for iteration in self.iterations:
            if iteration.status in OPEN and card in iteration.standing:
                return iteration
        return None

    def take_out(self, card: int) -> None:
        if (iteration := self.open_iteration_of(card)) is not None:
            iteration.standing.remove(card)
            iteration.gone.append(card)

    def put(self, number: int, card: int) -> None:
        iteration, found = self.iterations[number], self.cards[card]
        if iteration.status not in OPEN:
            raise Refused(400, 3)
        if found.space != iteration.space:
            raise Refused(400, 2)
        if found.condition != 1:
            raise Refused(400, 4)
        if card not in iteration.standing:
            self.take_out(card)
            iteration.standing.append(card)

    def remove(self, number: int, card: int) -> None:
        iteration = self.iterations[number]
        was_in_it = card in iteration.standing or (
            iteration.status == REMOVED and card in iteration.gone
        )
        if not was_in_it:
            raise Refused(404)
        if iteration.status not in OPEN:
            raise Refused(400, 5)
        self.take_out(card)

    def set_status(self, number: int, status: str, target: int | None) -> list[int]:
        """Change the status; answers the cards that were carried over."""
        iteration = self.iterations[number]
        if iteration.status == REMOVED or (
            status != iteration.status
            and (iteration.status, status) not in ((PLANNED, ACTIVE), (ACTIVE, CLOSED))
        ):
            raise Refused(400, 1)
        if status == iteration.status:
            return []
        if status == ACTIVE:
            if not iteration.dated:
                raise Refused(400, 2)
            iteration.status = ACTIVE
            size = sum((self.cards[c].size for c in iteration.standing), Decimal(0))
            iteration.data = {"committed": {"size": float(size)}}
            return []
        goal = self._target(number, target)
        done = [c for c in iteration.standing if self.cards[c].state == 3]
        assert iteration.data is not None
        iteration.data |= {
            "velocity": {"size": float(sum((self.cards[c].size for c in done), Decimal(0)))},
            "doneCount": len(done),
            "totalCount": len(iteration.standing),
        }
        iteration.status = CLOSED
        moving = [
            c
            for c in iteration.standing
            if goal and self.cards[c].state != 3 and self.cards[c].condition == 1
        ]
        self._carry(iteration, goal, moving)
        return moving

    def delete(self, number: int, target: int | None) -> list[int]:
        """Remove an iteration; answers the cards that were carried over."""
        iteration = self.iterations[number]
        if iteration.status == REMOVED:
            raise Refused(404)
        goal = self._target(number, target)
        moving = [c for c in iteration.standing if goal and self._moves_on(iteration, c)]
        iteration.gone += iteration.standing
        iteration.standing = []
        iteration.status = REMOVED
        if goal:
            goal.standing += moving
        return moving

    def _moves_on(self, iteration: Iteration, card: int) -> bool:
        found = self.cards[card]
        if found.condition != 1:
            return False
        if iteration.status in OPEN:
            return True
        return (
            found.state != 3
            and self.open_iteration_of(card) is None
            and found.space == iteration.space
        )

    def _target(self, number: int, target: int | None) -> Iteration | None:
        if target is None:
            return None
        if target == number:
            raise Refused(400, 3)
        goal = self.iterations[target]
        if goal.space != self.iterations[number].space:
            raise Refused(400, 4)
        if goal.status not in OPEN:
            raise Refused(400, 5)
        return goal

    def _carry(self, iteration: Iteration, goal: Iteration | None, moving: list[int]) -> None:
        if goal is None:
            return
        for card in moving:
            iteration.standing.remove(card)
            iteration.gone.append(card)
            goal.standing.append(card)

    def move(self, card: int, space: int, state: int) -> None:
        found = self.cards[card]
        if found.condition == 3:
            raise Refused(400, 6)
        if space != found.space:
            self.take_out(card)
        found.space, found.state = space, state

    def set_condition(self, card: int, condition: int) -> None:
        found = self.cards[card]
        if found.condition == 3:
            if condition == 3:
                return
            raise Refused(400, 6)
        iteration = self.open_iteration_of(card)
        leaves = condition == 3 or (
            condition == 2 and found.condition != 2 and iteration and iteration.status == PLANNED
        )
        if leaves:
            self.take_out(card)
        found.condition = condition
