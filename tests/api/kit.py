"""Short words for what the API tests do all the time, through the API itself."""

from typing import Any

from msgspec import Struct

from tests.world import Space, World

START, FINISH = "2026-03-02T00:00:00.000Z", "2026-03-13T00:00:00.000Z"
CODES = "code"


class Team(Struct):
    """A space with an empty board, and the words to work in it as one of the callers."""

    world: World
    space: Space
    as_: str = "writer"

    def call(self, method: str, path: str, json: Any = None, **kwargs: Any) -> Any:
        """A request that must succeed; its answer."""
        caller = kwargs.pop("as_", self.as_)
        answer = self.world.call(method, path, caller, json=json, **kwargs)
        assert answer.status_code == 200, (method, path, json, answer.status_code, answer.text)
        return answer.json()

    def refused(self, method: str, path: str, json: Any = None, **kwargs: Any) -> tuple[int, Any]:
        """A request that must fail; its status, and its code or if it has none its message."""
        caller = kwargs.pop("as_", self.as_)
        answer = self.world.call(method, path, caller, json=json, **kwargs)
        assert answer.status_code >= 400, (method, path, json, answer.text)
        if not answer.content:
            return answer.status_code, None
        said = answer.json()
        return answer.status_code, said.get(CODES, said["message"])

    @property
    def iterations(self) -> str:
        """The path of the space's iterations."""
        return f"/spaces/{self.space.uid}/iterations"

    def at(self, iteration: dict[str, Any]) -> str:
        """The path of an iteration."""
        return f"{self.iterations}/{iteration['id']}"

    def plan(self, title: Any = "Sprint", **body: Any) -> dict[str, Any]:
        """A new iteration, with a period."""
        period = {"start_date": START, "finish_date": FINISH}
        return dict(self.call("POST", self.iterations, {"title": title} | period | body))

    def start(self, iteration: dict[str, Any]) -> dict[str, Any]:
        """Activate an iteration."""
        return dict(self.call("PATCH", self.at(iteration), {"status": "active"}))

    def close(self, iteration: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Close an iteration."""
        return dict(self.call("PATCH", self.at(iteration), {"status": "closed"} | body))

    def card(self, title: Any = "Card", **body: Any) -> dict[str, Any]:
        """A new card on the board."""
        return dict(
            self.call("POST", "/cards", {"title": title, "board_id": self.space.board_id} | body)
        )

    def done(self, **body: Any) -> dict[str, Any]:
        """A new card that is done."""
        return self.card(column_id=self.space.columns[2], **body)

    def get(self, card: dict[str, Any]) -> dict[str, Any]:
        """The card as it is now."""
        return dict(self.call("GET", f"/cards/{card['id']}"))

    def change(self, card: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Change a card."""
        return dict(self.call("PATCH", f"/cards/{card['id']}", body))

    def put(self, iteration: dict[str, Any], *cards: dict[str, Any]) -> list[dict[str, Any]]:
        """Put cards into an iteration; their records."""
        path = f"{self.at(iteration)}/cards"
        return [dict(self.call("POST", path, {"card_uid": card["uid"]})) for card in cards]

    def inside(self, iteration: dict[str, Any]) -> list[str]:
        """The uids of the cards that stand in an iteration, in order."""
        records = self.call("GET", f"{self.at(iteration)}/cards?status=active")
        return [record["card_uid"] for record in records]


def uids(*cards: dict[str, Any]) -> list[str]:
    """The uids of cards."""
    return [card["uid"] for card in cards]
