"""A wheel and an sdist: what is in them, and that either is all that an installation needs."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.install.conftest import Archives
from tests.install.kit import BIN, ROOT, copied, interpreter, ran, served_by

PAGE = "kadence/web/static/page"
BUILD_PAGE = (sys.executable, "tools/build_page.py", "--check")


def test_the_sdist_holds_all_that_is_in_the_repository(archives: Archives) -> None:
    listed = ran("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    wanted = {name for name in listed.splitlines() if (ROOT / name).is_file()}
    with tarfile.open(archives.sdist) as whole:
        held = {name.partition("/")[2] for name in whole.getnames()}
    assert wanted - held == set()
    made = {name for name in held - wanted if not name.startswith(f"src/{PAGE}/")}
    assert made == {"PKG-INFO", "src/kadence/_version.py"}


def test_the_wheel_holds_the_page_and_the_licences_of_its_parts(archives: Archives) -> None:
    with zipfile.ZipFile(archives.wheel) as whole:
        names = set(whole.namelist())
        licences = whole.read(f"{PAGE}/licences.md").decode()
    assert f"{PAGE}/index.html" in names
    assert f"kadence-{archives.version}.dist-info/licenses/LICENSE" in names
    assert archives.wheel.name == f"kadence-{archives.version}-py3-none-any.whl"
    bundled = json.loads((ROOT / "ui/package.json").read_text("utf-8"))["dependencies"]
    for name in bundled:
        assert f"## {name} - " in licences
    assert "undefined" not in licences


@pytest.mark.parametrize("archive", ["wheel", "sdist"])
@pytest.mark.parametrize(
    "version",
    ["3.11", *(pytest.param(newer, marks=pytest.mark.deep_only) for newer in ("3.12", "3.13"))],
)
def test_an_empty_environment_without_node_and_git_serves_the_page(
    archives: Archives, version: str, archive: str, tmp_path: Path
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    file: Path = getattr(archives, archive)
    uv, env = BIN / "uv", tmp_path / "env"
    ran(uv, "venv", "--quiet", "--python", python, env, cwd=tmp_path)
    install = (uv, "pip", "install", "--quiet", "--python", env, file)
    ran(*install, cwd=tmp_path, path=archives.bare_path)
    said = ran(env / "bin/kadence", "--version", cwd=tmp_path, path=archives.bare_path)
    assert said == f"kadence {archives.version}\n"
    iteration, script = served_by(env / "bin/kadence", tmp_path)
    assert iteration["title"] == "First"
    assert "import" in script


def test_a_page_is_built_again_when_a_source_has_changed(
    archives: Archives, tmp_path: Path
) -> None:
    with tarfile.open(archives.sdist) as whole:
        whole.extractall(tmp_path, filter="data")
    (clone,) = tmp_path.iterdir()

    def is_current() -> bool:
        done = subprocess.run(BUILD_PAGE, cwd=clone, check=False, capture_output=True)
        return done.returncode == 0

    assert is_current()
    source = clone / "ui/src/App.svelte"
    text = source.read_bytes()
    source.write_bytes(text + b"\n")
    assert not is_current()
    source.write_bytes(text)
    assert is_current()
    (clone / "ui/index.html").rename(clone / "ui/start.html")
    assert not is_current()


@pytest.mark.deep_only
def test_a_page_of_before_is_not_shipped_and_an_old_node_does_not_build_it(
    tmp_path: Path,
) -> None:
    clone = copied(tmp_path / "clone")
    source = clone / "ui/index.html"
    source.write_text(source.read_text("utf-8").replace("<title>", "<title>New "), "utf-8")
    old = tmp_path / "bin"
    old.mkdir()
    node = shutil.which("node")
    if node is not None:
        # Node of Debian 12, as far as it says who it is; npm alone would go on with it, and fail.
        (old / "node").write_text(
            f'#!/bin/sh\nexec {node} -r {old}/version.cjs "$@"\n',
            "utf-8",
        )
        (old / "version.cjs").write_text(
            'Object.defineProperty(process.versions, "node", {value: "18.19.0"});', "utf-8"
        )
        (old / "node").chmod(0o755)
    path = f"{old}{os.pathsep}{os.environ['PATH']}"
    ran(BIN / "uv", "build", "--wheel", "--out-dir", tmp_path / "dist", cwd=clone, path=path)
    (wheel,) = tmp_path.glob("dist/*.whl")
    with zipfile.ZipFile(wheel) as whole:
        assert b"<title>New " in whole.read(f"{PAGE}/index.html")


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("12.22.12", 1),
        ("18.19.0", 1),
        ("20.18.9", 1),
        ("20.19.0", 0),
        ("21.7.3", 1),
        ("22.12.0", 1),
        ("22.13.0", 0),
        ("23.11.0", 1),
        ("24.0.0", 0),
        ("26.1.0", 0),
    ],
)
def test_which_node_builds_the_page(version: str, fits: int) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here")
    script = (
        f"Object.defineProperty(process.versions, 'node', {{value: '{version}'}});"
        "require('./tools/check-node.cjs')"
    )
    assert subprocess.run([node, "-e", script], cwd=ROOT, check=False).returncode == fits


def test_windows_is_refused_with_a_sentence() -> None:
    script = "import sys; sys.platform = 'win32'; from kadence.__main__ import main; main()"
    done = subprocess.run(
        [BIN / "python", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "kadence runs on Linux and macOS. On Windows, run it in WSL or in a container.\n"
    )
