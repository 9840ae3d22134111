"""A real server process on a real database file, and the people of the access matrix."""

import atexit
import json
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from msgspec import Struct

from kadence.domain.access import Actor
from kadence.domain.audit_log import Origin
from kadence.domain.error_ids import ErrorId
from kadence.domain.iteration_commands import CreateIteration
from kadence.domain.model import CompanyRole, Shows, SpaceRole, SpaceVisibility, User
from kadence.storage import migrate, people
from kadence.storage.engines import SqliteFile, locate, transaction
from kadence.usecases import invitations, tokens
from kadence.usecases import people as people_usecases
from kadence.usecases.boards import FIRST_COLUMNS, CreateBoard, create_board
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.card_members import AddCardMember, add_card_member
from kadence.usecases.cards import create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.columns import CreateColumn, CreateLane, create_subcolumn
from kadence.usecases.comments import AddComment, add_comment
from kadence.usecases.iteration_cards import AddCard, add_card
from kadence.usecases.iterations import create_iteration
from kadence.usecases.links import CreateLink, create_link
from kadence.usecases.members import AddMember, add_member
from kadence.usecases.setup import Initialised, initialise
from kadence.usecases.spaces import CreateSpace, create_space
from kadence.usecases.tags import CreateTag, add_card_tag
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from tests import processes
from tests.processes import Process

T = TypeVar("T")
NOWHERE = "01890000-0000-7000-8000-000000000000"
"""A well-formed UUID that nothing has."""


def do(url: str, use_case: Callable[..., T], *args: Any, actor: Actor, **kwargs: Any) -> T:
    """Run a use case for `actor` on the database, beside a serving process."""
    with transaction(locate(url)) as tx:
        now = max(system_clock(), tx.latest)
        unit = UnitOfWork(tx, actor, now, random_id, random_secret, origin=Origin(None, "tests"))
        return use_case(unit, *args, **kwargs)


def make_company(url: str, name: str) -> Initialised:
    """One more company in the database: tests put it in through storage."""
    nobody = Actor(0, "", 0, CompanyRole.USER)
    email = f"owner@{name.lower()}.example"
    return do(url, initialise, name, email, f"Owner of {name}", f"{name} space", actor=nobody)


class Server(Struct):
    """A serving process and where it answers."""

    process: Process
    url: str
    log: list[str]

    @property
    def api(self) -> str:
        """The first base path."""
        return f"{self.url}/api/latest"

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


@contextmanager
def serving(url: str, *options: str) -> Iterator[Server]:
    """`kadence serve` on a free port."""
    with start("serve", "--port", "0", "--database", url, *options) as server:
        yield server


@contextmanager
def start(*command: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """A kadence command that serves, as soon as it answers."""
    process = processes.start(*command, env=env)
    log: list[str] = []
    for line in process.output:
        log.append(line)
        if found := re.search(r"answers at (\S+)", line):
            break
    else:
        raise AssertionError(f"it ended: {''.join(log)}")
    drain = threading.Thread(target=log.extend, args=(process.output,), daemon=True)
    drain.start()
    try:
        yield Server(process, found[1], log)
    finally:
        process.kill()
        process.wait()
        drain.join()
        process.output.close()


class Space(Struct):
    """A space that was made for one test.

    It has a board with three columns, one subcolumn and two lanes, and on it a card in its
    iteration, with the writer as member, a tag, and a comment and a signed link by the writer.
    """

    id: int
    uid: str
    iteration_id: str
    board_id: int
    columns: list[int]
    subcolumn: int
    lanes: list[int]
    card_id: int
    card_uid: str
    member_id: int
    tag_id: int
    comment_id: int
    link_id: str
    key: str

    def ids(self, path: str) -> dict[str, Any]:
        """The value of each parameter of a route's path."""
        known = {
            "space_uid": self.uid,
            "space_id": self.id,
            "user_id": self.member_id,
            "iteration_id": self.iteration_id,
            "board_id": self.board_id,
            "column_id": self.columns[0],
            "card_id": self.card_id,
            "card_uid": self.card_uid,
            "tag_id": self.tag_id,
            "comment_id": self.comment_id,
            "link_id": self.link_id,
            "key": self.key,
            "file": "badge.svg",
            "uid": self.card_uid,
        }
        of_id = {
            "iterations": self.iteration_id,
            "boards": self.board_id,
            "columns": self.columns[0],
            "subcolumns": self.subcolumn,
            "lanes": self.lanes[0],
            "members": self.member_id,
            "tags": self.tag_id,
            "tokens": 1,
            "users": self.member_id,
        }
        names = re.findall(r"{(\w+)}", path)
        if "id" in names:
            known["id"] = of_id[path.split("/{id}", maxsplit=1)[0].rpartition("/")[2]]
        return {name: known[name] for name in names}


class World:
    """A server with two companies and one token for each kind of caller."""

    def __init__(self, database: str, server: Server) -> None:
        self.database = database
        self.server = server
        self.url = server.url
        self.api = server.api
        self.home = make_company(database, "Home")
        self.other = make_company(database, "Other")
        company_id = self._company_id(self.home)
        self.operator = Actor(self.home.user_id, self.home.user_uid, company_id, CompanyRole.OWNER)
        self.tokens: dict[str, str | None] = {"owner": self.home.token, "other": self.other.token}
        self.users: dict[str, User] = {}
        for name in ("admin", "writer", "reader", "stranger", "revoked", "expired", "deactivated"):
            made = self.do(people_usecases.add_user, f"{name}@home.example", name.title())
            self.users[name] = made.user
            self.tokens[name] = made.token
        self.tokens["nobody"] = None
        self.users["owner"] = self.do(people_usecases.user_by_email, "owner@home.example")
        self.tokens["expired"] = self.do(
            people_usecases.create_token, "expired@home.example", "short", -1
        ).secret
        (revoked,) = (
            shown.token
            for shown in self.do(tokens.list_tokens)
            if shown.user.id == self.users["revoked"].id
        )
        self.do(tokens.revoke_token, revoked.id)
        self.do(people_usecases.deactivate_user, "deactivated@home.example")
        self.space = self.make_space()
        self.http = httpx.Client(timeout=30, event_hooks={"response": [_demand_an_id]})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def _company_id(self, made: Initialised) -> int:
        with transaction(locate(self.database)) as tx:
            companies = people.all_companies(tx)
        return next(company.id for company in companies if company.uid == made.company_uid)

    def do(self, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a use case as the owner of the home company."""
        return do(self.database, use_case, *args, actor=self.operator, **kwargs)

    def logged(self, answer: httpx.Response) -> dict[str, Any]:
        """The server's log line of a request; it is written when the answer is on its way."""
        wanted = f'"{answer.headers["x-request-id"]}"'
        for _ in range(100):
            for line in self.server.log:
                if wanted in line:
                    return dict(json.loads(line))
            time.sleep(0.05)
        raise AssertionError(f"no line of {wanted}")

    def make_space(self, access: SpaceVisibility = SpaceVisibility.BY_INVITE) -> Space:
        """A space with one iteration and a card, where admin, writer and reader have these roles."""

        def make(unit: UnitOfWork) -> Space:
            space, _ = create_space(unit, CreateSpace("Space", access=access))
            for name in ("admin", "writer", "reader"):
                role = SpaceRole[name.upper()]
                add_member(unit, space.id, AddMember(self.users[name].email, role))
            iteration = create_iteration(unit, space.uid, CreateIteration("Sprint"))
            columns = [*FIRST_COLUMNS]
            lanes = [CreateLane("Upper"), CreateLane("Lower")]
            full = create_board(unit, space.id, CreateBoard("Board", columns=columns, lanes=lanes))
            subcolumn = create_subcolumn(unit, full.columns[0].id, CreateColumn("Review"))
            card = create_card(unit, CreateCard("Card", full.board.id, size_text="3")).card
            add_card(unit, space.uid, iteration.id, AddCard(card.uid))
            writer = self.users["writer"]
            add_card_member(unit, card.id, AddCardMember(writer.id))
            _, tag = add_card_tag(unit, card.id, CreateTag(f"tag of {space.uid}"))
            unit.actor = Actor(writer.id, writer.uid, writer.company_id, writer.role)
            comment = add_comment(unit, card.id, AddComment("Looks good")).comment
            shared = create_link(unit, space.uid, CreateLink(Shows.BADGE, iteration.id, 90))
            return Space(
                id=space.id,
                uid=space.uid,
                iteration_id=iteration.id,
                board_id=full.board.id,
                columns=[column.id for column in full.columns],
                subcolumn=subcolumn.id,
                lanes=[lane.id for lane in full.lanes],
                card_id=card.id,
                card_uid=card.uid,
                member_id=writer.id,
                tag_id=tag.id,
                comment_id=comment.id,
                link_id=shared.link.id,
                key=shared.link_key,
            )

        return self.do(make)

    def make_person(self) -> int:
        """The id of somebody who was invited, for one test."""
        email = f"{random_id()}@home.example"
        return self.do(invitations.invite, invitations.CreateInvitation(email)).user.id

    def headers(self, name: str = "owner") -> dict[str, str]:
        """The Authorization header of one of the callers."""
        token = self.tokens[name]
        return {} if token is None else {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, as_: str = "owner", **kwargs: Any) -> httpx.Response:
        """A request below the first base path."""
        headers = self.headers(as_) | kwargs.pop("headers", {})
        return self.http.request(method, self.api + path, headers=headers, **kwargs)

    def own(self, method: str, path: str, as_: str = "owner", **kwargs: Any) -> httpx.Response:
        """A request below the base path of what kadence adds."""
        headers = self.headers(as_) | kwargs.pop("headers", {})
        url = f"{self.url}/api/kadence/v1{path}"
        return self.http.request(method, url, headers=headers, **kwargs)

    def spaces(self, as_: str = "owner") -> list[dict[str, Any]]:
        """All spaces that a caller can read, page by page."""
        found: list[dict[str, Any]] = []
        while rows := self.call("GET", f"/spaces?offset={len(found)}", as_).json():
            found += rows
        return found

    def create(self, body: Any, as_: str = "owner", space: str | None = None) -> httpx.Response:
        """Create iteration with a JSON body."""
        path = f"/spaces/{space or self.space.uid}/iterations"
        return self.call("POST", path, as_, content=json.dumps(body))


def _demand_an_id(answer: httpx.Response) -> None:
    """Every refusal of any test has an id: one of the rules that its route states, or none of any.

    docs/errors.md lists them all.
    """
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        told = answer.headers.get("x-kadence-error", "").partition(";")[0]
        where = f"{answer.request.method} {answer.request.url} {answer.status_code} {told!r}"
        assert told in set(ErrorId), where
        if told in OF_RULES:
            assert told in _stated(answer.request.method, answer.request.url.path), where


OF_RULES = {one for route in (*ROUTES, *OWN_ROUTES) for one in route.errors}
"""The ids that routes state."""


def _stated(method: str, path: str) -> set[ErrorId]:
    return {
        one
        for bases, routes in ((BASE_PATHS, ROUTES), (OWN_BASE_PATHS, OWN_ROUTES))
        for base in bases
        for route in routes
        if route.method == method
        and re.fullmatch(re.sub(r"{\w+}", "[^/]+", base + route.path), path)
        for one in route.errors
    }


def fresh_database(folder: Path) -> Path:
    """A database file with the schema and nothing else."""
    return Path(shutil.copy(_migrated(), folder / "kadence.db"))


@cache
def _migrated() -> Path:
    """A file that has been migrated once, for all tests of this process to copy."""
    folder = Path(tempfile.mkdtemp(prefix="kadence-"))
    atexit.register(shutil.rmtree, folder)
    migrate.upgrade(SqliteFile(folder / "migrated.db"))
    return folder / "migrated.db"


def file_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path}"
