"""The statistics of iterations, counted from what the API showed: slowly, and by nobody's rules."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.recount.story import Seen

DAY = 86_400_000


class Sum(NamedTuple):
    """Cards, and their sizes together."""

    cards: int
    size: Decimal


def of(sizes: Iterable[float | None]) -> Sum:
    """So many cards of these sizes."""
    listed = list(sizes)
    return Sum(len(listed), sum((Decimal(str(size)) for size in listed if size), Decimal(0)))


class Naive:
    """One iteration, up to the last thing that was seen."""

    def __init__(self, seen: Sequence[Seen], one: str, zone: str) -> None:
        self.seen, self.one, self.zone = seen, one, ZoneInfo(zone)
        statuses = [moment.status.get(one) for moment in seen]
        self.begun = statuses.index("active") if "active" in statuses else None
        self.closed = statuses.index("closed") if "closed" in statuses else None
        # When it is closed what is left moves on: the moment before counts.
        self.last = len(seen) - 1 if self.closed is None else self.closed - 1

    def inside(self, k: int) -> frozenset[str]:
        return self.seen[k].inside.get(self.one, frozenset())

    def size(self, k: int, card: str) -> float | None:
        return self.seen[k].cards[card].size

    def state(self, k: int, card: str) -> int:
        return self.seen[k].cards[card].state

    def sum(self, k: int, *states: int) -> Sum:
        """What was inside, in these states or in any."""
        wanted = states or (1, 2, 3)
        return of(self.size(k, c) for c in self.inside(k) if self.state(k, c) in wanted)

    @property
    def run(self) -> range:
        """The moments after the start."""
        assert self.begun is not None
        return range(self.begun + 1, self.last + 1)

    def causes(self, k: int) -> list[str]:
        """What changed in it between one moment and the one before that a report tells."""
        before, now, old, new = (
            self.inside(k - 1), self.inside(k), self.seen[k - 1].cards, self.seen[k].cards
        )  # fmt: skip
        told = ["added"] * len(now - before)
        told += ["deleted" if new[c].condition == 3 else "removed" for c in before - now]
        for card in before & now:
            was, is_ = old[card], new[card]
            if was.size != is_.size:
                told.append("re-estimated")
            if was.state != is_.state and 3 in (was.state, is_.state):
                told.append("done" if is_.state == 3 else "reopened")
            if was.condition != is_.condition:
                told.append("archived" if is_.condition == 2 else "restored")
        return sorted(told)

    def entered(self) -> list[tuple[int, str]]:
        return [(k, c) for k in self.run for c in self.inside(k) - self.inside(k - 1)]

    def left(self) -> list[tuple[int, str]]:
        return [(k, c) for k in self.run for c in self.inside(k - 1) - self.inside(k)]

    def re_estimated(self) -> Sum:
        cards, change = set(), Decimal(0)
        for k in self.run:
            for card in self.inside(k) & self.inside(k - 1):
                old, new = self.size(k - 1, card), self.size(k, card)
                if old != new:
                    cards.add(card)
                    change += Decimal(str(new or 0)) - Decimal(str(old or 0))
        return Sum(len(cards), change)

    def done_at(self, card: str) -> int | None:
        """Since when a card that is done at the end is so."""
        at = None
        for moment in self.seen[: self.last + 1]:
            if card not in moment.cards or moment.cards[card].state != 3:
                at = None
            elif at is None:
                at = moment.at
        return at

    def begun_at(self, card: str) -> int | None:
        """When a card was first in progress."""
        seen = self.seen[: self.last + 1]
        return next((m.at for m in seen if card in m.cards and m.cards[card].state == 2), None)

    def cycles(self) -> tuple[list[float], set[str]]:
        """The cycle times of what is done, and what has none."""
        timed, untimed = [], set()
        for card in self.inside(self.last):
            done = self.done_at(card)
            begun = self.begun_at(card)
            if done is not None and begun is not None and begun <= done:
                timed.append(round((done - begun) / DAY, 3))
            elif done is not None:
                untimed.add(card)
        return sorted(timed), untimed

    def came_from(self) -> set[str]:
        """The cards that came in unfinished out of an iteration that had begun."""
        found = set()
        for k in range(self.last + 1):
            for card in self.inside(k) - (self.inside(k - 1) if k else frozenset()):
                if self.state(k, card) != 3 and self._goes_on(k, card):
                    found.add(card)
        return found

    def gave(self) -> list[tuple[int, str]]:
        """The cards that went on unfinished to another one, by hand or when it was closed."""
        found = [(k - 1, c) for k, c in self.left() if self._went_on(k, c)]
        if self.closed is None:
            return found
        moment = self.seen[self.closed]
        elsewhere = {
            card
            for other, cards in moment.inside.items()
            if moment.status[other] in ("planned", "active")
            for card in cards
        }
        left = (c for c in self.inside(self.last) & elsewhere if self.state(self.last, c) != 3)
        live = (c for c in left if self.seen[self.last].cards[c].condition == 1)
        return found + [(self.last, card) for card in live]

    def _went_on(self, k: int, card: str) -> bool:
        """Whether what left at k came next into another one, as something that goes on there."""
        for m in range(k, self.last + 1):
            for other, cards in self.seen[m].inside.items():
                if card in cards and card not in self.seen[m - 1].inside.get(other, ()):
                    there = Naive(self.seen, other, str(self.zone))
                    goes = self.state(m, card) != 3 and there._goes_on(m, card)
                    return other != self.one and goes
        return False

    def _goes_on(self, k: int, card: str) -> bool:
        """Whether the iteration that a card was in last had begun, and did not finish it."""
        for j in range(k - 1, -1, -1):
            now, before = self.seen[j], self.seen[j - 1] if j else None
            for other, cards in now.inside.items():
                if card in cards and (before is None or card not in before.inside.get(other, ())):
                    return other != self.one and self._unfinished_in(other, j, k, card)
        return False

    def _unfinished_in(self, other: str, j: int, k: int, card: str) -> bool:
        """Whether a card that came into another one at j was unfinished when that was over for it."""
        over = next(
            (
                n
                for n in range(j + 1, k + 1)
                if card not in self.seen[n].inside.get(other, ())
                or self.seen[n].status.get(other) == "closed"
            ),
            None,
        )
        if over is None:
            return False
        had_begun = any(self.seen[n].status.get(other) == "active" for n in range(over))
        return had_begun and self.seen[over - 1].cards[card].state != 3

    def day(self, at: int) -> date:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone).date()

    def over(self, day: date) -> int:
        """When a day ends there."""
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
        return int(midnight.timestamp() * 1000)

    def days(self, until: int) -> list[tuple[date, int]]:
        """Each day from the start on, with the last moment in it that counts."""
        assert self.begun is not None
        ends = until if self.closed is None else self.seen[self.closed].at
        first, last = self.day(self.seen[self.begun].at), self.day(ends)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        moments = range(self.begun, self.last + 1)
        return [(d, max(k for k in moments if self.seen[k].at < self.over(d))) for d in days]


def percentile(values: Sequence[float], part: float) -> float:
    """Between the two values that are nearest, as much nearer to one as the part says."""
    place = (len(values) - 1) * part
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def as_shown(amount: Sum) -> dict[str, Any]:
    """As JSON has it."""
    return {"count": amount.cards, "size": float(amount.size)}
