"""`kadence user link`: the way in for whoever runs the server."""

import json
from pathlib import Path

import httpx

from tests.cli.kit import INIT, run
from tests.world import file_url, serving


def test_a_link_lets_the_owner_in_once(tmp_path: Path) -> None:
    url = file_url(tmp_path / "kadence.db")
    code, out, err = run("init", "--database", url, *INIT, cwd=tmp_path)
    assert code == 0, out + err
    at = ("--url", "https://plan.home.example/", "--database", url)
    code, out, _ = run("user", "link", "anna@acme.example", *at, cwd=tmp_path)
    assert code == 0
    assert out.startswith("https://plan.home.example/enter#kdn_")
    key = out.strip().partition("#")[2]
    code, out, _ = run("user", "link", "anna@acme.example", "--json", *at, cwd=tmp_path)
    newer = json.loads(out)["url"].partition("#")[2]
    with serving(url) as server, httpx.Client(base_url=server.url) as http:
        statuses = [
            http.post("/api/kadence/v1/session", json={"key": tried}).status_code
            for tried in (key, newer, newer)
        ]
    assert statuses == [401, 200, 401]


def test_there_is_no_link_for_nobody(tmp_path: Path) -> None:
    url = file_url(tmp_path / "kadence.db")
    run("init", "--database", url, *INIT, cwd=tmp_path)
    code, _, err = run("user", "link", "nobody@home.example", "--database", url, cwd=tmp_path)
    assert code != 0
    assert "there is no user" in err
