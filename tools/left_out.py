"""Says what was left out because a program is missing here; in CI that is a failure."""

import os
import shutil
import sys
from pathlib import Path

NEEDED = {
    "buildah": "the container",
    "chromium": "every test of the page",
    "curl": "the curl line of `kadence demo`",
    "initdb": "every test on PostgreSQL",
    "mmdebstrap": "the documented commands on a bare Debian",
    "wrk": "`make bench`",
}


def is_missing(name: str) -> bool:
    """Whether the program is neither on PATH nor where Debian puts PostgreSQL's."""
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return shutil.which(name) is None and not any(debian)


def main() -> None:
    """Print a line for each; exit with 1 in CI when there is one."""
    missing = [f"{name} ({use})" for name, use in NEEDED.items() if is_missing(name)]
    if missing:
        print(f"left out, not on PATH: {', '.join(missing)}")
        sys.exit(1 if os.environ.get("CI") else 0)


if __name__ == "__main__":
    main()
