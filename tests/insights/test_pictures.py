"""Charts and badges over HTTP: well-formed, named, safe to open, and there again after a crash."""

import asyncio
import html
import multiprocessing.context
import os
import re
import signal
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import msgspec
import psutil
import pytest

from kadence.domain.errors import Unavailable
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.simulation import LARGEST_TRIALS, Question
from kadence.drawing import burndown, charts, i18n
from kadence.drawing.i18n.russian import RUSSIAN
from kadence.drawing.picture import Drawing, Format
from kadence.drawing.render_worker import MOST_WAITING, RenderWorker
from kadence.drawing.theme import COLOURS, Theme
from kadence.storage.engines import locate, transaction
from kadence.usecases.iteration_cards import AddCard, add_card
from kadence.usecases.iterations import change_iteration, create_iteration
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret
from tests.api.kit import Team
from tests.world import Space, World, make_company, serving

CHARTS = ("burndown", "burnup", "flow", "velocity", "forecast")
SVG = "{http://www.w3.org/2000/svg}"
MARKUP = "<script>alert(1)</script> & \"quotes\" 'and' ]]>"


def path(space: Space, name: str) -> str:
    if name.startswith("velocity"):
        return f"/spaces/{space.uid}/{name}"
    return f"/spaces/{space.uid}/iterations/{space.iteration_id}/{name}"


@pytest.fixture(scope="module")
def told(world: World) -> Space:
    """A space whose titles are markup, with an iteration that runs."""
    space = world.make_space()
    team = Team(world, space, as_="admin")
    team.call("PATCH", f"/spaces/{space.id}", {"title": MARKUP})
    team.call("PATCH", f"/cards/{space.card_id}", {"title": MARKUP})
    iteration = f"/spaces/{space.uid}/iterations/{space.iteration_id}"
    dates = {"start_date": "2026-07-27", "finish_date": "2026-08-07"}
    team.call("PATCH", iteration, {"title": MARKUP, "status": "active", **dates})
    return space


def test_what_is_said_of_cycle_times_is_true(world: World) -> None:
    team = Team(world, world.make_space())
    sprint = team.plan("Sprint")
    team.put(sprint, team.card("Waits"))
    team.start(sprint)

    def said(lng: str) -> str:
        chart = f"/spaces/{team.space.uid}/iterations/{sprint['id']}/flow.svg?language={lng}"
        return "".join(ET.fromstring(world.own("GET", chart).content).itertext())  # noqa: S314

    assert "no card has been done yet" in said("en")
    team.put(sprint, team.done(title="At once"))
    assert "no card that is done was ever in progress" in said("en")
    assert "ни одна готовая карточка не была в работе" in said("ru")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_a_picture_with_a_name(
    world: World, told: Space, chart: str, theme: str
) -> None:
    answer = world.own("GET", path(told, f"{chart}.svg?theme={theme}"), "reader")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    root = ET.fromstring(answer.content)  # noqa: S314 - our own picture
    name = root.find(f"{SVG}title")
    assert name is not None
    assert name.text == root.get("aria-label")
    assert MARKUP in (name.text or "") or "Velocity" in (name.text or "")
    # What a strict policy would refuse, or would load something.
    assert not list(root.iter(f"{SVG}script"))
    assert not any("style" in part.attrib for part in root.iter())
    assert set(re.findall(r'(?:href|src)="([^"]*)"', answer.text)) == set()
    ground = COLOURS[Theme(theme)].ground
    assert ground in answer.text


def readings_of(root: ET.Element) -> list[str]:
    """What a chart says where it is pointed at."""
    (group,) = [g for g in root.iter(f"{SVG}g") if "readings_marks" in g.get("class", "")]
    return [band.get("aria-label", "") for band in group]


@pytest.mark.parametrize("chart", ["burndown", "burnup", "flow"])
def test_a_chart_says_what_stands_where_it_is_pointed_at(
    world: World, told: Space, chart: str
) -> None:
    root = ET.fromstring(world.own("GET", path(told, f"{chart}.svg"), "reader").content)  # noqa: S314
    said = readings_of(root)
    table = "flow" if chart == "flow" else "report"
    days = world.own("GET", path(told, table), "reader").json()["days"]
    assert [text.partition(": ")[0] for text in said] == [day["day"] for day in days]
    assert said[-1].endswith("3 queued, 0 in progress, 0 done" if chart == "flow" else "0 done")


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_speaks_russian(world: World, told: Space, chart: str) -> None:
    text = world.own("GET", path(told, f"{chart}.svg?language=ru"), "reader").text
    shown = re.sub(r"<[^>]*>", " ", html.unescape(text).replace(MARKUP, "").replace("(UTC)", ""))
    assert re.search("[а-я]{4}", shown)
    assert re.findall("[A-Za-z]{2,}", shown) == []


def test_a_forecast_of_nothing_says_so(world: World) -> None:
    space = world.make_space()
    empty = Team(world, space).plan("Without cards")
    at = f"/spaces/{space.uid}/iterations/{empty['id']}/forecast.svg"
    assert "Nothing remains to be done" in world.own("GET", at, "reader").text
    assert "100%" not in world.own("GET", at, "reader").text


def test_every_message_of_a_chart_is_there_in_russian() -> None:
    text = "".join(Path(str(part.__file__)).read_text("utf-8") for part in (burndown, charts, i18n))
    asked = set(re.findall(r'words\(\s*"([^"]+)"', text)) | set(re.findall(r'else "([^"]+)"', text))
    assert len(asked) > 30
    assert asked <= set(RUSSIAN)
    for english, russian in RUSSIAN.items():
        assert set(re.findall("{.*?}", english)) == set(re.findall("{.*?}", russian)), english


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_a_png_too(world: World, told: Space, chart: str) -> None:
    answer = world.own("GET", path(told, f"{chart}.png"), "reader")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", answer.content[16:24])
    assert width > 800
    assert height > 500


def test_a_badge_says_what_remains(world: World, told: Space) -> None:
    answer = world.own("GET", path(told, "badge.svg"), "reader")
    root = ET.fromstring(answer.content)  # noqa: S314
    assert root.get("aria-label") == f"{MARKUP}: remaining 3 of 3"
    assert [part.text for part in root.iter(f"{SVG}text")] == ["remaining", "3 of 3"]
    count = world.own("GET", path(told, "badge.svg?unit=count"), "reader")
    assert "1 of 1" in count.text


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("theme=pink", "theme should be one of: light, dark"),
        ("unit=weight", "unit should be one of: size, count"),
        ("as_of=yesterday", 'as_of should match format "date-time"'),
    ],
)
def test_a_wrong_query_is_told(world: World, told: Space, query: str, why: str) -> None:
    answer = world.own("GET", path(told, f"burndown.svg?{query}"))
    assert (answer.status_code, answer.json()["message"]) == (400, why)


@pytest.fixture(scope="module")
def render_worker() -> RenderWorker:
    return RenderWorker()


BARS = {
    "description": "Bars",
    "data": {"values": [{"x": "a", "y": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "x"}, "y": {"field": "y", "type": "quantitative"}},
}


def drawing(**values: object) -> Drawing:
    return Drawing(msgspec.json.encode(BARS | values), Format.SVG)


def test_what_cannot_be_drawn_is_said_and_hinders_nothing(render_worker: RenderWorker) -> None:
    with pytest.raises(Unavailable):
        render_worker.run(drawing(mark={"type": "no such mark"}))
    assert render_worker.run(drawing()).startswith(b"<svg")


def test_a_helper_that_died_is_replaced(render_worker: RenderWorker) -> None:
    render_worker.run(drawing())
    (helper,) = helpers(os.getpid())
    helper.kill()
    helper.wait(10)
    assert render_worker.run(drawing(description="again")).startswith(b"<svg")
    render_worker.close()
    assert helpers(os.getpid()) == []


def test_what_ends_the_helper_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, asked = RenderWorker(), []

    def dies(task: Drawing) -> bytes:
        asked.append(task)
        raise EOFError

    monkeypatch.setattr(worker, "_ask", dies)
    for _ in range(3):
        with pytest.raises(Unavailable):
            worker.run(drawing(description="deadly"))
    assert len(asked) == 2
    with pytest.raises(Unavailable):
        worker.run(drawing(description="another"))
    assert len(asked) == 4
    worker.close()


def test_too_many_charts_are_refused_and_nobody_else_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker, go = RenderWorker(), threading.Event()
    monkeypatch.setattr(worker, "_ask", lambda _: go.wait(30) and b"<svg/>")

    async def story() -> list[object]:
        asked = [
            asyncio.create_task(worker.draw(drawing(description=str(n))))
            for n in range(MOST_WAITING + 5)
        ]
        # As passwords are looked at.
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "let in"), 10) == "let in"
        go.set()
        return list(await asyncio.gather(*asked, return_exceptions=True))

    found = asyncio.run(story())
    assert found.count(b"<svg/>") == MOST_WAITING
    assert [type(one) for one in found[MOST_WAITING:]] == [Unavailable] * 5
    worker.close()


def test_a_helper_that_could_not_be_started_is_started_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = RenderWorker()

    def fails(_: object) -> None:
        raise OSError("no memory")

    with monkeypatch.context() as patched:
        patched.setattr(multiprocessing.context.SpawnProcess, "start", fails)
        with pytest.raises(Unavailable):
            worker.run(drawing(description="too early"))
    assert worker.run(drawing(description="later")).startswith(b"<svg")
    worker.close()


def test_who_has_gone_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, asked = RenderWorker(), []
    begun, go = threading.Event(), threading.Event()

    def draws(task: Drawing) -> bytes:
        asked.append(task)
        begun.set()
        go.wait(30)
        return b"<svg/>"

    monkeypatch.setattr(worker, "_ask", draws)

    async def story() -> object:
        gone = [
            asyncio.create_task(worker.draw(drawing(description=str(n))))
            for n in range(MOST_WAITING)
        ]
        await asyncio.to_thread(begun.wait, 30)
        for one in gone:
            one.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        later = asyncio.create_task(worker.draw(drawing(description="later")))
        await asyncio.sleep(0)
        go.set()
        return await later

    assert asyncio.run(story()) == b"<svg/>"
    # The one that was begun, and the one of who is still there.
    assert len(asked) == 2
    worker.close()


def test_a_helper_that_nobody_asks_ends() -> None:
    worker = RenderWorker(idle_seconds=0.05)

    async def story() -> None:
        for n in range(2):
            assert (await worker.draw(drawing(description=f"idle {n}"))).startswith(b"<svg")
            running = helpers(os.getpid())
            gone, _ = await asyncio.to_thread(psutil.wait_procs, running, 30)
            assert len(gone) == len(running)

    asyncio.run(story())
    worker.close()


def test_a_simulation_of_a_long_past_takes_little_memory() -> None:
    worker = RenderWorker()
    past = [(1.0, 0.5 * (n % 2)) for n in range(4000)]
    asked = Question(20_000, past, grows=True, first=1, until=200, seed=1, trials=LARGEST_TRIALS)
    (found,) = worker.run([asked])
    assert found.amounts[50] == pytest.approx(200)
    (helper,) = helpers(os.getpid())
    peak = int(Path(f"/proc/{helper.pid}/status").read_text().split("VmHWM:")[1].split()[0])
    worker.close()
    assert peak < 200 * 1024


def helpers(pid: int) -> list[psutil.Process]:
    """The drawing processes of a process."""
    found = psutil.Process(pid).children()
    return [p for p in found if "spawn_main" in " ".join(p.cmdline())]


def wait_for_end(process: psutil.Process) -> None:
    """Wait until a process that is nobody's child any more has ended."""
    ends = time.monotonic() + 10
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.both_engines
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_helper_ends_with_its_server(database: str, number: int) -> None:
    made = make_company(database, "Home")
    with serving(database) as server:
        url = f"{server.url}/api/kadence/v1/spaces/{made.space_uid}/velocity.svg"
        answer = httpx.get(url, headers={"Authorization": f"Bearer {made.token}"}, timeout=30)
        assert answer.status_code == 200
        (helper,) = helpers(server.process.pid)
        server.process.send_signal(number)
        server.process.wait(15)
        wait_for_end(helper)


def test_the_picture_of_the_readme_is_one_of_ours() -> None:
    root = Path(__file__).parent.parent.parent
    for name in ("burndown-light.svg", "burndown-dark.svg", "forecast-light.svg"):
        text = (root / "docs/images" / name).read_text("utf-8")
        assert "<title>" in text


def test_a_long_time_is_drawn_as_fast_as_a_short_one(world: World) -> None:
    """Marks for each of the days of a century kept the helper busy for minutes."""
    space = world.make_space()
    day = int(datetime(1970, 1, 2, tzinfo=UTC).timestamp() * 1000)
    with transaction(locate(world.database)) as tx:
        unit = UnitOfWork(tx, world.operator, day, random_id, random_secret)
        made = create_iteration(unit, space.uid, CreateIteration("Long", None, day, 9 * day))
        add_card(unit, space.uid, made.id, AddCard(space.card_uid))
        change_iteration(unit, space.uid, made.id, ChangeIteration(status=ChangeableStatus.ACTIVE))
    today = datetime.now(UTC).date()
    for chart in ("burndown", "burnup", "flow"):
        place = f"/spaces/{space.uid}/iterations/{made.id}/{chart}.svg"
        answer = world.own("GET", place, "reader")
        assert answer.status_code == 200
        assert len(answer.content) < 600_000
        said = readings_of(ET.fromstring(answer.content))  # noqa: S314
        assert len(said) <= 366
        days = (today, today + timedelta(days=1))
        assert said[-1].startswith(tuple(f"{one}: " for one in days))
