"""A PostgreSQL that says nothing: a primary that is frozen, a standby that is lost, poolers."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from kadence.domain.errors import StandbyDatabase, StorageUnusable
from kadence.storage import migrate
from kadence.storage.engines import locate
from kadence.storage.engines.postgres_connections import PostgresConnection
from tests.cli.kit import run
from tests.cluster import Cluster, binaries, empty, running
from tests.faults.kit import Load, assert_nothing_lost, company, loading
from tests.world import Server, serving

pytestmark = pytest.mark.skipif(binaries() is None, reason="no initdb on PATH")


class Pair:
    """A primary, a standby that it waits for in each commit, and the URL of both."""

    def __init__(self, primary: Cluster, standby: Cluster) -> None:
        self.primary, self.standby = primary, standby
        url = primary.create()
        migrate.upgrade(locate(url))
        self.name = url.partition("?")[0]
        standby.follow(primary)
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        self.url = f"{self.name}?host={primary.folder},{standby.folder}"

    def of(self, cluster: Cluster) -> str:
        """The URL of one of them alone."""
        return f"{self.name}?host={cluster.folder}"


@pytest.fixture
def pair() -> Iterator[Pair]:
    with running() as primary, empty() as standby:
        try:
            yield Pair(primary, standby)
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                standby.stop("immediate")
            # A process that is stopped does not hear that it is to end.
            with contextlib.suppress(FileNotFoundError):
                primary.signal(signal.SIGCONT)


def ready(server: Server) -> httpx.Response:
    """Whether it is ready; by the contract that is known within two seconds."""
    return httpx.get(f"{server.url}/readyz", timeout=4)


def until_ready(server: Server) -> None:
    """Each connection notices by itself that its server is gone."""
    ends = time.monotonic() + 60
    while ready(server).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.1)


def reads(server: Server, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.api}/users/current", headers=headers, timeout=60).status_code


def more(load: Load, number: int, seconds: float = 60) -> None:
    """Wait until so many more were acknowledged."""
    done = len(load.titles(200))
    load.wait_for(lambda seen: seen[200] >= done + number, seconds)


@pytest.mark.deep_only
def test_a_frozen_primary_is_given_up_and_its_standby_taken(pair: Pair) -> None:
    made = company(pair.url)
    with serving(pair.url) as server, loading(server, made) as load:
        more(load, 50)
        pair.primary.signal(signal.SIGSTOP)
        assert ready(server).status_code == 503
        load.wait_for(lambda seen: seen[503] >= 6, 60)
        assert reads(server, made.token) == 503
        assert ready(server).status_code == 503
        pair.standby.promote()
        more(load, 50)
        until_ready(server)
        assert reads(server, made.token) == 200
    assert [said for said in load.said if said.status not in (200, 503)] == []
    assert_nothing_lost_but_doubts(pair.of(pair.standby), made, load)


@pytest.mark.deep_only
def test_a_lost_standby_stops_writing_and_nothing_else(pair: Pair) -> None:
    made = company(pair.url)
    with serving(pair.url) as server, loading(server, made) as load:
        more(load, 50)
        pair.standby.signal(signal.SIGSTOP)
        # What waits for the standby is in doubt, and what comes after it is refused.
        load.wait_for(lambda seen: seen[503] >= 6, 90)
        assert reads(server, made.token) == 200
        assert ready(server).status_code == 503
        # Whatever was acknowledged is on the standby: the primary is gone for good.
        pair.primary.stop("immediate")
        pair.standby.signal(signal.SIGCONT)
        pair.standby.promote()
        more(load, 30)
        until_ready(server)
    assert [said for said in load.said if said.status not in (200, 503)] == []
    assert_nothing_lost_but_doubts(pair.of(pair.standby), made, load)


def assert_nothing_lost_but_doubts(url: str, made: object, load: Load) -> None:
    """As `assert_nothing_lost`; of what was in doubt and said so, it may be there or not."""
    load.said = [said for said in load.said if "not known" not in said.text]
    assert_nothing_lost(url, made, load)  # type: ignore[arg-type]


def test_a_standby_is_not_ready_and_says_so(pair: Pair) -> None:
    made = company(pair.url)
    url = pair.of(pair.standby)
    with serving(url) as server:
        answer = ready(server)
        assert answer.status_code == 503
        assert "standby" in answer.json()["message"]
        assert reads(server, made.token) == 200
        tags = f"{server.api}/tags"
        headers = {"Authorization": f"Bearer {made.token}"}
        refused = httpx.post(tags, json={"name": "x"}, headers=headers, timeout=60)
        assert refused.status_code == 503
        assert "standby" in refused.json()["message"]
    session = PostgresConnection(url, writes=True)
    with pytest.raises(StandbyDatabase):
        session.begin()
    session.close()


def test_a_commit_that_came_with_a_warning_is_in_doubt(pair: Pair) -> None:
    """Somebody cancels the wait for the standby by hand: it is not acknowledged before it is there."""
    made = company(pair.url)
    with serving(pair.url) as server:
        pair.standby.signal(signal.SIGSTOP)
        answers: list[httpx.Response] = []

        def create() -> None:
            headers = {"Authorization": f"Bearer {made.token}"}
            url = f"{server.api}/spaces/{made.space_uid}/iterations"
            answers.append(httpx.post(url, json={"title": "x"}, headers=headers, timeout=60))

        thread = threading.Thread(target=create)
        thread.start()
        ends = time.monotonic() + 20
        while not _cancelled(pair.primary):
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert ready(server).status_code == 503
        assert answers == []
        pair.standby.signal(signal.SIGCONT)
        thread.join()
    assert [answer.status_code for answer in answers] == [200]


def _cancelled(cluster: Cluster) -> bool:
    """Cancel whatever waits for a standby; whether there was something."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
            " WHERE wait_event = 'SyncRep'"
        ).fetchone()
    return bool(row and row[0])


def pooler(cluster: Cluster, folder: Path, mode: str) -> Iterator[str]:
    """A pgbouncer before a cluster; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name = cluster.create()
    migrate.upgrade(locate(name))
    database = name.rpartition("/")[2] if "?" not in name else name.split("/")[3].split("?")[0]
    (folder / "users.txt").write_text('"kadence" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{database} = host={cluster.folder} dbname={database} user=kadence\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\nauth_file = {folder}/users.txt\npool_mode = {mode}\n"
        "default_pool_size = 30\n"
    )
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    command = ["pgbouncer", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "postgres"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 15
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield f"postgresql://kadence@127.0.0.1:{port}/{database}"
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture
def poolers(cluster: Cluster, tmp_path: Path) -> Iterator[dict[str, str]]:
    if shutil.which("pgbouncer") is None:
        pytest.skip("no pgbouncer on PATH")
    with contextlib.ExitStack() as stack:
        found = {}
        for mode in ("transaction", "session"):
            folder = tmp_path / mode
            folder.mkdir(mode=0o755)
            making = contextlib.contextmanager(pooler)(cluster, folder, mode)
            found[mode] = stack.enter_context(making)
        for parent in (tmp_path, *tmp_path.parents[:3]):
            with contextlib.suppress(PermissionError):
                parent.chmod(parent.stat().st_mode | 0o055)
        yield found


def test_a_pooler_that_changes_sessions_is_refused(poolers: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StorageUnusable, match="pool_mode=session"):
        locate(poolers["transaction"]).open()
    code, _, err = run("serve", "--port", "0", "--database", poolers["transaction"], cwd=tmp_path)
    assert code == 2
    assert "pool_mode=session" in err
    made = company(poolers["session"])
    with serving(poolers["session"]) as server, loading(server, made) as load:
        more(load, 50)
        assert ready(server).status_code == 200
    assert {said.status for said in load.said} == {200}
    assert_nothing_lost(poolers["session"], made, load)
