"""docs/compatibility.md has a row for each published operation."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (?P<method>[A-Z]+) \| `(?P<path>/[^`]*)` \| (?P<what>.*) \|")


def shape(path: str) -> str:
    """A path whatever its parameters are called."""
    return re.sub(r"\{\w+\}", "{}", path)


def test_each_published_operation_has_its_row_and_once() -> None:
    page = (ROOT / "docs/compatibility.md").read_text("utf-8").partition("\n## Added")[0]
    rows = [(row["method"], shape(row["path"])) for row in ROW.finditer(page)]
    assert len(rows) == len(set(rows))
    listed = json.loads((ROOT / "tests/api/operations.json").read_text("utf-8"))
    published = {(one["method"], shape(one["path"])) for one in listed if one["published"]}
    assert published - set(rows) == set()
    provisioning = [path for _, path in rows if path.startswith("/scim/v2/")]
    assert len(provisioning) == 8
