"""A private PostgreSQL cluster: its own directory, its own socket, nobody else's data."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from msgspec import Struct

FAST = ("-c", "autovacuum_naptime=5s", "-c", "shared_buffers=64MB", "-c", "max_connections=200")


def binaries() -> Path | None:
    """Where initdb and pg_ctl are: on PATH, else where Debian puts them; None if nowhere."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=str)
    return debian[-1].parent if debian else None


class Cluster(Struct):
    """A running server that answers on a socket in `folder`."""

    folder: Path
    binaries: Path
    databases: int = 0

    def url(self, name: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://kadence@/{name}?host={self.folder}"

    def sql(self, statement: str) -> None:
        """Run one statement as its administrator."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template1") -> str:
        """A new database, as a copy of `template`; its URL."""
        self.databases += 1
        name = f"k{self.databases}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join([f"-k {self.folder} -c listen_addresses=''", *FAST])
        log = self.folder / "log"
        self.run("pg_ctl", "-w", "-D", self.data, "-l", str(log), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends its sessions, `immediate` is as if it had crashed."""
        self.run("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def follow(self, primary: "Cluster") -> None:
        """Become a standby of another cluster, and start."""
        self.run(
            "pg_basebackup", "-D", self.data, "-h", str(primary.folder), "-U", "kadence", "-R",
            "--checkpoint=fast", "--no-sync",
        )  # fmt: skip
        self.start()

    def promote(self) -> None:
        """Take changes from now on."""
        self.run("pg_ctl", "-w", "-D", self.data, "promote")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all its processes."""
        first = int(Path(self.data, "postmaster.pid").read_text().split()[0])
        for process in [psutil.Process(first), *psutil.Process(first).children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    @property
    def data(self) -> str:
        """Its data directory."""
        return str(self.folder / "data")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs; root does it as `postgres`, for initdb refuses root."""
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@contextlib.contextmanager
def empty() -> Iterator[Cluster]:
    """A folder for a cluster that is still to be made."""
    where = binaries()
    assert where is not None, "no initdb on PATH: install postgresql"
    with tempfile.TemporaryDirectory(prefix="kpg-", ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres", "postgres")
        yield Cluster(Path(name), where)


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """A new cluster for as long as the block lasts.

    Its folder has a short name: that of a socket may have about a hundred letters.
    """
    with empty() as cluster:
        cluster.run(
            "initdb", "-D", cluster.data, "-U", "kadence", "-A", "trust", "-E", "UTF8", "--no-sync",
            "--locale=C.UTF-8",
        )  # fmt: skip
        cluster.start()
        try:
            yield cluster
        finally:
            # A test may have stopped it for good.
            with contextlib.suppress(subprocess.CalledProcessError):
                cluster.stop("immediate")
