"""Every number of reports, flow, velocity, totals, leftovers, tables and charts, counted again."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from tests.conftest import DEEP
from tests.recount.naive import Naive, Sum, as_shown, of, percentile
from tests.recount.story import Clock, Seen, Story, served
from tests.world import file_url, fresh_database, make_company

MONDAY = 2_529_644_400_000
"""28 February 2050, 07:00 UTC: after the company was made, for time does not go back."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Clock, str]]:
    """Where a server answers, its clock, and a token."""
    url = file_url(fresh_database(tmp_path))
    made, clock = make_company(url, "Home"), Clock(MONDAY)
    with served(url, clock) as address:
        yield address, clock, made.token


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(20 if DEEP else 5))
def test_a_random_history_counts_as_it_does_by_hand(
    server: tuple[str, Clock, str], seed: int
) -> None:
    address, clock, token = server
    with Story(address, clock, token, seed) as story:
        story.live(50)
        clock.now += 60_000
        for n, one in enumerate(story.plans):
            for unit in ("size", "count"):
                Recount(story, one, unit).agrees()
            # Pictures take long: one in each story, each of them in several.
            if n == seed % 3:
                Recount(story, one, ("size", "count")[seed % 2]).charts_agree()
            for k in story.random.sample(range(7, len(story.seen)), 2):
                Recount(story, one, "size", k).agrees()
        velocity_agrees(story)
        totals_agree(story)
        leftovers_agree(story)


class Recount:
    """What is told of an iteration in a unit, now or at a moment of the story, beside its count."""

    def __init__(self, story: Story, one: str, unit: str, moment: int | None = None) -> None:
        self.story, self.one, self.unit = story, one, unit
        seen: Sequence[Seen] = story.seen if moment is None else story.seen[: moment + 1]
        self.now = story.clock.now if moment is None else seen[-1].at
        self.is_now = moment is None
        self.naive = Naive(seen, one, story.zone)
        self.query = f"?unit={unit}" + ("" if moment is None else f"&as_of={iso(self.now)}")

    def told(self, what: str) -> Any:
        return self.story.own("GET", f"{self.story.at(self.one)}/{what}{self.query}")

    def counted(self, k: int, *states: int) -> float:
        return self.amount(self.naive.sum(k, *states))

    def amount(self, total: Sum) -> float:
        return float(total.size) if self.unit == "size" else total.cards

    def agrees(self) -> None:
        report, naive = self.told("report"), self.naive
        last = naive.last
        assert report["now"]["scope"] == as_shown(naive.sum(last))
        assert report["now"]["done"] == as_shown(naive.sum(last, 3))
        assert report["now"]["remaining"] == as_shown(naive.sum(last, 1, 2))
        if naive.begun is None:
            assert (report["baseline"], report["days"]) == (None, [])
            return
        begun = naive.begun
        baseline = {"at": iso(naive.seen[begun].at), **as_shown(naive.sum(begun))}
        assert report["baseline"] == baseline
        self.series_agree(report["series"])
        self.scope_agrees(report["scope"])
        self.days_agree(report["days"], self.counted(begun))
        self.flow_agrees()
        if self.is_now:
            self.tables_agree(report)
            self.frozen_agrees()

    def series_agree(self, series: list[dict[str, Any]]) -> None:
        naive = self.naive
        told: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for point in series:
            told[point["at"]].append(point)
        moments = {iso(naive.seen[k].at): k for k in (naive.begun or 0, *naive.run)}
        over = None if naive.closed is None else iso(naive.seen[naive.closed].at)
        for at, points in told.items():
            k = naive.last if at == over else moments[at]
            values = tuple(points[-1][name] for name in ("scope", "done", "remaining"))
            assert values == (self.counted(k), self.counted(k, 3), self.counted(k, 1, 2)), at
        for k in naive.run:
            causes = sorted(point["cause"] for point in told.get(iso(naive.seen[k].at), ()))
            assert causes == naive.causes(k), k
        assert told[iso(naive.seen[naive.begun or 0].at)][0]["cause"] == "activated"
        assert over is None or series[-1]["cause"] == "closed"

    def scope_agrees(self, scope: dict[str, Any]) -> None:
        naive, last = self.naive, self.naive.last
        plan = self.story.plans[self.one]
        ends = naive.over(date.fromisoformat(plan["last"]))
        done = [c for c in naive.inside(last) if naive.state(last, c) == 3]
        late = [c for c in done if (naive.done_at(c) or 0) >= ends]
        came = naive.came_from()
        counted = {
            "baseline": naive.sum(naive.begun or 0),
            "added": of(naive.size(k, c) for k, c in naive.entered()),
            "removed": of(naive.size(k - 1, c) for k, c in naive.left()),
            "re_estimated": naive.re_estimated(),
            "carried_out": of(naive.size(k, c) for k, c in naive.gave()),
            "done": naive.sum(last, 3),
            "done_late": of(naive.size(last, c) for c in late),
            "unfinished": naive.sum(last, 1, 2),
        }
        for name, amount in counted.items():
            assert {k: scope[name][k] for k in ("count", "size")} == as_shown(amount), name
        assert {card["card_uid"] for card in scope["carried_in"]["cards"]} == came
        unsized = {c for c in naive.inside(last) if naive.size(last, c) is None}
        assert {card["card_uid"] for card in scope["unsized"]["cards"]} == unsized

    def days_agree(self, days: list[dict[str, Any]], baseline: float) -> None:
        found = self.naive.days(self.now)
        assert [day["day"] for day in days] == [day.isoformat() for day, _ in found]
        ends = self.now if self.naive.closed is None else self.naive.seen[self.naive.closed].at
        plan = self.story.plans[self.one]
        first, last = (date.fromisoformat(plan[name]) for name in ("first", "last"))
        planned = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        off = self.story.days_off
        worked = [d for d in planned if d.isoweekday() < 6 and d.isoformat() not in off]
        for told, (day, k) in zip(days, found, strict=True):
            values = tuple(told[name] for name in ("scope", "done", "remaining"))
            assert values == (self.counted(k), self.counted(k, 3), self.counted(k, 1, 2)), day
            if not worked:
                assert told["ideal"] is None
            elif self.naive.over(day) <= ends:
                left = baseline * sum(d > day for d in worked) / len(worked)
                assert told["ideal"] == pytest.approx(left, abs=0.001), day

    def flow_agrees(self) -> None:
        flow, naive = self.told("flow"), self.naive
        found = naive.days(self.now)
        assert [
            (day["day"], day["queued"], day["in_progress"], day["done"]) for day in flow["days"]
        ] == [(d.isoformat(), *(self.counted(k, state) for state in (1, 2, 3))) for d, k in found]
        timed, untimed = naive.cycles()
        assert [card["days"] for card in flow["cards"]] == timed
        assert set(flow["untimed"]) == untimed
        if not timed:
            assert flow["cycle_time"] is None
            return
        for part, told in flow["cycle_time"].items():
            value = percentile(timed, int(part[1:]) / 100)
            assert told == pytest.approx(value, abs=0.001), part

    def frozen_agrees(self) -> None:
        naive = self.naive
        assert naive.begun is not None
        data = self.story.call("GET", self.story.at(self.one))["data"]
        counted: dict[str, Any] = {"committed": {"size": float(naive.sum(naive.begun).size)}}
        if naive.closed is not None:
            counted["velocity"] = {"size": float(naive.sum(naive.last, 3).size)}
            counted["doneCount"] = naive.sum(naive.last, 3).cards
            counted["totalCount"] = naive.sum(naive.last).cards
        assert data == counted

    def tables_agree(self, report: dict[str, Any]) -> None:
        at, naive = f"iterations/{self.one}", self.naive
        rows = table(self.story.text(f"{at}/report.csv{self.query}"))
        assert [(row["at"], row["cause"], row["card_uid"]) for row in rows] == [
            (point["at"], point["cause"], point["card_uid"] or "") for point in report["series"]
        ]
        for row, point in zip(rows, report["series"], strict=True):
            for name in ("scope", "done", "remaining"):
                assert float(row[name]) == point[name]
        found = naive.days(self.now)
        rows = table(self.story.text(f"{at}/flow.csv{self.query}"))
        for row, (day, k) in zip(rows, found, strict=True):
            assert row["day"] == day.isoformat()
            values = [float(row[name]) for name in ("queued", "in_progress", "done")]
            assert values == [self.counted(k, state) for state in (1, 2, 3)]

    def charts_agree(self) -> None:
        at, naive = f"iterations/{self.one}", self.naive
        found = [] if naive.begun is None else naive.days(self.now)
        days = [
            f"{day}: {said(self.counted(k, 1, 2))} of {said(self.counted(k))} remaining,"
            f" {said(self.counted(k, 3))} done"
            for day, k in found
        ]
        for chart in ("burndown", "burnup"):
            assert set(readings(self.story.text(f"{at}/{chart}.svg{self.query}"))) >= set(days)
        days = [
            f"{day}: {said(self.counted(k, 1))} queued, {said(self.counted(k, 2))} in progress,"
            f" {said(self.counted(k, 3))} done"
            for day, k in found
        ]
        assert set(readings(self.story.text(f"{at}/flow.svg{self.query}"))) >= set(days)


def velocity_agrees(story: Story) -> None:
    told = story.own("GET", f"/spaces/{story.uid}/velocity")
    naives = {one: Naive(story.seen, one, story.zone) for one in story.plans}
    closed = [one for one, naive in naives.items() if naive.closed is not None]
    closed.sort(key=lambda one: naives[one].closed or 0)
    assert [one["id"] for one in told["iterations"]] == closed
    columns: dict[tuple[str, str], list[float]] = defaultdict(list)
    rows = table(story.text("velocity.csv"))
    shown = readings(story.text("velocity.svg"))
    for one, row in zip(told["iterations"], rows, strict=True):
        naive = naives[one["id"]]
        assert naive.begun is not None
        assert one["capacity"] == story.capacity.get(one["id"])
        counted = {
            "committed": naive.sum(naive.begun),
            "done": naive.sum(naive.last, 3),
            "carried_over": naive.sum(naive.last, 1, 2),
        }
        for name, total in counted.items():
            assert one[name] == as_shown(total)
            for part, value in as_shown(total).items():
                columns[name, part].append(value)
                assert float(row[f"{name}_{part}"]) == value
        committed, done = (said(float(counted[name].size)) for name in ("committed", "done"))
        assert f"{one['title']}: {committed} committed, {done} done" in shown
    for name, average in (("mean", mean), ("median", median)):
        if not closed:
            assert told[name] is None
            continue
        for (kind, part), values in columns.items():
            assert told[name][kind][part] == pytest.approx(average(values), abs=0.001)


def totals_agree(story: Story) -> None:
    told = story.own("GET", f"/spaces/{story.uid}/totals")
    last = story.seen[-1]
    opened = {one for one, status in last.status.items() if status in ("planned", "active")}
    assert {one["iteration_id"] for one in told} == opened
    for one in told:
        naive = Naive(story.seen, one["iteration_id"], story.zone)
        assert one["scope"] == as_shown(naive.sum(naive.last))
        assert one["done"] == as_shown(naive.sum(naive.last, 3))
        assert one["capacity"] == story.capacity.get(one["iteration_id"])


def leftovers_agree(story: Story) -> None:
    told = story.own("GET", f"/spaces/{story.uid}/leftovers")
    last = story.seen[-1]
    ends = [
        (Naive(story.seen, one, story.zone).closed or 0, one)
        for one, status in last.status.items()
        if status == "closed"
    ]
    opened = [one for one, status in last.status.items() if status in ("planned", "active")]
    counted = {
        card: one
        for _, one in sorted(ends)
        for card in last.inside[one]
        if last.cards[card].state != 3
        and last.cards[card].condition == 1
        and not any(card in last.inside[other] for other in opened)
    }
    assert {one["card_uid"]: one["iteration_id"] for one in told} == counted


def iso(at: int) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def readings(svg: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'aria-label="([^"]*)"', svg)]


def said(value: float) -> str:
    """A number as charts say it: with one digit behind the point at most."""
    return f"{Decimal(str(value)):,.1f}".removesuffix(".0")
