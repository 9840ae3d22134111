"""One HTTP request as a handler sees it."""

import asyncio
import hashlib
import re
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
)
from typing import Any, Generic, ParamSpec, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, BodyTooLarge
from kadence.domain.values import canonical_uid
from kadence.drawing.render_worker import RenderWorker
from kadence.outputs import for_header
from kadence.usecases.unit_of_work import (
    RenderedResponse,
    UnitOfWork,
    UseCase,
    Validated,
    WriteOptions,
    token_digest,
)
from kadence.web.app_state import AppState, Read, Show
from kadence.web.bodies import Body
from kadence.web.credentials import caller_of, origin_of, refuse_forged, refuse_other_sites
from kadence.web.password_checks import PasswordChecks
from kadence.web.query import Flag, Query, integer_id
from kadence.web.read_turns import ReadTurns
from kadence.web.requests import Request
from kadence.web.responses import rendered, tags_of

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")
S = TypeVar("S")
C = TypeVar("C", bound=Struct)

LARGEST_BODY = 1024 * 1024
"""Bytes that a request body may have."""

LONGEST_HEADER = 1000
"""Characters that X-Kadence-Ignored has at most."""
DRY_RUN = Flag("dry_run", "Answer what would be, and change nothing.")
_ALIAS = re.compile(r"^/api/(?!kadence/|latest/)(v1/)?")
_MAKE_IT_DEPEND = frozenset({b"idempotency-key", b"x-idempotency-key", b"if-match"})
"""Headers that make a write depend on something."""
_KEY = re.compile(rb"[!-~]{1,255}")


_NO_OPTIONS = WriteOptions()


class Disconnected(Exception):
    """The client went away before its body had come, or its answer could be given."""


class Nothing(Struct, frozen=True):
    """The body of a request of which nothing is wanted."""


NOTHING = Body("Body", Nothing)


class Asked(Struct, Generic[D], frozen=True, gc=False):
    """What a write is asked to do: its command, or what is wrong with it; what it depends on."""

    command: Validated[D]
    options: WriteOptions


class RequestContext:
    """One request: its token, path, query and body, and the way into the use cases."""

    __slots__ = (
        "_known",
        "_query",
        "_request",
        "_runner",
        "_state",
        "_turns",
        "has_secret",
        "headers",
        "session",
        "token",
    )

    def __init__(
        self,
        request: Request,
        state: AppState,
        known: frozenset[str] = frozenset(),
    ) -> None:
        """`known` are the query keys that have an effect on the route."""
        self._state = state
        self._request = request
        self._runner = state.runner
        self._known = known
        self._turns: ReadTurns | None = None
        self._query: Query | None = None
        self.headers = request.headers
        self.has_secret = False
        """Whether the answer holds one, so that nobody is to keep it."""
        caller = caller_of(request)
        self.session, self.token = caller.session, caller.token

    @property
    def client(self) -> str:
        """The address that the request came from."""
        return self._request.client

    @property
    def is_https(self) -> bool:
        """Whether the browser is spoken to through TLS."""
        return self._request.is_https

    @property
    def password_checks(self) -> PasswordChecks:
        """The queue in front of passwords."""
        return self._state.password_checks

    async def while_there(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what takes long for as long as the client waits for it; then it is cancelled.

        Raises:
            Disconnected: the client has gone.
            Exception: what the work raises.
        """
        doing, going = (
            asyncio.ensure_future(work),
            asyncio.ensure_future(self._request.wait_until_gone()),
        )
        try:
            await asyncio.wait({doing, going}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Disconnected
            return doing.result()
        finally:
            going.cancel()
            doing.cancel()

    def refuse_forged(self) -> None:
        """Let a request of a session pass only if a page of ours made it.

        Raises:
            CrossSite: it lacks what only such a page knows.
        """
        if self.session is not None:
            refuse_forged(self._request, self.session)

    def refuse_other_sites(self) -> None:
        """Let a request pass only if no other site's page made it, as far as browsers say.

        Raises:
            CrossSite: one did.
        """
        refuse_other_sites(self._request)

    @property
    def strict(self) -> bool:
        """Whether the caller wants keys refused that have no effect."""
        return self.headers.get(b"x-kadence-strict") == b"1"

    async def read(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that changes nothing, for the caller, when it is the request's turn."""
        await self._take_turn(self._state.read_turns)
        return await self._runner.read(self.token, use_case, *args, **kwargs)

    async def read_texts(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for an answer of many texts: descriptions, comments, or events with them."""
        await self._take_turn(self._state.text_turns)
        return await self._runner.read(self.token, use_case, *args, **kwargs)

    async def _take_turn(self, turns: ReadTurns) -> None:
        if self._turns is None:
            await turns.take(self._request.has_room)
            self._turns = turns

    def give_turn(self) -> None:
        """Let others read: the answer is made."""
        if self._turns is not None:
            self._turns.give()
            self._turns = None

    def read_apart(
        self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        """As `read`, without a turn: for a stream's next events, or what is drawn in a queue."""
        return self._runner.read(self.token, use_case, *args, **kwargs)

    def read_inline(
        self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        """As `read`, for a use case of a few look-ups by key, however much data there is."""
        return self._runner.read_inline(self.token, use_case, *args, **kwargs)

    def write(
        self,
        asked: Asked[Any],
        shape: Callable[[T], S],
        use_case: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, RenderedResponse[S]]:
        """Run a use case that changes something, for the caller; answers its result in `shape`.

        What it depends on comes with what is `asked`, which only reading the body gives. The result
        is rendered in the transaction, and sent as it is.
        """
        render, told = _renderer(shape), self._from_here(use_case)
        return self._runner.write(self.token, asked.options, render, told, *args, **kwargs)

    def _from_here(self, use_case: UseCase[P, T]) -> UseCase[P, T]:
        """Return a use case that knows where it is asked from, for the audit log."""
        origin = origin_of(self._request)

        def asked_from_here(unit: UnitOfWork, /, *args: P.args, **kwargs: P.kwargs) -> T:
            unit.origin = origin
            return use_case(unit, *args, **kwargs)

        return asked_from_here

    def write_inline(
        self,
        asked: Asked[Any],
        shape: Callable[[T], S],
        use_case: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, RenderedResponse[S]]:
        """As `write`, for a use case of a few look-ups and changes by key."""
        write, render = self._runner.write_inline, _renderer(shape)
        return write(self.token, asked.options, render, use_case, *args, **kwargs)

    def write_secret(
        self,
        asked: Asked[Any],
        shape: Callable[[T], S],
        use_case: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, RenderedResponse[S]]:
        """As `write`, for a request or answer with a secret: no idempotency key keeps it."""
        options = replace(asked.options, idempotency_key=None)
        self.has_secret = True
        return self.write(replace(asked, options=options), shape, use_case, *args, **kwargs)

    async def note(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case whose change stays, whatever becomes of the request, for the caller."""
        return await self._runner.note(self.token, self._from_here(use_case), *args, **kwargs)

    def follow(
        self, space_uid: str, read: Read, show: Show, after: int
    ) -> AsyncGenerator[bytes, None]:
        """Return the events that `read` gives, as they happen and `show` has them: live.stream."""
        return self._state.follow(space_uid, read, show, after)

    def begin_stream(self) -> Callable[[], None]:
        """Count one more live stream of the caller; call what is returned when it has ended.

        Raises:
            TooManyRequests: they have as many as a token may have.
        """
        return self._state.begin_stream(token_digest(self.token))

    @property
    def render_worker(self) -> RenderWorker:
        """Where charts are drawn and forecasts simulated."""
        return self._state.render_worker

    async def read_anonymous(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that changes nothing for somebody who is about to sign in."""
        return await self._runner.read_anonymous(use_case, *args, **kwargs)

    async def write_anonymous(
        self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case for somebody who is about to sign in."""
        return await self._runner.write_anonymous(self._from_here(use_case), *args, **kwargs)

    async def purge(self) -> None:
        """Leave nothing of what was erased where somebody could dig it out.

        Raises:
            StorageError: the database did not let it happen.
        """
        await self._runner.purge()

    async def read_via_link(
        self, key: str, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case that changes nothing, for the holder of a signed link's key."""
        return await self._runner.read_via_link(key, use_case, *args, **kwargs)

    def has(self, name: str) -> bool:
        """Return whether the path has such a part."""
        return name in self._request.params

    def text(self, name: str) -> str:
        """Return a part of the path as it is."""
        return str(self._request.params[name])

    def uid(self, name: str) -> str:
        """Return a UUID of the path in canonical form.

        Anything else is "", which matches nothing.
        """
        return canonical_uid(self._request.params[name])

    def id(self, name: str) -> int:
        """Return an integer id of the path; 0 for anything else, which matches nothing."""
        return integer_id(self._request.params[name])

    def query(self, build: Callable[[Query], D]) -> D | BadRequest:
        """Return what `build` makes of the query, or the query's validation error."""
        try:
            query = self._split_query()
            if self.strict:
                query.refuse_all_but(self._known)
            return build(query)
        except BadRequest as refused:
            return refused

    def _split_query(self) -> Query:
        """Return the query, split once however often it is read."""
        if self._query is None:
            self._query = Query(self._request.query_string)
        return self._query

    @property
    def ignored(self) -> str:
        """The names of query keys that had no effect, as a header holds them; "" for none."""
        if not self._request.query_string:
            return ""
        names = self._split_query().ignored(self._known)
        return ", ".join(map(for_header, names))[:LONGEST_HEADER]

    def sound_query(self) -> Query:
        """Return the query, for a handler that reads it itself.

        Raises:
            BadRequest: it is unsound, or, when asked for, it has keys without effect.
        """
        query = self.query(lambda found: found)
        if isinstance(query, BadRequest):
            raise query
        return query

    async def empty_body(self) -> Asked[None]:
        """Read the body of a request of which nothing is wanted."""
        asked = await self.body(NOTHING)
        refused = asked.command if isinstance(asked.command, BadRequest) else None
        return Asked(refused, asked.options)

    async def body(self, kind: Body[C]) -> Asked[C]:
        """Read the body, and what the write depends on: the first error of all is the command's."""
        raw = await self._raw_body()
        if raw is None:
            return Asked(BodyTooLarge(LARGEST_BODY), _NO_OPTIONS)
        options: WriteOptions | BadRequest = _NO_OPTIONS
        if self._request.query_string or not _MAKE_IT_DEPEND.isdisjoint(self.headers):
            options = self.query(lambda query: self._read_options(raw, query))
        if isinstance(options, BadRequest):
            return Asked(options, _NO_OPTIONS)
        return Asked(kind.read(raw, strict=self.strict), options)

    def _read_options(self, raw: bytes, query: Query) -> WriteOptions:
        key = self.headers.get(b"idempotency-key", self.headers.get(b"x-idempotency-key"))
        if key is not None and not _KEY.fullmatch(key):
            raise BadRequest(
                ErrorId.IDEMPOTENCY_INVALID,
                "Idempotency-Key should be 1 to 255 visible ASCII characters",
            )
        return WriteOptions(
            if_match=tags_of(self.headers.get(b"if-match")),
            idempotency_key=key.decode() if key else None,
            request=self._digest(raw) if key else "",
            dry_run=query.get(DRY_RUN),
        )

    def _digest(self, raw: bytes) -> str:
        # The aliases are one, and so are a uid's ways to be written.
        path = _ALIAS.sub("/api/latest/", self._request.path).lower()
        line = f"{self._request.method} {path}\n".encode()
        return hashlib.sha256(line + raw).hexdigest()

    async def _raw_body(self) -> bytes | None:
        """Return the body, or None when it is too large; the Content-Type is not looked at."""
        whole = b""
        more = True
        while more:
            event = await self._request.receive()
            if event["type"] != "http.request":
                raise Disconnected
            whole += event["body"]
            more = event["more_body"]
            if len(whole) > LARGEST_BODY:
                return None
        return whole

    def nothing(self) -> BadRequest | None:
        """Check the query of a request whose body is not read: None, or the error."""
        return self.query(lambda _: None)


def _renderer(shape: Callable[[T], S]) -> Callable[[T], RenderedResponse[S]]:
    """Return what renders a use case's result in its shape."""
    return lambda result: rendered(shape(result))


Handler = Callable[[RequestContext], Awaitable[Any]]
