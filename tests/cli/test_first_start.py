"""What a server that starts by itself needs: its first company, its secrets, whether it is well."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.cli.kit import INIT, run, started
from tests.world import file_url, serving

FIRST = {
    "KADENCE_COMPANY": "Orchard",
    "KADENCE_EMAIL": "anna@example.com",
    "KADENCE_NAME": "Anna Lindqvist",
}


def test_the_first_start_makes_the_company_and_says_where_to_sign_in(tmp_path: Path) -> None:
    with started(tmp_path, FIRST, then=1) as (_, line):
        (url, key) = re.findall(r"sign in there .*: (http\S+)/enter#(kdn_\S+)$", line)[0]
        with httpx.Client(base_url=f"{url}/api/kadence/v1") as http:
            answer = http.post("/session", json={"key": key})
            assert answer.json()["user"]["full_name"] == "Anna Lindqvist"
            assert answer.json()["user"]["role"] == 1
            assert http.post("/session", json={"key": key}).status_code == 401, "it works once"
    tokens = json.loads(run("token", "list", "--json", cwd=tmp_path)[1])["tokens"]
    assert "first token" not in {one["name"] for one in tokens}
    with started(tmp_path, FIRST) as (line,):
        assert "answers at" in line
        _, listed, _ = run("token", "list", "--json", cwd=tmp_path)
        assert json.loads(listed)["tokens"] == tokens


def test_the_link_has_the_public_address(tmp_path: Path) -> None:
    env = FIRST | {"KADENCE_PUBLIC_URL": "https://plan.example.com/"}
    with started(tmp_path, env, then=1) as (_, line):
        assert ": https://plan.example.com/enter#kdn_" in line


@pytest.mark.parametrize("left_out", FIRST)
def test_half_a_company_is_one_sentence_and_nothing_made(tmp_path: Path, left_out: str) -> None:
    env = {name: value for name, value in FIRST.items() if name != left_out}
    code, _, err = run("serve", cwd=tmp_path, env=env)
    assert code == 2
    assert err == f"kadence: set all three or none: {', '.join(FIRST)}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_company_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    assert run("init", *INIT, cwd=tmp_path)[0] == 0
    with started(tmp_path, FIRST):
        assert "anna@example.com" not in run("user", "list", cwd=tmp_path)[1]


def test_a_wrong_address_is_one_sentence(tmp_path: Path) -> None:
    code, _, err = run("serve", cwd=tmp_path, env=FIRST | {"KADENCE_EMAIL": "anna"})
    assert (code, err.count("\n")) == (2, 1)
    assert "email" in err


def test_a_value_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    for ending in ("", "\n", "\r\n"):
        secret.write_bytes(b"sqlite:///of-a-file.db" + ending.encode())
        _, _, err = run("user", "list", cwd=tmp_path, env={"KADENCE_DATABASE_FILE": str(secret)})
        assert "of-a-file.db" in err


@pytest.mark.parametrize(
    ("content", "env", "said"),
    [
        (None, {}, "KADENCE_DATABASE_FILE: cannot read the file: No such file or directory"),
        (b"\xff", {}, "KADENCE_DATABASE_FILE: the file is no text in UTF-8"),
        (b"x" * 65_537, {}, "KADENCE_DATABASE_FILE: the file has more than 65536 bytes"),
        (
            b"sqlite:///a.db",
            {"KADENCE_DATABASE": "sqlite:///b.db"},
            "KADENCE_DATABASE and KADENCE_DATABASE_FILE are both set: leave one of them out",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, content: bytes | None, env: dict[str, str], said: str
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    code, _, err = run(
        "db", "check", cwd=tmp_path, env=env | {"KADENCE_DATABASE_FILE": str(secret)}
    )
    assert (code, err) == (2, f"kadence: {said}\n")


def test_no_variable_of_a_file_names_another(tmp_path: Path) -> None:
    code, _, err = run("db", "check", cwd=tmp_path, env={"KADENCE_CONFIG_FILE": "x"})
    assert code == 2
    assert "KADENCE_CONFIG_FILE, which is no option" in err


def test_health_says_whether_the_server_is_ready(tmp_path: Path) -> None:
    assert run("init", *INIT, cwd=tmp_path)[0] == 0
    file = tmp_path / "kadence.db"
    with serving(file_url(file)) as server:
        port = server.url.rpartition(":")[2]
        assert run("health", "--port", port, cwd=tmp_path) == (0, "ready\n", "")
        everywhere = {"KADENCE_HOST": "0.0.0.0", "KADENCE_PORT": port}  # noqa: S104 - as in a container
        assert run("health", cwd=tmp_path, env=everywhere) == (0, "ready\n", "")
        file.rename(tmp_path / "elsewhere")
        code, _, err = run("health", "--port", port, cwd=tmp_path)
        assert code == 1
        assert err.startswith("not ready (503): ")
        assert err.count("\n") == 1
    said = f"no answer at 127.0.0.1:{port}: Connection refused\n"
    assert run("health", "--port", port, cwd=tmp_path) == (1, "", said)
