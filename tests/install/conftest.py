"""The archives of the project as it is, built once."""

from pathlib import Path

import pytest
from msgspec import Struct

from tests.install.kit import BIN, copied, ran, without


class Archives(Struct):
    """An sdist, the wheel that is built of it, and a PATH without Node and git."""

    sdist: Path
    wheel: Path
    bare_path: str

    @property
    def version(self) -> str:
        """What both say of themselves."""
        return self.sdist.name.removeprefix("kadence-").removesuffix(".tar.gz")


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    folder = tmp_path_factory.mktemp("archives")
    clone = copied(folder / "clone")
    ran(BIN / "uv", "build", "--out-dir", folder / "dist", cwd=clone)
    (sdist,), (wheel,) = (folder.glob(f"dist/*.{kind}") for kind in ("tar.gz", "whl"))
    bare = without(folder / "bin", "node", "npm", "npx", "git", "kadence")
    return Archives(sdist, wheel, bare)
