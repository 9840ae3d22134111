"""Mistakes that a person makes at installing and at the first start: one sentence, which helps."""

import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.kit import INIT, run

TAKEN = "{taken}"
"""Stands for a port at which another program listens."""


def nothing(_folder: Path) -> None:
    """Nobody has run `kadence init`."""


def initialised(folder: Path) -> None:
    assert run("init", *INIT, cwd=folder)[0] == 0


def backed_up(folder: Path) -> None:
    initialised(folder)
    assert run("db", "backup", "a.backup", cwd=folder)[0] == 0


def other_programs(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "kadence.db")) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def text_file(folder: Path) -> None:
    (folder / "kadence.db").write_text("Hello.\n" * 200)


def damaged(folder: Path) -> None:
    initialised(folder)
    file = folder / "kadence.db"
    file.write_bytes(file.read_bytes()[:100] + bytes(4000) + file.read_bytes()[4100:])


MISTAKES: list[tuple[Callable[[Path], None], str, str]] = [
    (nothing, "serve", "there is no database kadence.db: run `kadence init` first"),
    (nothing, "user list", "there is no database kadence.db: run `kadence init` first"),
    (initialised, "init --company A --email a@a.example --name A", "holds a company already"),
    (nothing, "init --company A --email anna --name A", "email"),
    (initialised, f"serve --port {TAKEN}", "another program does so already: end it, or choose"),
    (nothing, f"demo --port {TAKEN}", "another program does so already: end it, or choose"),
    (
        initialised,
        f"serve --port 0 --metrics-listen 127.0.0.1:{TAKEN}",
        "for metrics: another program does so already",
    ),
    (initialised, "serve --host 192.0.2.1", "192.0.2.1:8080: no address of this machine"),
    (nothing, "serve --database kadence.db", "that is no database URL: write sqlite:///file.db"),
    (nothing, "serve --database sqlite://kadence.db", "write sqlite:///file.db"),
    (nothing, "init --database sqlite:///no/a.db --company A --email a@a.example --name A", "no/"),
    (nothing, "serve --database mysql://localhost/kadence", "not supported"),
    (nothing, "serve --database postgresql://nobody@127.0.0.1:1/x", "made with createdb"),
    (initialised, "serve --workers 2", "leave --workers at 1, or move to PostgreSQL with"),
    (other_programs, "serve", "is a database of another program"),
    (text_file, "serve", "is no SQLite database"),
    (damaged, "serve --port 0", "damaged"),
    (initialised, "serve --public-url plan.example.com", "is no address like https://"),
    (initialised, "serve --trusted-proxy nginx", "is no address or network"),
    (initialised, "serve --metrics-listen 9090", "is no HOST:PORT"),
    (initialised, "--config nowhere.toml serve", "there is no configuration file nowhere.toml"),
    (initialised, "user link nobody@example.com", "there is no user with the e-mail address"),
    (initialised, "db backup kadence.db", "kadence.db is there already; nothing was overwritten"),
    (backed_up, "db restore a.backup", "kadence.db is there already; nothing was overwritten"),
    (nothing, "db restore a.backup", "there is no backup a.backup"),
]


@pytest.mark.parametrize(("made", "line", "said"), MISTAKES, ids=[line for _, line, _ in MISTAKES])
def test_a_mistake_is_one_sentence_that_helps(
    made: Callable[[Path], None], line: str, said: str, tmp_path: Path
) -> None:
    made(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, out, err = run(*line.replace(TAKEN, port).split(), cwd=tmp_path)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.startswith("kadence: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("serve --databse x", "--database"),
        ("start", "No such command"),
        ("serve --port 99999", "65535"),
        ("init", "--company"),
    ],
)
def test_a_line_that_is_none_says_which_part(line: str, said: str, tmp_path: Path) -> None:
    code, _, err = run(*line.split(), cwd=tmp_path)
    assert code == 2
    assert said in err
    assert "--help" in err
