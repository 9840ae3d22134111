"""Finds retired words in code and docs, and prose lines in docs that are longer than a screen."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tools/retired-words.tsv"
LOOKED_AT = {".py", ".md", ".ts", ".svelte", ".sh"}
LONGEST = 100
"""Characters that a line of prose in a page of docs may have."""


def files() -> list[Path]:
    """What git knows of and people read, but for what is made or laid down elsewhere."""
    listed = subprocess.run(
        ["git", "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    made = {"docs/compatibility.md", "docs/configuration.md"}
    return [
        ROOT / name
        for name in listed
        if Path(name).suffix in LOOKED_AT and name not in made and (ROOT / name).exists()
    ]


def retired(lines: list[str], words: list[tuple[re.Pattern[str], str]]) -> list[tuple[int, str]]:
    """The lines with a retired word: their numbers, and what to write instead."""
    return [
        (number, f"{found[0]!r} is retired: {instead}")
        for number, line in enumerate(lines, 1)
        for pattern, instead in words
        if (found := pattern.search(line))
    ]


def too_long(lines: list[str]) -> list[tuple[int, str]]:
    """The lines of prose that are too long; tables, code and links cannot be broken."""
    found, in_code = [], False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        breakable = not (in_code or line.lstrip().startswith(("|", "<", "!", "`")) or "](" in line)
        if breakable and len(line) > LONGEST:
            found.append((number, f"{len(line)} characters, at most {LONGEST}"))
    return found


def main() -> None:
    """Print each finding as file:line; exit with 1 when there is one."""
    rows = [line.split("\t") for line in LIST.read_text("utf-8").splitlines()[1:]]
    words = [(re.compile(pattern), instead) for pattern, instead in rows]
    findings = []
    for file in files():
        lines = file.read_text("utf-8").splitlines()
        found = retired(lines, words)
        if file.suffix == ".md":
            found += too_long(lines)
        findings += [f"{file.relative_to(ROOT)}:{number}: {said}" for number, said in found]
    print("\n".join(findings))
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
