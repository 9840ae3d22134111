"""Commands as somebody types them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import processes

INIT = ("--company", "Acme", "--email", "anna@acme.example", "--name", "Anna")


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    code, out, err = processes.kadence.run(*command, cwd=cwd, env={"COLUMNS": "200", **(env or {})})
    assert "Traceback" not in err, err
    return code, out, err


@contextmanager
def started(
    folder: Path, env: dict[str, str] | None = None, *, then: int = 0
) -> Iterator[list[str]]:
    """`kadence serve` in a folder: what it says until it answers, and so many lines more."""
    process = processes.start("serve", "--port", "0", cwd=folder, env=env)
    with process.output as output:
        said = [output.readline()]
        while said[-1] and "answers at" not in said[-1]:
            said.append(output.readline())
        said += [output.readline() for _ in range(then)]
        try:
            yield said
        finally:
            process.terminate()
            assert process.wait(20) == 0
