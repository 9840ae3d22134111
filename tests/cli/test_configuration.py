"""Where options come from: the line, the environment, the configuration file; and what is wrong."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.main import get_command

from kadence.cli import configuration
from kadence.cli.app import command_line
from kadence.settings import Settings, option_name, variable_name
from tests import processes
from tests.cli.kit import INIT, run

CONFIGURED = 'database = "sqlite:///configured.db"\npublic_url = "https://plan.example.com"\n'


def write(folder: Path, text: str) -> str:
    file = folder / "kadence.toml"
    file.write_text(text)
    return str(file)


def test_every_command_sees_what_the_service_sees(tmp_path: Path) -> None:
    file = write(tmp_path, f"{CONFIGURED}port = 0\n")
    env = {"KADENCE_CONFIG": file}
    assert run("init", *INIT, cwd=tmp_path, env=env)[0] == 0
    assert (tmp_path / "configured.db").exists()
    assert run("db", "check", cwd=tmp_path, env=env)[0] == 0
    code, out, _ = run("--config", file, "user", "list", cwd=tmp_path)
    assert code == 0
    assert "anna@acme.example" in out
    _, out, _ = run("user", "link", "anna@acme.example", "--json", cwd=tmp_path, env=env)
    assert json.loads(out)["url"].startswith("https://plan.example.com/enter#")
    process = processes.start("--config", file, "serve", cwd=tmp_path)
    try:
        (url,) = re.findall(r"answers at (\S+)", process.output.readline())
        document = httpx.get(f"{url}/schema/openapi.json").json()
        assert document["servers"][0]["url"] == "https://plan.example.com"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        process.output.close()


def test_the_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    env = {"KADENCE_CONFIG": write(tmp_path, CONFIGURED)}
    _, _, err = run("user", "list", cwd=tmp_path, env=env)
    assert "configured.db" in err
    env["KADENCE_DATABASE"] = "sqlite:///environment.db"
    _, _, err = run("user", "list", cwd=tmp_path, env=env)
    assert "environment.db" in err
    _, _, err = run("user", "list", "--database", "sqlite:///line.db", cwd=tmp_path, env=env)
    assert "line.db" in err


def test_a_file_without_mention_is_read_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "FILE", tmp_path / "kadence.toml")
    assert configuration.read_file(None) == {}
    write(tmp_path, "port = 9000\n")
    assert configuration.read_file(None) == {"port": 9000}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "prot is no option: did you mean port?"),
        ("public-url = 'https://a.example'", "public-url is no option: did you mean public_url?"),
        ("[serve]\nport = 1", "serve is no option"),
        ('port = "1"', "port should be a number"),
        ("port = true", "port should be a number"),
        ("host = 1", "host should be a text in quotes"),
        ("rate_limit = '1'", "rate_limit should be a number"),
        ("port = 70000", "--port: 70000 is more than 65535"),
        ("port 7", "is no TOML"),
        ("host = '\\q'\nport = ", "is no TOML"),
        ("# " + "x" * 70_000, "it has more than 65536 bytes"),
    ],
)
def test_a_file_that_makes_no_sense_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    code, _, err = run("--config", write(tmp_path, text), "user", "list", cwd=tmp_path)
    assert code == 2
    assert err.startswith("kadence: ")
    assert err.count("\n") == 1
    assert "kadence.toml" in err
    assert said in err


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    for file, said in (("nowhere.toml", "there is no configuration file"), (".", "cannot read")):
        code, _, err = run("--config", file, "user", "list", cwd=tmp_path)
        assert code == 2
        assert said in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--public-url", "plan.example.com"), "'plan.example.com' is no address like"),
        (("--public-url", "https://a.example/?x=1"), "is no address like"),
        (("--public-url", "https://[a"), "is no address like"),
        (("--public-url", "https://a.example:70000"), "is no address like"),
        (("--cors-origin", "https://[a"), "is no origin like"),
        (("--cors-origin", "https://a.example, b.example"), "is no origin like"),
        (("--cors-origin", "https://a.example/"), "is no origin like"),
        (("--trusted-proxy", "10.0.0.1/8"), "10.0.0.1/8 has host bits set"),
        (("--trusted-proxy", "proxy"), "is no address or network"),
        (("--metrics-listen", "9090"), "is no HOST:PORT"),
        (("--metrics-listen", "localhost:x"), "is no HOST:PORT"),
        (("--metrics-listen", "localhost:70000"), "is no HOST:PORT"),
        (("--host", " "), "is empty"),
    ],
)
def test_a_value_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    code, _, err = run("serve", "--port", "0", *options, cwd=tmp_path)
    assert code == 2
    assert err.startswith(f"kadence: {options[0]}: ")
    assert said in err


def test_values_that_make_sense_are_taken() -> None:
    Settings(
        public_url="https://plan.example.com/kadence",
        cors_origin="https://a.example, http://localhost:5173",
        trusted_proxy="127.0.0.1, 10.0.0.0/8, fd00::/8",
        metrics_listen="[::1]:9090",
    )
    Settings(metrics_listen=":9090")
    Settings(cors_origin="*", trusted_proxy="*")


def test_an_unknown_variable_is_told(tmp_path: Path) -> None:
    code, _, err = run("user", "list", cwd=tmp_path, env={"KADENCE_PUBLIC_ULR": "x"})
    assert code == 2
    assert "KADENCE_PUBLIC_ULR" in err
    assert "did you mean KADENCE_PUBLIC_URL?" in err


def test_what_kubernetes_sets_is_no_typing_error(tmp_path: Path) -> None:
    env = {"KADENCE_SERVICE_HOST": "10.0.0.1", "KADENCE_PORT_8080_TCP": "tcp://10.0.0.1:8080"}
    _, _, err = run("user", "list", cwd=tmp_path, env=env)
    assert "there is no database" in err
    code, _, err = run("serve", cwd=tmp_path, env={**env, "KADENCE_PORT": "tcp://10.0.0.1:8080"})
    assert code == 2
    assert "enableServiceLinks" in err


def test_serve_has_exactly_the_options_of_the_settings() -> None:
    group: Any = get_command(command_line(None))
    found = {one.name: one for one in group.commands["serve"].params}
    assert list(found) == list(Settings.__struct_fields__)
    for field in msgspec.structs.fields(Settings):
        assert found[field.name].opts == [option_name(field.name)]
        assert found[field.name].envvar == variable_name(field.name)
        assert found[field.name].default == field.default


def test_every_variable_that_a_command_reads_is_known() -> None:
    def variables(command: Any) -> set[str]:
        own = {one.envvar for one in command.params if one.envvar}
        return own.union(*map(variables, getattr(command, "commands", {}).values()))

    assert variables(get_command(command_line(None))) == set(configuration.VARIABLES) - set(
        configuration.IN_FILES
    )
