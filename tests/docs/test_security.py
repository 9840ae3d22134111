"""What SECURITY.md claims is shown by tests that are there, a point each."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
POINT = re.compile(r"^- .*?(?=^- |^$|\Z)", re.MULTILINE | re.DOTALL)


def test_each_point_names_tests_that_are_there() -> None:
    points = POINT.findall((ROOT / "SECURITY.md").read_text("utf-8"))
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert len(points) > 20
    for point in points:
        named = re.findall(r"`(test_\w+)`", point)
        assert named, point
        assert set(named) <= there, point


def test_every_dependency_is_pinned_with_hashes() -> None:
    for file in ROOT.glob("requirements*.txt"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", file.read_text("utf-8")))
        pins = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
        assert pins, file.name
        for entry in pins:
            assert re.match(r"[A-Za-z0-9._\[\]-]+==\S+", entry), entry
            assert "--hash=sha256:" in entry, entry


def test_what_builds_an_archive_is_pinned_with_hashes_too() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    node = re.findall(
        r'^NODE = "(.+)"$', (ROOT / "hatch_build.py").read_text("utf-8"), re.MULTILINE
    )
    for wanted, name in ((asked, "requirements-build.txt"), (node, "requirements-node.txt")):
        assert wanted
        pinned = (ROOT / name).read_text("utf-8")
        assert [one for one in wanted if f"{one} \\\n" not in pinned] == []
