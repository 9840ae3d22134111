"""Commands as somebody types them."""

from pathlib import Path

from tests import processes

INIT = ("--company", "Acme", "--email", "anna@acme.example", "--name", "Anna")


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    code, out, err = processes.kadence.run(*command, cwd=cwd, env={"COLUMNS": "200", **(env or {})})
    assert "Traceback" not in err, err
    return code, out, err
