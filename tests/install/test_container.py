"""The container: built from a bare Debian, and started as an engine would start it."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from msgspec import Struct

from kadence.cli.configuration import VARIABLES
from tests.install import debian
from tests.install.debian import Debian
from tests.install.kit import ROOT, copied, ran

MOST_MEGABYTES = 260
"""What kadence may add to a Debian with Python; all that it installed came to 338 before."""
UID = 10001
BUILDAH = {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
FIRST = {
    "KADENCE_COMPANY": "Orchard",
    "KADENCE_EMAIL": "anna@example.com",
    "KADENCE_NAME_FILE": "/data/name",
    "KADENCE_PORT": "0",
}


class Container(Struct):
    """What an image says how it is run, its files, and a folder for the volume."""

    root: Path
    volume: Path
    config: dict[str, Any]

    @contextmanager
    def running(self, *command: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command as the image's user: nothing can be written but the volume and /tmp."""
        root, (volume,) = self.root, self.config["Volumes"]
        around = f"""
            mount --bind {root} {root}
            mount --bind {self.volume} {root}{volume}
            mount -o remount,ro,bind {root}
            mount -t proc proc {root}/proc
            mount -t tmpfs tmpfs {root}/tmp
            exec chroot {root} "$@"
        """  # noqa: S108 - the container's own
        given = [*self.config["Env"], *(f"{name}={value}" for name, value in variables.items())]
        inside = (
            *("/usr/bin/setpriv", "--reuid", self.config["User"], "--regid", self.config["User"]),
            *("--clear-groups", "--no-new-privs", "--bounding-set=-all"),
            *("/usr/bin/env", "--ignore-environment", f"--chdir={self.config['WorkingDir']}"),
        )
        unshared = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", around)
        with subprocess.Popen(
            [*unshared, "sh", *inside, *given, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                # By itself it does not follow its parent: it has become another user.
                with contextlib.suppress(psutil.NoSuchProcess):
                    for inside_it in psutil.Process(process.pid).children():
                        inside_it.kill()

    def run(self, *command: str, **variables: str) -> tuple[int, str]:
        """Run a command to its end."""
        with self.running(*command, **variables) as process:
            said, _ = process.communicate(timeout=120)
            return process.returncode, said


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    why = debian.missing()
    if why is None and shutil.which("buildah") is None:
        why = "no buildah on PATH"
    if why is not None:
        pytest.skip(why)
    bare = Debian(debian.bootstrap(tmp_path), tmp_path / "bare")
    buildah = ("buildah", "--root", f"{tmp_path}/storage", "--runroot", f"{tmp_path}/run")

    def told(*command: str) -> str:
        return ran(*buildah, *command, cwd=ROOT, **BUILDAH).strip()

    empty = told("from", "scratch")
    told("add", empty, str(bare.root), "/")
    told("commit", "--quiet", empty, "bare-debian")
    base = "BASE=localhost/bare-debian"
    file = ("--file", "deploy/Containerfile", "--tag", "kadence")
    clone = str(copied(tmp_path / "clone"))
    options = ("--format=docker", "--layers=false", "--build-arg", base)
    ran(*buildah, "build", *options, *file, ".", cwd=Path(clone), **BUILDAH)
    started = told("from", "localhost/kadence")
    image = json.loads(told("inspect", "--type=image", "localhost/kadence"))
    volume = tmp_path / "volume"
    volume.mkdir(mode=0o700)
    (volume / "name").write_text("Anna Lindqvist\n", "utf-8")
    os.chown(volume, UID, UID)
    yield Container(Path(told("mount", started)), volume, image["Docker"]["config"])
    told("umount", started)
    told("rm", "--all")


@pytest.mark.deep_only
@pytest.mark.timeout(1800)
def test_from_nothing_to_a_created_iteration(container: Container) -> None:
    entry, command = container.config["Entrypoint"], container.config["Cmd"]
    _, *health = container.config["Healthcheck"]["Test"]
    with container.running(*entry, *command, **FIRST) as server:
        assert server.stdout is not None
        answers, link = (server.stdout.readline() for _ in range(2))
        (port,) = re.findall(r"answers at http://0\.0\.0\.0:(\d+)$", answers)
        url = f"http://127.0.0.1:{port}"
        assert link.startswith("sign in there (works once): http://")
        assert container.run(*health, KADENCE_PORT=port) == (0, "ready\n")
        token = ("kadence", "token", "create", "--email", "anna@example.com", "--json")
        code, said = container.run(*token)
        assert code == 0, said
        with httpx.Client(base_url=f"{url}/api/latest", timeout=30) as http:
            http.headers["Authorization"] = f"Bearer {json.loads(said)['token']}"
            assert http.get("/users/current").json()["full_name"] == "Anna Lindqvist"
            (space,) = http.get("/spaces").json()
            made = http.post(f"/spaces/{space['uid']}/iterations", json={"title": "First"})
            assert made.json()["status"] == "planned"
            cards = http.get("/cards")
            assert cards.status_code == 200
        assert "/assets/" in httpx.get(url).text
        (inside,) = psutil.Process(server.pid).children()
        inside.terminate()
        assert server.wait(timeout=20) == 0
    code, said = container.run(*health, KADENCE_PORT=port)
    assert (code, said) == (1, f"no answer at 0.0.0.0:{port}: Connection refused\n")
    with container.running(*entry, *command, **FIRST) as again:
        assert again.stdout is not None
        assert "answers at" in again.stdout.readline()
        (inside,) = psutil.Process(again.pid).children()
        inside.terminate()
        assert "sign in" not in again.stdout.read()
    size = sum(
        file.lstat().st_size
        for file in (container.root / "opt/kadence").rglob("*")
        if file.is_file()
    )
    assert size < MOST_MEGABYTES * 1024 * 1024


@pytest.mark.parametrize("name", ["compose.yaml", "compose.postgres.yaml"])
def test_a_compose_file_says_only_what_there_is(name: str) -> None:
    told = yaml.safe_load((ROOT / "deploy" / name).read_text("utf-8"))
    service = told["services"]["kadence"]
    assert (
        ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]
    ).is_file()
    assert set(service["environment"]) <= set(VARIABLES)
    assert service["read_only"] is True
    volumes = [
        one.partition(":")[0] for of in told["services"].values() for one in of.get("volumes", ())
    ]
    assert volumes == list(told["volumes"])
    secrets = {one for of in told["services"].values() for one in of.get("secrets", ())}
    assert secrets == set(told.get("secrets", ()))
    assert name in (ROOT / "docs/container.md").read_text("utf-8")
