"""Runs the tests that a change can touch, on SQLite and without a browser: in under a minute.

The change is what differs from main, or from the last commit where main is checked out. What is
given on the command line goes to pytest.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTEST = [
    sys.executable, "-m", "pytest", "-q", "-n", "auto", "-p", "no:schemathesis",
    "-m", "not deep", "-k", "not postgresql",
]  # fmt: skip

RULES = ("tests/rules", "tests/docs/test_names.py")
AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("src/kadence/domain/", ("tests/insights/test_report.py", "tests/insights/test_replay.py")),
    ("src/kadence/storage/", ("tests/storage", "tests/api/test_card_list.py")),
    ("src/kadence/usecases/", ("tests/api/test_access_matrix.py", "tests/api/test_events.py")),
    ("src/kadence/web/", ("tests/api/test_access_matrix.py", "tests/api/test_keys.py")),
    ("src/kadence/drawing/", ("tests/insights/test_pictures.py",)),
    ("src/kadence/live/", ("tests/api/test_events.py",)),
    ("src/kadence/cli/", ("tests/cli/test_cli.py",)),
    ("src/kadence/", ("tests/api/test_server.py",)),
    ("docs/", ("tests/docs",)),
)
"""What is tried for a change below a path, beside the tests of its noun."""

NOUNS = {
    "card": ("test_cards", "test_card_list", "test_iteration_cards", "test_planning"),
    "iteration": ("test_create_iteration", "test_update_iteration", "test_read_iterations"),
    "board": ("test_boards",),
    "column": ("test_boards",),
    "space": ("test_spaces",),
    "people": ("test_spaces", "test_sessions"),
    "session": ("test_sessions",),
    "tag": ("test_cards",),
    "comment": ("test_cards",),
    "overview": ("test_overview",),
    "planning": ("test_planning",),
    "activity": ("test_events", "test_cards"),
    "link": ("test_links",),
    "calendar": ("test_calendar",),
    "forecast": ("test_forecast",),
    "insight": ("test_report", "test_links"),
}
"""The test modules of a noun that a file is named after."""

PAGE = ("ui/",)


def git(*command: str) -> list[str]:
    """The lines that git prints."""
    done = subprocess.run(
        ["git", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def changed() -> list[str]:
    """The paths that differ from main; on main itself, from the last commit."""
    try:
        base = git("merge-base", "HEAD", "main")[0]
    except subprocess.CalledProcessError:
        base = "HEAD~1"  # a clone of a branch has no main
    if base == git("rev-parse", "HEAD")[0] and not git("status", "--porcelain"):
        base = "HEAD~1"
    return [
        *git("diff", "--name-only", base),
        *git("ls-files", "--others", "--exclude-standard"),
    ]


def touched(paths: list[str]) -> set[str]:
    """The tests that these paths can touch."""
    found: set[str] = set(RULES)
    for path in paths:
        if path.startswith("tests/"):
            is_test = Path(path).name.startswith("test_")
            found.add(path if is_test else str(Path(path).parent))
        for area, tests in AREAS:
            if path.startswith(area):
                found |= set(tests)
                break
        if path.startswith("src/kadence/"):
            stem = Path(path).stem
            named = {module for noun, of in NOUNS.items() if noun in stem for module in of}
            found |= {
                str(file.relative_to(ROOT))
                for file in (ROOT / "tests").glob("*/test_*.py")
                if file.stem in named
            }
    browser = {path for path in found if path.startswith("tests/page")}
    return {path for path in found - browser if (ROOT / path).exists() and path != "tests"}


def page_tests(paths: list[str]) -> list[list[str]]:
    """The runs of the page's tests: its rules, and the views of the folders that changed."""
    folders = {f"src/{path.split('/')[2]}/" for path in paths if path.startswith("ui/src/")}
    views = sorted(
        folder for folder in folders if list((ROOT / "ui" / folder).glob("*.view.test.ts"))
    )
    if not any(path.startswith(PAGE) for path in paths):
        return []
    return [["--project", "rules"], ["--project", "views", *(views or ["src/views/"])]]


def main() -> None:
    """Run what the change can touch; exit as the tests do."""
    paths = changed()
    status = 0
    for options in page_tests(paths):
        command = ["bash", "tools/npm", "test", "--silent", "--", *options]
        status |= subprocess.run(command, cwd=ROOT, check=False).returncode
    tests = sorted(touched(paths))
    print(f"{len(paths)} paths changed; tried: {', '.join(tests)}")
    command = [*PYTEST, *tests, *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode or status)


if __name__ == "__main__":
    main()
