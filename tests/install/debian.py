"""A bare Debian in a folder, and shells in it: what a person has before the first documented step."""

import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

RELEASE = "bookworm"
PERSON = "anna"
SECONDS = 600
"""How long one command may take."""
OUTSIDE = ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", "etc/ssl/certs/ca-certificates.crt")
"""How this machine reaches the package registries: files, and variables with these beginnings."""
VARIABLES = ("PIP_", "UV_", "SSL_", "NODE_", "NPM_", "npm_", "http", "HTTP", "no_proxy", "NO_PROXY")


def missing() -> str | None:
    """Return why there can be none here, or None."""
    if os.geteuid() != 0:
        return "a bare Debian needs root"
    if shutil.which("mmdebstrap") is None:
        return "no mmdebstrap on PATH"
    return None


def bootstrap(folder: Path) -> Path:
    """Return an archive of a Debian with what it cannot do without, and certificates."""
    archive = folder / "debian.tar"
    options = ("--variant=minbase", "--include=ca-certificates")
    command = ["mmdebstrap", *options, RELEASE, str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return archive


class Shell:
    """A login shell of one person in a Debian, to which lines are typed."""

    def __init__(self, root: Path, person: str) -> None:
        """Open it: `root` is a folder that the archive was unpacked into."""
        inside = f"mount -t proc proc {root}/proc && exec chroot {root} su --login {person}"
        passed = {key: value for key, value in os.environ.items() if key.startswith(VARIABLES)}
        kept = ",".join(passed)
        command = f"{inside} --whitelist-environment={kept} --shell /bin/bash" if kept else inside
        said = root / "tmp" / f"{person}-{time.monotonic_ns()}"
        with said.open("ab") as output:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=passed | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        self._output = said.open("rb")

    def run(self, command: str) -> str:
        """Run one command that must end well; return all that it said."""
        told = self._until(f'{{ {command}\n}} </dev/null\necho "@@ $?"\n', "@@ ")
        said, _, rest = told.rpartition("@@ ")
        # What runs beside it may have said something since.
        code = rest.partition("\n")[0]
        assert code == "0", f"$ {command}\n{said}\nended with {code}"
        return said

    def begin(self, command: str, word: str) -> str:
        """Run a command that goes on beside the others, until it says this word."""
        return self._until(f"{{ {command}\n}} &\n", word)

    def _until(self, line: str, word: str) -> str:
        assert self._process.stdin is not None
        begin = self._output.tell()
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        for _ in range(SECONDS * 20):
            self._output.seek(begin)
            said = self._output.read().decode(errors="replace")
            if word in said and said.endswith("\n"):
                return said
            ended = self._process.poll()
            assert ended is None, f"the shell ended ({ended}): {said}"
            time.sleep(0.05)
        raise AssertionError(f"{line}\nwithout an end: {said}")

    def __enter__(self) -> Self:
        """Let it be used in a block."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        """End it, and all that runs in it."""
        self._process.kill()
        with self._process, self._output:
            pass


class Debian:
    """One that a test may change: files, and shells of root and of a person."""

    def __init__(self, archive: Path, root: Path) -> None:
        """Unpack it into the new folder `root`."""
        root.mkdir()
        with tarfile.open(archive) as whole:
            whole.extractall(root, filter="fully_trusted")
        for name in OUTSIDE:
            if (Path("/") / name).is_file():
                shutil.copyfile(Path("/") / name, root / name)
        self.root = root
        with self.shell("root") as shell:
            shell.run(f"useradd --create-home --shell /bin/bash {PERSON}")

    def shell(self, person: str) -> Shell:
        """Open a login shell."""
        return Shell(self.root, person)

    def give(self, source: Path, *folders: str) -> None:
        """Put a file or folder into these folders, for the person to use."""
        for folder in folders:
            to = self.root / folder / source.name
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, to)
            with self.shell("root") as shell:
                shell.run(f"chown -R {PERSON}: /{folder}/{source.name}")
