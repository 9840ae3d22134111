"""The commands as a person or a script runs them."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from kadence.storage.engines import locate
from kadence.storage.engines import sqlite_connections as sqlite
from tests.cli.kit import INIT, run
from tests.processes import COMMAND
from tests.world import file_url, serving


def run_json(*command: str, cwd: Path) -> dict[str, Any]:
    code, out, err = run(*command, "--json", cwd=cwd)
    assert code == 0, err
    assert out.count("\n") == 1
    return dict(json.loads(out))


def test_init_makes_everything_and_a_second_time_nothing(tmp_path: Path) -> None:
    made = run_json("init", *INIT, cwd=tmp_path)
    assert set(made) >= {"token", "user_uid", "space_uid", "space_id", "board_id"}
    before = (tmp_path / "kadence.db").stat().st_size
    code, out, err = run("init", *INIT, cwd=tmp_path)
    assert code == 2
    assert out == ""
    assert "holds a company already" in err
    assert (tmp_path / "kadence.db").stat().st_size == before


def test_names_that_look_like_markup_are_printed_as_they_are(tmp_path: Path) -> None:
    names = ("--company", "A [b]C[/i]", "--email", "anna@acme.example", "--name", "[/red]Anna")
    code, out, err = run("init", *names, cwd=tmp_path)
    assert code == 0, err
    assert "A [b]C[/i]" in out
    assert "[/red]Anna" in run("user", "list", cwd=tmp_path)[1]


def test_a_wrong_address_is_refused_and_nothing_made(tmp_path: Path) -> None:
    code, _, err = run("init", *INIT[:2], "--email", "anna", "--name", "Anna", cwd=tmp_path)
    assert code == 2
    assert "email" in err
    assert run_json("init", *INIT, cwd=tmp_path)


def test_people_and_tokens_take_effect_at_the_next_request(tmp_path: Path) -> None:
    made = run_json("init", *INIT, cwd=tmp_path)
    with serving(file_url(tmp_path / "kadence.db")) as server, httpx.Client(timeout=30) as http:

        def status(token: str, path: str = "/users/current") -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return http.get(server.api + path, headers=headers).status_code

        added = run_json("user", "add", "--email", "bo@acme.example", "--name", "Bo", cwd=tmp_path)
        assert set(added) >= {"user_uid", "user_id", "token"}
        assert status(added["token"]) == 200
        second = run_json(
            "token", "create", "--email", "bo@acme.example", "--name", "ci", cwd=tmp_path
        )
        assert status(second["token"]) == 200
        assert run("token", "revoke", str(second["token_id"]), cwd=tmp_path)[0] == 0
        assert status(second["token"]) == 401
        assert status(added["token"]) == 200
        tokens = run_json("token", "list", cwd=tmp_path)["tokens"]
        assert [token["revoked"] is None for token in tokens] == [True, True, False]
        assert tokens[1]["last_used"] is not None
        assert run("user", "deactivate", "--email", "bo@acme.example", cwd=tmp_path)[0] == 0
        assert status(added["token"]) == 401
        users = run_json("user", "list", cwd=tmp_path)["users"]
        assert [user["role"] for user in users] == ["owner", "deactivated"]
        iterations = f"/spaces/{made['space_uid']}/iterations"
        assert status(made["token"], iterations) == 200
        assert run("company", "set", "--iterations", "off", cwd=tmp_path)[0] == 0
        assert status(made["token"], iterations) == 402
        assert run("company", "set", "--iterations", "on", cwd=tmp_path)[0] == 0
        assert status(made["token"], iterations) == 200
        ended = run_json(
            "token",
            "create",
            "--email",
            "anna@acme.example",
            "--expires-in-days",
            "0",
            cwd=tmp_path,
        )
        assert status(ended["token"]) == 401


@pytest.mark.parametrize(
    "command",
    [
        ("user", "list"),
        ("token", "list"),
        ("token", "revoke", "1"),
        ("company", "set", "--iterations", "on"),
        ("db", "check"),
        ("db", "upgrade"),
        ("serve", "--port", "0"),
    ],
)
def test_without_a_database_every_command_says_what_to_do(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    code, _, err = run(*command, cwd=tmp_path)
    assert code == 2
    assert "kadence init" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database", b"\0" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "kadence.db"
    path.write_bytes(content)
    for command in (("serve", "--port", "0"), ("init", *INIT), ("db", "upgrade")):
        code, _, err = run(*command, cwd=tmp_path)
        assert code == 2
        assert "database" in err
        assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = sqlite.connect(tmp_path / "kadence.db", create=True)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    for command in (("serve", "--port", "0"), ("init", *INIT)):
        code, _, err = run(*command, cwd=tmp_path)
        assert code == 2
        assert "another program" in err


@pytest.mark.both_engines
@pytest.mark.parametrize(("revision", "hint"), [("0000", "db upgrade"), ("9999", "newer")])
def test_a_schema_that_is_not_this_programs_is_refused(
    database: str, tmp_path: Path, revision: str, hint: str
) -> None:
    engine = locate(database).sqlalchemy_engine()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    engine.dispose()
    command = ("serve", "--port", "0", "--upgrade", "never", "--database", database)
    code, _, err = run(*command, cwd=tmp_path)
    assert code == 2
    assert hint in err


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("mysql://localhost/x", "not supported"),
        ("nonsense", "no database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:////nowhere/at/all.db", "nowhere"),
    ],
)
def test_a_wrong_database_url_is_one_clear_sentence(tmp_path: Path, url: str, hint: str) -> None:
    code, _, err = run("user", "list", "--database", url, cwd=tmp_path)
    assert code == 2
    assert hint in err
    assert err.count("\n") == 1


def test_an_argument_that_is_no_text_is_one_clear_sentence(tmp_path: Path) -> None:
    options = ("--company", "\udcff", "--email", "anna@acme.example", "--name", "Anna")
    code, _, err = run("init", *options, cwd=tmp_path)
    assert code == 2
    assert "UTF-8" in err


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    run_json("init", *INIT, cwd=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options in (("--port", port), ("--port", "0", "--metrics-listen", f"127.0.0.1:{port}")):
            code, _, err = run("serve", *options, cwd=tmp_path)
            assert code == 2
            assert f"cannot listen on 127.0.0.1:{port}" in err


@pytest.mark.parametrize(
    "command", [("serve", "--nope"), ("nope",), ("serve", "--port", "x"), ("init",)]
)
def test_a_wrong_option_is_exit_code_2(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert run(*command, cwd=tmp_path)[0] == 2


def test_options_come_from_the_environment_too(tmp_path: Path) -> None:
    env = {"KADENCE_DATABASE": "sqlite:///other.db", "KADENCE_COMPANY": "Acme"}
    options = ("--email", "anna@acme.example", "--name", "Anna")
    assert run("init", *options, cwd=tmp_path, env=env)[0] == 0
    assert (tmp_path / "other.db").exists()
    assert run("db", "check", cwd=tmp_path, env=env)[0] == 0
    assert run("db", "upgrade", cwd=tmp_path, env=env)[0] == 0


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("init",),
        ("serve",),
        ("demo",),
        ("user",),
        ("user", "add"),
        ("user", "list"),
        ("user", "deactivate"),
        ("token",),
        ("token", "create"),
        ("token", "list"),
        ("token", "revoke"),
        ("company", "set"),
        ("db", "upgrade"),
        ("db", "check"),
    ],
)
def test_every_command_has_help(tmp_path: Path, command: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help", cwd=tmp_path)
    assert code == 0
    assert "Usage" in out
    touches_data = command and command[0] != "demo" and len(command) + (command[0] in "init serve")
    if touches_data and touches_data > 1:
        assert "--database" in out


@pytest.mark.parametrize(
    ("options", "number"), [((), signal.SIGTERM), (("--empty",), signal.SIGINT)]
)
def test_demo_serves_sample_data_and_leaves_nothing_behind(
    tmp_path: Path, options: tuple[str, ...], number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "demo", "--port", "0", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        answer = httpx.post(
            f"{said['base_url']}/api/latest/spaces/{said['space_uid']}/iterations",
            headers={"Authorization": f"Bearer {said['token']}"},
            json={"title": "Sprint"},
        )
        assert answer.status_code == 200
        assert list(tmp_path.iterdir())
        process.send_signal(number)
        assert process.wait(15) == 0
        process.stdout.close()
    finally:
        process.kill()
        process.wait()
    assert list(tmp_path.iterdir()) == []


def test_the_printed_curl_line_creates_an_iteration(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("curl "))
        done = subprocess.run(
            ["bash", "-c", line.replace("curl ", "curl -sS --fail ", 1)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["status"] == "planned"
        process.terminate()
        assert process.wait(15) == 0
        process.stdout.close()
    finally:
        process.kill()
        process.wait()


def test_the_links_of_a_space_are_renewed(tmp_path: Path) -> None:
    made = run_json("init", *INIT, cwd=tmp_path)
    code, out, _ = run("space", "renew-links", made["space_uid"], cwd=tmp_path)
    assert (code, out) == (0, "Links with new keys: 0\n")
    code, _, err = run("space", "renew-links", "nope", cwd=tmp_path)
    assert code == 2
    assert "there is no space" in err
