"""A newer kadence over an older one, in a clone and an environment that stay: data, page, version."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.install.kit import AUTHOR, BIN, PAGE, ROOT, copied, ran

pytestmark = [pytest.mark.deep_only, pytest.mark.timeout(1200)]

EARLIER = {
    "01d09ce": "the first with the page in its wheel",
    "26502c8": "the last with a web framework",
    "366476b": "the last of those that were all called 0.1.0",
}
INIT = ("--company", "Acme", "--email", "anna@acme.example", "--name", "Anna", "--json")


@contextmanager
def serving(kadence: Path, folder: Path) -> Iterator[str]:
    """`kadence serve` of an environment, in a folder that has a database."""
    command = [str(kadence), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if found := re.search(r"answers at (http\S+)", line):
                    yield found[1]
                    break
            else:
                pytest.fail("it does not serve")
        finally:
            server.terminate()


@pytest.mark.parametrize("earlier", EARLIER, ids=list(EARLIER))
def test_page_data_and_version_follow(earlier: str, tmp_path: Path) -> None:
    known = subprocess.run(
        ["git", "cat-file", "-e", earlier], cwd=ROOT, check=False, capture_output=True
    )
    if known.returncode:
        pytest.skip("a clone without history")
    clone = copied(tmp_path / "clone")
    ran("git", "add", "--all", cwd=clone)
    ran("git", "commit", "--quiet", "--allow-empty", "--message", "Now", cwd=clone, **AUTHOR)
    now = ran("git", "rev-parse", "HEAD", cwd=clone).strip()
    env, home = tmp_path / "env", tmp_path / "home"
    kadence = env / "bin/kadence"
    home.mkdir()
    ran(BIN / "uv", "venv", "--quiet", "--python", BIN / "python", env, cwd=tmp_path)

    def install(commit: str) -> str:
        ran("git", "checkout", "--quiet", commit, cwd=clone)
        ran(BIN / "uv", "pip", "install", "--quiet", "--python", env, clone, cwd=tmp_path)
        return ran(kadence, "--version", cwd=home)

    (clone / PAGE / "index.html").unlink()
    version = install(earlier)
    made = json.loads(ran(kadence, "init", *INIT, cwd=home))
    path = f"/api/latest/spaces/{made['space_uid']}/iterations"
    headers = {"Authorization": f"Bearer {made['token']}"}
    with serving(kadence, home) as url:
        answer = httpx.post(url + path, json={"title": "First"}, headers=headers)
        assert answer.status_code == 200
        page = httpx.get(url).text
    assert install(now) != version
    ran(kadence, "db", "upgrade", cwd=home)
    with serving(kadence, home) as url:
        listed = httpx.get(url + path, headers=headers).json()
        assert [one["id"] for one in listed] == [answer.json()["id"]]
        renewed = httpx.get(url).text
        assert renewed == (ROOT / PAGE / "index.html").read_text("utf-8")
        assert renewed != page
    ran(kadence, "db", "check", cwd=home)
