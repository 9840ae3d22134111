"""Makes a release: dates it in CHANGELOG.md, tags it, builds and tries its archives, uploads them.

    make publish VERSION=0.2.0 [ARGS=--dry-run]

A dry run does everything but the upload and the push. Whatever stops it, the same command goes on
from there. The account to upload with comes from uv's own variables, such as UV_PUBLISH_TOKEN.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "## Unreleased\n"
BIN = Path(sys.executable).parent


def stop(why: str) -> NoReturn:
    """End with a sentence."""
    sys.exit(f"not published: {why}")


def git(*arguments: str) -> str:
    """Return what git says."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        stop(done.stderr.strip())
    return done.stdout.strip()


def run(*command: str | Path) -> None:
    """Run what has to end well, with its output to be seen."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        stop(f"this failed: {' '.join(map(str, command))}")


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as what it is compared by."""
    return tuple(map(int, version.split(".")))


def tag_release(version: str) -> None:
    """Date what was unreleased, commit that and tag it."""
    whole = CHANGELOG.read_text("utf-8")
    before, heading, rest = whole.partition(UNRELEASED)
    if not heading or not rest.partition("\n## ")[0].strip():
        stop("CHANGELOG.md has nothing below its heading Unreleased")
    today = date.today()  # noqa: DTZ011 - the day of whoever publishes
    released = f"{before}{UNRELEASED}\n## {version} ({today.isoformat()})\n{rest}"
    CHANGELOG.write_text(released, "utf-8")
    git("commit", "--quiet", "--message", f"Release {version}", "--", CHANGELOG.name)
    git("tag", "--annotate", f"v{version}", "--message", f"kadence {version}")


def main() -> None:
    """See the module."""
    arguments = [one for one in sys.argv[1:] if one != "--dry-run"]
    if len(arguments) != 1 or not re.fullmatch(r"\d+\.\d+\.\d+", arguments[0]):
        stop("say which version, as in: make publish VERSION=0.2.0")
    version = arguments[0]
    if git("status", "--porcelain"):
        stop("there are changes that are not committed")
    if git("branch", "--show-current") != "main":
        stop("a release is made of the branch main")
    tags = git("tag", "--list", "v*.*.*").split()
    if f"v{version}" not in tags:
        if any(numbers(version) <= numbers(tag.removeprefix("v")) for tag in tags):
            stop(f"{version} is not newer than {max(tags, key=lambda tag: numbers(tag[1:]))}")
        tag_release(version)
    elif git("rev-parse", f"v{version}^{{commit}}") != git("rev-parse", "HEAD"):
        stop(f"v{version} is the tag of another commit")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    # By what the environment holds: requirements-build.txt pins it with hashes.
    run(BIN / "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable)
    archives = sorted((ROOT / "dist").glob("kadence-*"))
    if {file.name for file in archives} != {
        f"kadence-{version}.tar.gz",
        f"kadence-{version}-py3-none-any.whl",
    }:
        stop(f"these are not the archives of {version}: {', '.join(map(str, archives))}")
    os.environ["TESTS_DEEP"] = "1"
    run(BIN / "pytest", "--quiet", "tests/install/test_archives.py")
    if "--dry-run" in sys.argv[1:]:
        print(f"dry run: dist/ and the tag v{version} are made, and stay here")
        return
    run(BIN / "uv", "publish", *archives)
    run("git", "push", "--follow-tags")


if __name__ == "__main__":
    main()
