"""A random history over HTTP, on a server whose clock the test moves, with what the API showed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple, Self

import httpx
import uvicorn

from kadence.bootstrap import open_database
from kadence.drawing.render_worker import RenderWorker
from kadence.live.journal_tail import JournalTail
from kadence.live.stream import follow
from kadence.settings import Settings
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web.app import Application
from kadence.web.app_state import AppState
from kadence.web.endpoints import Endpoints

MINUTE = 60_000
SIZES = [None, "XL", "1", "2", "3 SP", "5", "8", "0.5", "2,5", "PROJ-3", "1 000"]
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"]


class Clock:
    """Stands still until it is moved; milliseconds since 1970."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@contextmanager
def served(url: str, clock: Clock) -> Iterator[str]:
    """A server of this process by that clock; where it answers."""
    database, worker = open_database(Settings(database=url)), RenderWorker()
    runner = UnitOfWorkRunner(database, clock)
    following = partial(follow, JournalTail(database.read, runner.commits, 1))
    app = Application(Endpoints(AppState(runner, following, worker)).respond)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            worker.close()
            database.close()


def day(number: int) -> str:
    """So many days after the Monday on which a story begins."""
    return (date(2050, 2, 28) + timedelta(days=number)).isoformat()


class Card(NamedTuple):
    """A card as the API showed it."""

    state: int
    size: float | None
    condition: int


class Seen(NamedTuple):
    """What the API showed at an instant: statuses, what was in which iteration, all cards."""

    at: int
    status: dict[str, str]
    inside: dict[str, frozenset[str]]
    cards: dict[str, Card]


class Story:
    """One space, changed at random."""

    def __init__(self, url: str, clock: Clock, token: str, seed: int) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=30)
        self.random, self.clock = Random(seed), clock  # noqa: S311
        self.seen: list[Seen] = []
        self.plans: dict[str, dict[str, Any]] = {}
        self.capacity: dict[str, float] = {}
        self.taken: tuple[str, str] | None = None
        space = self.call("POST", "/spaces", {"title": f"Story {seed}"})
        self.space_id, self.uid = space["id"], space["uid"]
        columns = [{"title": f"Column {kind}", "type": kind} for kind in (1, 2, 3)]
        body = {"title": "Board", "columns": columns}
        board = self.call("POST", f"/spaces/{self.space_id}/boards", body)
        self.board, self.columns = board["id"], [column["id"] for column in board["columns"]]
        self.zone = self.random.choice(ZONES)
        days_off = [day(2)] if self.random.random() < 0.5 else []
        change = {"time_zone": self.zone, "days_off": days_off}
        self.own("PATCH", f"/spaces/{self.uid}/calendar", change)
        self.days_off = days_off

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, body: Any = None, base: str = "/api/latest") -> Any:
        """An answer that must be good."""
        answer = self.http.request(method, base + path, json=body)
        assert answer.status_code == 200, (method, path, body, answer.text)
        return answer.json()

    def own(self, method: str, path: str, body: Any = None) -> Any:
        return self.call(method, path, body, "/api/kadence/v1")

    def text(self, path: str) -> str:
        answer = self.http.get(f"/api/kadence/v1/spaces/{self.uid}/{path}")
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def at(self, iteration: str) -> str:
        return f"/spaces/{self.uid}/iterations/{iteration}"

    def live(self, steps: int) -> None:
        """So many changes, each at an instant of its own."""
        for n in range(3):
            self._step(lambda n=n: self._plan(n))
        for _ in range(4):
            self._step(self._make)
        changes = [
            self._make, *[self._move] * 12, *[self._resize] * 3, *[self._put] * 9,
            *[self._take] * 3, self._archive, self._restore, self._delete, *[self._advance] * 2,
            self._mean,
        ]  # fmt: skip
        for _ in range(steps):
            self._step(self.random.choice(changes))

    def _step(self, change: Any) -> None:
        self.clock.now += self.random.choice([1, 7 * MINUTE, 3 * 60 * MINUTE, 21 * 60 * MINUTE])
        change()
        self.seen.append(self._look())

    def _look(self) -> Seen:
        found = self.call("GET", f"/spaces/{self.uid}/iterations?with_data=cards&limit=100")
        path = f"/cards?space_id={self.space_id}&condition=1,2,3&limit=100"
        cards = self.call("GET", path)
        assert len(cards) < 100
        return Seen(
            self.clock.now,
            {one["id"]: one["status"] for one in found},
            {one["id"]: frozenset(r["card_uid"] for r in one.get("cards", ())) for one in found},
            {c["uid"]: Card(c["state"], c["size"], c["condition"]) for c in cards},
        )

    def _plan(self, n: int) -> None:
        first, last = day(5 * n), day(5 * n + 4)
        body = {"title": f"Sprint {n}", "start_date": first, "finish_date": last}
        made = self.call("POST", f"/spaces/{self.uid}/iterations", body)
        self.plans[made["id"]] = {**made, "first": first, "last": last}

    def _make(self) -> None:
        body = {"title": "Card", "board_id": self.board, "size_text": self.random.choice(SIZES)}
        self.call("POST", "/cards", body | {"column_id": self.random.choice(self.columns)})

    def _some(self, *conditions: int) -> str | None:
        """The id of a card in one of these conditions."""
        listed = ",".join(map(str, conditions))
        found = self.call("GET", f"/cards?space_id={self.space_id}&condition={listed}&limit=100")
        return str(self.random.choice(found)["id"]) if found else None

    def _change(self, conditions: tuple[int, ...], **body: Any) -> None:
        if (card := self._some(*conditions)) is not None:
            self.call("PATCH", f"/cards/{card}", body)

    def _move(self) -> None:
        self._change((1,), column_id=self.random.choice(self.columns))

    def _resize(self) -> None:
        self._change((1, 2), size_text=self.random.choice(SIZES))

    def _archive(self) -> None:
        self._change((1,), condition=2)

    def _restore(self) -> None:
        self._change((2,), condition=1)

    def _delete(self) -> None:
        if (card := self._some(1, 2)) is not None:
            self.call("DELETE", f"/cards/{card}")

    def _open(self) -> list[str]:
        now = self.seen[-1].status
        return [one for one in self.plans if now.get(one) in ("planned", "active")]

    def _put(self) -> None:
        live = [uid for uid, card in self.seen[-1].cards.items() if card.condition == 1]
        if not self._open() or not live:
            return
        one, uid = self.random.choice(self._open()), self.random.choice(live)
        # What was taken out comes back, there or elsewhere.
        if self.taken is not None and self.random.random() < 0.5:
            (_, uid), self.taken = self.taken, None
        if self.taken is not None and self.random.random() < 0.5:
            (one, uid), self.taken = self.taken, None
        # Whoever is in another one comes out of it. What is deleted or over is refused.
        self.http.post(f"/api/latest{self.at(one)}/cards", json={"card_uid": uid})

    def _take(self) -> None:
        inside = [(one, uid) for one in self._open() for uid in self.seen[-1].inside[one]]
        if inside:
            one, uid = self.taken = self.random.choice(sorted(inside))
            self.call("DELETE", f"{self.at(one)}/cards/{uid}")

    def _advance(self) -> None:
        """Start the next iteration, or close one that runs."""
        now = self.seen[-1].status
        one = next((one for one in self.plans if now[one] in ("planned", "active")), None)
        if one is None:
            return
        body = {"status": "active" if now[one] == "planned" else "closed"}
        later = [other for other in self._open() if other != one]
        if body["status"] == "closed" and later and self.random.random() < 0.6:
            body["new_iteration_id"] = self.random.choice(later)
        # Closing before the first day is refused.
        self.http.patch(f"/api/latest{self.at(one)}", json=body)

    def _mean(self) -> None:
        if opened := self._open():
            one, capacity = self.random.choice(opened), self.random.choice([10, 12.5, 20])
            self.own("PATCH", f"{self.at(one)}/capacity", {"capacity": capacity})
            self.capacity[one] = capacity
