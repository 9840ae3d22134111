"""A release: its version is its tag, and CHANGELOG.md says of which day it is."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.install.kit import AUTHOR, BIN, ROOT, copied, ran

VERSION = "9.8.7"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone on main with everything committed."""
    folder = copied(tmp_path / "clone")
    ran("git", "checkout", "--quiet", "-B", "main", cwd=folder)
    ran("git", "add", "--all", cwd=folder)
    ran("git", "commit", "--quiet", "--allow-empty", "--message", "All", cwd=folder, **AUTHOR)
    return folder


def publish(clone: Path, *arguments: str) -> tuple[int, str]:
    """Run `make publish`; return its exit code and the last line that it said."""
    done = subprocess.run(
        [BIN / "python", "tools/publish.py", *arguments],
        cwd=clone,
        env=os.environ | AUTHOR,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).rstrip().rpartition("\n")[2]


def built_version(clone: Path, out: Path) -> str:
    """The version that an sdist of the clone has."""
    ran(BIN / "uv", "build", "--sdist", "--out-dir", out, cwd=clone)
    (sdist,) = out.glob("*.tar.gz")
    return sdist.name.removeprefix("kadence-").removesuffix(".tar.gz")


def test_between_releases_the_version_names_the_commit(clone: Path, tmp_path: Path) -> None:
    ran("git", "tag", f"v{VERSION}", cwd=clone)
    assert built_version(clone, tmp_path / "tagged") == VERSION
    ran("git", "commit", "--quiet", "--allow-empty", "--message", "More", cwd=clone, **AUTHOR)
    head = ran("git", "rev-parse", "--short=9", "HEAD", cwd=clone).strip()
    assert built_version(clone, tmp_path / "later") == f"9.8.8.dev1+g{head}"


@pytest.mark.parametrize("arguments", [(), ("next",), ("0.2",), ("v0.2.0",), ("0.2.0", "0.3.0")])
def test_a_release_has_a_version(arguments: tuple[str, ...], clone: Path) -> None:
    said = "not published: say which version, as in: make publish VERSION=0.2.0"
    assert publish(clone, *arguments) == (1, said)


def test_only_what_is_committed_on_main_and_new_is_released(clone: Path) -> None:
    changelog = clone / "CHANGELOG.md"
    kept = changelog.read_text("utf-8")

    def refused() -> str:
        code, said = publish(clone, VERSION, "--dry-run")
        assert code == 1
        return said.removeprefix("not published: ")

    changelog.write_text(kept + "\n", "utf-8")
    assert refused() == "there are changes that are not committed"
    changelog.write_text(
        "# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-11-24)\n\n- All.\n", "utf-8"
    )
    ran("git", "commit", "--all", "--quiet", "--message", "Empty", cwd=clone, **AUTHOR)
    assert refused() == "CHANGELOG.md has nothing below its heading Unreleased"
    ran("git", "tag", f"v{VERSION}", cwd=clone)
    changelog.write_text(kept, "utf-8")
    ran("git", "commit", "--all", "--quiet", "--message", "Filled", cwd=clone, **AUTHOR)
    assert refused() == f"v{VERSION} is the tag of another commit"
    code, said = publish(clone, "9.8.6", "--dry-run")
    assert (code, said) == (1, f"not published: 9.8.6 is not newer than v{VERSION}")
    ran("git", "checkout", "--quiet", "-b", "other", cwd=clone)
    assert refused() == "a release is made of the branch main"


@pytest.mark.deep_only
def test_a_dry_run_makes_all_but_what_others_see(clone: Path) -> None:
    code, said = publish(clone, VERSION, "--dry-run")
    assert (code, said) == (0, f"dry run: dist/ and the tag v{VERSION} are made, and stay here")
    changelog = (clone / "CHANGELOG.md").read_text("utf-8")
    committed = ran("git", "log", "-1", "--format=%ad", "--date=short-local", cwd=clone).strip()
    assert f"## Unreleased\n\n## {VERSION} ({committed})\n\n- " in changelog
    assert ran("git", "describe", cwd=clone).strip() == f"v{VERSION}"
    assert (clone / f"dist/kadence-{VERSION}-py3-none-any.whl").is_file()


def test_each_release_is_dated_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", changelog, re.MULTILINE)
    tags = ran("git", "tag", "--list", "v*.*.*", "--merged", cwd=ROOT).split()
    assert {f"v{version}" for version in released} == set(tags)
    assert re.findall(r"^## .*$", changelog, re.MULTILINE)[0] == "## Unreleased"
