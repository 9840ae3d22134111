"""Builds the page into the package, unless the one there was made of the sources as they are.

Needs Python's standard library alone: `make page` runs it, and so does the build of a wheel or an
sdist. `--check` builds nothing, and ends with 1 where there is something to build.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "src/kadence/web/static/page"
SOURCES = ROOT / "ui"
STAMP = PAGE / "sources.sha256"
"""What the page was made of. The build empties the folder first: half a page has none."""
MADE = {"node_modules", "schema.d.ts"}
"""What lies among the sources and is made out of them."""


def digest() -> str:
    """Return one SHA-256 of the names and contents of all sources."""
    whole = hashlib.sha256()
    for folder, folders, names in os.walk(SOURCES):
        folders[:] = sorted(set(folders) - MADE)
        for name in sorted(set(names) - MADE):
            file = Path(folder) / name
            whole.update(file.relative_to(SOURCES).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def is_current() -> bool:
    """Whether the page that is there was made of these sources."""
    return STAMP.is_file() and STAMP.read_text("ascii") == digest()


def main() -> None:
    """Build, where it is needed."""
    if is_current():
        return
    if "--check" in sys.argv[1:]:
        sys.exit(1)
    made_of = digest()
    command = ["bash", "tools/npm", "run", "--silent", "build"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    STAMP.write_text(made_of, "ascii")


if __name__ == "__main__":
    main()
