"""Signing in with a browser: cookies, forged requests, one-time links, passwords, own tokens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from kadence.domain.errors import Unauthenticated
from kadence.domain.replay import KEYS
from kadence.storage import integrity
from kadence.storage.engines import locate, transaction
from kadence.storage.schema import idempotency_keys, journal, passwords
from kadence.storage.transactions import Statement
from kadence.usecases import invitations, people, sessions
from kadence.usecases.unit_of_work import random_id
from tests.world import World, file_url, fresh_database, make_company, serving

API = "/api/kadence/v1"
PASSWORD = "correct horse battery"  # noqa: S105


class Browser:
    """A client that keeps its cookie and sends what a page of the server would."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.csrf = ""

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """A request as the page makes it."""
        sent = {"x-kadence-csrf": self.csrf} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.http.request(method, f"{API}{path}", json=json, headers=sent)

    def sign_in(self, **how: str | None) -> httpx.Response:
        """Begin a session."""
        answer = self.call("POST", "/session", how)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


@contextmanager
def browser(world: World) -> Iterator[Browser]:
    """A browser that has not been here before."""
    with httpx.Client(base_url=world.url) as http:
        yield Browser(http)


def newcomer(world: World, name: str) -> str:
    """The one-time key of somebody who is new."""
    answer = world.http.post(
        f"{world.url}{API}/invitations",
        json={"email": f"{name}@home.example", "full_name": name.title()},
        headers=world.headers("owner"),
    )
    assert answer.status_code == 200, answer.text
    path: str = answer.json()["path"]
    assert path.startswith("/enter#kdn_")
    return path.partition("#")[2]


@pytest.mark.both_engines
def test_somebody_invited_comes_in_sets_a_password_and_signs_in_with_it(world: World) -> None:
    key = newcomer(world, "invited")
    with browser(world) as first:
        begun = first.sign_in(key=key)
        assert begun.json()["user"]["email"] == "invited@home.example"
        assert begun.json()["has_password"] is False
        assert begun.json()["in_person"] is True
        assert first.call("GET", "/session").json()["in_person"] is True
        assert first.call("PATCH", "/session/password", {"password": PASSWORD}).status_code == 200
        assert first.call("GET", "/session").json()["has_password"] is True
    with browser(world) as second:
        assert second.sign_in(key=key).status_code == 401, "it lets in once"
        assert second.sign_in(email="Invited@home.example ", password=PASSWORD).status_code == 200
        me = second.http.get("/api/latest/users/current").json()
        assert (me["email"], me["has_password"]) == ("invited@home.example", True)


def test_the_cookie_is_kept_from_scripts_and_other_sites(world: World) -> None:
    with browser(world) as one:
        cookie = one.sign_in(key=newcomer(world, "cookie")).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie, "this server is spoken to without TLS"


def test_a_request_that_another_page_may_have_made_changes_nothing(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "forged"))
        space = {"title": "Forged"}
        for headers in ({}, {"x-kadence-csrf": "0" * 64}):
            refused = one.http.post("/api/latest/spaces", json=space, headers=headers)
            assert refused.status_code == 403
            assert "X-Kadence-Csrf" in refused.json()["message"]
        right = {"x-kadence-csrf": one.csrf, "sec-fetch-site": "cross-site"}
        assert one.http.post("/api/latest/spaces", json=space, headers=right).status_code == 403
        right["sec-fetch-site"] = "same-origin"
        assert one.http.post("/api/latest/spaces", json=space, headers=right).status_code == 200
        assert one.http.get("/api/latest/spaces").status_code == 200


def test_another_page_cannot_sign_a_browser_in(world: World) -> None:
    with browser(world) as one:
        key = newcomer(world, "login-csrf")
        refused = one.call("POST", "/session", {"key": key}, sec_fetch_site="cross-site")
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers
        assert one.sign_in(key=key).status_code == 200, "the key was not used up"


def test_a_token_in_the_header_goes_before_the_cookie(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "both"))
        headers = world.headers("owner")
        assert one.http.get("/api/latest/users/current", headers=headers).json()["role"] == 1
        made = one.http.post("/api/latest/spaces", json={"title": "x"}, headers=headers)
        assert made.status_code == 200, "a token needs no proof of the page"
        wrong = {"authorization": "Bearer nonsense"}
        assert one.http.get("/api/latest/users/current", headers=wrong).status_code == 401


def test_signing_out_ends_the_session_wherever_it_is_kept(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "leaver"))
        kept = dict(one.http.cookies)
        shown = one.call("DELETE", "/session?dry_run=true")
        assert "set-cookie" not in shown.headers
        assert one.call("GET", "/session").status_code == 200
        gone = one.call("DELETE", "/session")
        assert gone.status_code == 200
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert not one.http.cookies
        one.http.cookies.update(kept)
        assert one.call("GET", "/session").status_code == 401


def test_one_makes_and_ends_tokens_of_ones_own(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "maker"))
        made = one.call("POST", "/session/tokens", {"name": "ci", "expires_in_days": 3}).json()
        assert made["token"].startswith("kdn_")
        by_token = {"authorization": f"Bearer {made['token']}"}
        assert world.http.get(f"{world.url}{API}/session", headers=by_token).json()["csrf"] is None
        listed = one.call("GET", "/session/tokens").json()
        assert [t["name"] for t in listed if t["is_this"]] == ["browser session"]
        assert made["id"] in [t["id"] for t in listed]
        assert made["token"] not in one.call("GET", "/session/tokens").text
        assert one.call("DELETE", f"/session/tokens/{made['id']}").status_code == 200
        assert one.call("DELETE", f"/session/tokens/{made['id']}").status_code == 404
        assert world.http.get(f"{world.url}{API}/session", headers=by_token).status_code == 401


@pytest.mark.both_engines
def test_a_session_by_an_api_token_is_no_more_than_the_token_and_ends_with_it(
    world: World,
) -> None:
    with browser(world) as person, browser(world) as thief:
        person.sign_in(key=newcomer(world, "robbed"))
        lost = person.call("POST", "/session/tokens", {"name": "lost", "expires_in_days": 1}).json()
        assert thief.sign_in(token=lost["token"]).json()["in_person"] is False
        assert thief.call("GET", "/session").json()["in_person"] is False
        assert thief.call("POST", "/session/tokens", {"name": "for ever"}).status_code == 403
        assert thief.call("PATCH", "/session/password", {"password": PASSWORD}).status_code == 403
        assert thief.call("GET", "/session/tokens").status_code == 200
        (session,) = [t for t in thief.call("GET", "/session/tokens").json() if t["is_this"]]
        assert session["expires"] == lost["expires"]
        assert person.call("DELETE", f"/session/tokens/{lost['id']}").status_code == 200
        assert thief.call("GET", "/session").status_code == 401
        assert person.call("GET", "/session").status_code == 200


def test_signing_in_is_not_tried(world: World) -> None:
    with browser(world) as one:
        key = newcomer(world, "trial")
        assert one.call("POST", "/session?dry_run=true", {"key": key}).status_code == 400
        assert one.sign_in(key=key).status_code == 200


def test_a_page_of_another_origin_is_refused_where_browsers_say_no_more(world: World) -> None:
    with browser(world) as one:
        body = {"key": newcomer(world, "origin")}
        elsewhere = one.call("POST", "/session", body, origin="http://elsewhere.example")
        assert elsewhere.status_code == 403
        assert one.call("POST", "/session", body, origin=world.url).status_code == 200


def test_nobody_ends_the_tokens_of_others(world: World) -> None:
    with browser(world) as one, browser(world) as other:
        one.sign_in(token=world.tokens["writer"])
        other.sign_in(token=world.tokens["reader"])
        (mine,) = [t["id"] for t in one.call("GET", "/session/tokens").json() if t["is_this"]]
        assert other.call("DELETE", f"/session/tokens/{mine}").status_code == 404
        assert one.call("GET", "/session").status_code == 200


@pytest.mark.parametrize("caller", ["expired", "revoked", "deactivated"])
def test_a_token_that_is_good_no_more_begins_no_session(world: World, caller: str) -> None:
    with browser(world) as one:
        assert one.sign_in(token=world.tokens[caller]).status_code == 401


def test_a_one_time_key_is_no_token_and_a_token_is_no_key(world: World) -> None:
    key = newcomer(world, "key")
    by_key = {"authorization": f"Bearer {key}"}
    assert world.http.get(f"{world.url}{API}/session", headers=by_key).status_code == 401
    with browser(world) as one:
        assert one.sign_in(key=world.tokens["writer"]).status_code == 401
        assert one.sign_in(token=key).status_code == 401
        assert one.sign_in(key=key).status_code == 200


@pytest.mark.both_engines
def test_a_newer_link_ends_the_older_one(world: World) -> None:
    older, newer = newcomer(world, "twice"), newcomer(world, "twice")
    with browser(world) as one:
        assert one.sign_in(key=older).status_code == 401
        assert one.sign_in(key=newer).status_code == 200


@pytest.mark.both_engines
def test_another_password_needs_the_old_one_and_ends_the_other_sessions(world: World) -> None:
    with browser(world) as one, browser(world) as other:
        one.sign_in(key=newcomer(world, "changer"))
        one.call("PATCH", "/session/password", {"password": PASSWORD})
        other.sign_in(email="changer@home.example", password=PASSWORD)
        new = {"password": "another long password"}
        for current in ({}, {"current": "wrong"}):
            refused = one.call("PATCH", "/session/password", new | current)
            assert refused.status_code == 400
            assert "current" in refused.json()["message"]
        right = one.call("PATCH", "/session/password", new | {"current": PASSWORD})
        assert right.status_code == 200
        assert other.call("GET", "/session").status_code == 401
        assert one.call("GET", "/session").status_code == 200
        old = other.sign_in(email="changer@home.example", password=PASSWORD)
        assert old.status_code == 401


def test_a_short_password_is_refused(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "short"))
        refused = one.call("PATCH", "/session/password", {"password": "tooshort"})
        assert refused.status_code == 400
        assert "password" in refused.json()["message"]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"email": "a@b.example"},
        {"password": "x"},
        {"token": "a", "key": "b"},
        {"email": "a@b.example", "password": "x", "token": "y"},
    ],
)
def test_a_session_is_begun_in_one_way(world: World, how: dict[str, str]) -> None:
    with browser(world) as one:
        assert one.sign_in(**how).status_code == 400


def test_guessing_is_slowed_down_whether_or_not_there_is_such_a_person(database: str) -> None:
    make_company(database, "Home")
    with serving(database) as server, httpx.Client(base_url=server.url) as http:
        one = Browser(http)
        for email in ("nobody@guess.example", "owner@home.example"):
            tries = [one.sign_in(email=email, password=f"guess {n}") for n in range(11)]
            assert [t.status_code for t in tries] == [401] * 10 + [429]
            assert 0 < int(tries[-1].headers["retry-after"]) <= 15 * 60
            assert "try again in 15 minutes" in tries[-1].json()["message"]


def test_owners_invite_and_nobody_lets_an_owner_in(world: World) -> None:
    owner = world.users["owner"].email
    for caller in ("owner", "writer"):
        answer = world.http.post(
            f"{world.url}{API}/invitations", json={"email": owner}, headers=world.headers(caller)
        )
        assert answer.status_code == 403


def test_whoever_runs_the_server_lets_an_owner_in(world: World) -> None:
    made = world.do(invitations.issue_login_link, world.users["owner"].email)
    with browser(world) as one:
        assert one.sign_in(key=made.login_token).json()["user"]["role"] == 1


def test_neither_journal_nor_tables_hold_a_secret(world: World) -> None:
    key = newcomer(world, "secretive")
    with browser(world) as one:
        one.sign_in(key=key)
        one.call("PATCH", "/session/password", {"password": PASSWORD})
        secret = one.http.cookies["kadence_session"]
        made = one.call("POST", "/session/tokens", {"name": "t"}, idempotency_key="again")
        token = made.json()["token"]
    with transaction(locate(world.database)) as tx:
        assert integrity.journal_gaps(tx) == []
        kept = repr([integrity.rows_of(tx, name) for name in KEYS])
        rows = tx.all(Statement(select(journal.c.payload)))
        hashes = tx.all(Statement(select(passwords.c.hash)))
        answers = tx.all(Statement(select(idempotency_keys.c.answer)))
    for hidden in (key, secret, token, PASSWORD, one.csrf):
        assert hidden not in kept + repr(rows) + repr(hashes) + repr(answers)
    assert all(row[0].startswith("$argon2id$") for row in hashes)
    said = "".join(world.server.log)
    for hidden in (key, secret, token, PASSWORD, one.csrf):
        assert hidden not in said


def test_behind_tls_the_cookie_goes_over_tls_alone(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    made = make_company(url, "Home")
    with (
        serving(url, "--trusted-proxy", "127.0.0.1") as server,
        httpx.Client(base_url=server.url) as http,
    ):
        for scheme, is_secure in (("https", True), ("http", False)):
            answer = http.post(
                f"{API}/session",
                json={"token": made.token},
                headers={"X-Forwarded-Proto": scheme},
            )
            cookie, *attributes = answer.headers["set-cookie"].split("; ")
            name, _, secret = cookie.partition("=")
            assert ("Secure" in attributes) is is_secure
            assert name.startswith("__Host-") is is_secure
            assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes)
            assert not [one for one in attributes if one.startswith("Domain")]
            # Another host of the domain can set a cookie of the plain name, which is none of ours.
            for sent, is_ours in ((name, True), (name.replace("__Host-", "") + "x", False)):
                headers = {"X-Forwarded-Proto": scheme, "Cookie": f"{sent}={secret}"}
                found = httpx.get(f"{server.url}{API}/session", headers=headers).json()
                assert (found is not None) is is_ours
            plain = {"X-Forwarded-Proto": "https", "Cookie": f"kadence_session={secret}"}
            assert httpx.get(f"{server.url}{API}/session", headers=plain).json() is None


@pytest.mark.both_engines
def test_that_nobody_is_signed_in_is_no_error(world: World) -> None:
    url = f"{world.url}{API}/session"
    asked = httpx.get(url)
    assert (asked.status_code, asked.json()) == (200, None)
    for wrong in (
        {"Cookie": "kadence_session=kdn_old"},
        {"Authorization": "Bearer kdn_old"},
        {"Authorization": "Basic x"},
    ):
        assert httpx.get(url, headers=wrong).status_code == 401, wrong


@pytest.mark.parametrize("address", ["https://plan.example.com", "http://plan.example.com:8081"])
def test_one_signs_in_behind_the_proxy_that_is_shipped(tmp_path: Path, address: str) -> None:
    url = file_url(fresh_database(tmp_path))
    made = make_company(url, "Home")
    conf = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text()
    scheme, _, host = address.partition("://")
    variables = {
        "$host": host.partition(":")[0],
        "$http_host": host,
        "$remote_addr": "192.0.2.7",
        "$scheme": scheme,
        "$request_id": "0123456789abcdef",
    }
    sets = re.findall(r"proxy_set_header (\S+) (\S+);", conf)
    proxied = {name: variables.get(value, value.strip('"')) for name, value in sets}
    with serving(url, "--trusted-proxy", "127.0.0.1") as server:
        headers = {"Origin": address, **{name: value for name, value in proxied.items() if value}}
        answer = httpx.post(
            f"{server.url}{API}/session", json={"token": made.token}, headers=headers
        )
    assert answer.status_code == 200, answer.text


def test_who_is_deactivated_or_changes_password_meanwhile_gets_no_session(world: World) -> None:
    email = "meanwhile@home.example"
    world.do(people.add_user, email, "Meanwhile")

    def proved() -> sessions.Candidate:
        return world.do(sessions.candidate, random_id(), "192.0.2.1", email)

    assert world.do(sessions.begin_with_password, proved()).user.email == email
    older = replace(proved(), password_hash="another")  # noqa: S106
    with pytest.raises(Unauthenticated):
        world.do(sessions.begin_with_password, older)
    before = proved()
    world.do(people.deactivate_user, email)
    with pytest.raises(Unauthenticated):
        world.do(sessions.begin_with_password, before)
