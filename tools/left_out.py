"""Says what was left out because a program is missing here; in CI that is a failure."""

import os
import shutil
import sys

NEEDED = {"curl": "the curl line of `kadence demo`", "wrk": "`make bench`"}


def main() -> None:
    """Print a line for each; exit with 1 in CI when there is one."""
    missing = [f"{name} ({use})" for name, use in NEEDED.items() if shutil.which(name) is None]
    if missing:
        print(f"left out, not on PATH: {', '.join(missing)}")
        sys.exit(1 if os.environ.get("CI") else 0)


if __name__ == "__main__":
    main()
