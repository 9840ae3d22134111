"""Each install and quick-start block of the docs, typed as it stands on a bare Debian."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from tests.install import debian
from tests.install.conftest import Archives
from tests.install.debian import PERSON, Debian
from tests.install.kit import PAGE, ROOT, copied

pytestmark = [pytest.mark.deep_only, pytest.mark.timeout(1800)]

SERVES = re.compile(r"\b(kadence serve|kadence demo|make demo)\b")
ANSWERS = "kadence answers at http"


class Step(Struct):
    """A line that somebody types, and as whom."""

    person: str
    command: str


def steps(page: str, *headings: str) -> list[Step]:
    """Return what a page has to be typed, below these headings or in all of it.

    A line with a prompt is typed: `$` by a person, `#` by root. What else stands in a block is what
    the commands say, or the rest of a text that ends with END.
    """
    text = (ROOT / page).read_text("utf-8")
    sections = re.split(r"^###? ", text, flags=re.MULTILINE)
    wanted = [one for one in sections if not headings or one.partition("\n")[0] in headings]
    assert len(wanted) >= len(headings)
    blocks = re.findall(r"^```console\n((?:.*\n)*?)```$", "".join(wanted), re.MULTILINE)
    return [
        Step("root" if line[0] == "#" else PERSON, line[2:])
        for block in blocks
        for line in re.findall(r"^[$#] .*<<'END'\n(?:.*\n)*?END$|^[$#] .*$", block, re.MULTILINE)
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    if (why := debian.missing()) is not None:
        pytest.skip(why)
    return debian.bootstrap(tmp_path)


@contextmanager
def bare(archive: Path, archives: Archives, root: Path) -> Iterator[Debian]:
    """A Debian with the wheel and the sdist where people put what they have downloaded."""
    made = Debian(archive, root)
    made.give(archives.wheel, f"home/{PERSON}", "root")
    made.give(archives.sdist, "root")
    yield made
    shutil.rmtree(root)


class Terminal:
    """Somebody who types steps: two shells, and what stands for systemd, which needs a machine."""

    def __init__(self, machine: Debian, shells: ExitStack) -> None:
        self._machine = machine
        self._of = {
            person: shells.enter_context(machine.shell(person)) for person in ("root", PERSON)
        }
        self._service = shells.enter_context(ExitStack())

    def type(self, step: Step) -> str:
        """Do what a step says, until it has ended, or until the server in it answers."""
        shell = self._of[step.person]
        if step.command.startswith("systemctl "):
            return self._systemctl(step.command)
        if step.command.startswith("journalctl "):
            return ""
        if SERVES.search(step.command):
            return shell.begin(step.command, ANSWERS)
        return shell.run(step.command)

    def _systemctl(self, command: str) -> str:
        """Start or stop the command of the unit, as the user that it names."""
        self._service.close()
        if "stop" in command:
            return ""
        unit = (self._machine.root / "etc/systemd/system/kadence.service").read_text("utf-8")
        of = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
        shell = self._service.enter_context(self._machine.shell("root"))
        return shell.begin(
            f"cd {of['WorkingDirectory']} && runuser -u {of['User']} -- {of['ExecStart']}", ANSWERS
        )


def typed(machine: Debian, page: str, *headings: str) -> list[str]:
    """Type all of it; return what each step said."""
    with ExitStack() as shells:
        terminal = Terminal(machine, shells)
        return [terminal.type(step) for step in steps(page, *headings)]


def test_what_the_docs_say_works(archive: Path, archives: Archives, tmp_path: Path) -> None:
    """One page after the other, for they use the same port."""
    clone = copied(tmp_path / "kadence")
    shutil.rmtree(clone / PAGE)
    with bare(archive, archives, tmp_path / "install") as machine:
        machine.give(clone, f"home/{PERSON}")
        said = typed(machine, "docs/install.md")
        assert sum(one.endswith(f"kadence {archives.version}\n") for one in said) == 5
        assert list((machine.root / "home" / PERSON / clone.name).glob("dist/kadence-*.whl"))
    with bare(archive, archives, tmp_path / "quick-start") as machine:
        said = typed(machine, "docs/quick-start.md")
        assert any('"status":"closed"' in one for one in said)
    with bare(archive, archives, tmp_path / "operations") as machine:
        headings = ("Install", "Back up and restore", "Upgrade")
        said = typed(machine, "docs/operations.md", *headings)
        assert sum(ANSWERS in one for one in said) == 3
    with bare(archive, archives, tmp_path / "readme") as machine:
        with machine.shell("root") as shell:
            shell.run("apt-get update && apt-get install --yes --no-install-recommends pipx")
        with machine.shell(PERSON) as shell:
            shell.run("pipx ensurepath")
        assert ANSWERS in typed(machine, "README.md", "Keep your data")[-1]
