"""What goes over the wire of signing in: sessions, one-time links, passwords and own tokens."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, RuleViolation, Unauthenticated
from kadence.domain.model import Token, TokenKind
from kadence.usecases import sessions as usecases
from kadence.usecases.sessions import (
    Candidate,
    ChangePassword,
    CreateSession,
    CreateToken,
    NewSession,
    SignedIn,
)
from kadence.usecases.tokens import NewToken
from kadence.usecases.unit_of_work import RenderedResponse, random_id, token_digest
from kadence.web.bodies import Body
from kadence.web.codec import When, format_optional, format_timestamp
from kadence.web.cookies import csrf_of, session_cookie
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.responses import WithCookie
from kadence.web.route import Route


class SessionAnswer(Struct, frozen=True):
    """Who is signed in.

    `csrf` goes into `X-Kadence-Csrf` of every request of the session that changes something; it is
    null for an API token, which needs none. Who is not there `in_person` came by an API token, and
    may set no password and make no tokens. `language` and `timezone` are null until chosen.
    """

    user: UserAnswer
    has_password: bool
    in_person: bool
    language: str | None
    timezone: str | None
    csrf: str | None


class TokenAnswer(Struct, frozen=True):
    """A token of one's own; `is_session` says that a browser has it, `is_this` that it asks."""

    id: int
    name: str
    is_session: bool
    is_this: bool
    created: When
    last_used: When | None
    expires: When | None


class NewTokenAnswer(Struct, frozen=True):
    """A token that was made, with its secret, which is shown only now."""

    id: int
    name: str
    token: str
    expires: When | None


SESSION = Body("Session", CreateSession)
PASSWORD = Body("Password", ChangePassword)
TOKEN = Body("Token", CreateToken)


async def create_session(context: RequestContext) -> WithCookie[SessionAnswer]:
    """Sign in with a browser: the answer sets an HttpOnly cookie that stands for a token.

    After too many failures it is 429. A session begun by an API token ends with it, and makes
    neither tokens nor a password.
    """
    context.refuse_other_sites()
    asked = await context.body(SESSION)
    if isinstance(asked.command, BadRequest):
        raise asked.command
    if asked.options.dry_run:
        raise RuleViolation(ErrorId.SIGN_IN_WAYS, 2, "Signing in should NOT have dry_run")
    begun = await _begun(context, asked.command)
    answer = _answer(begun, csrf_of(begun.secret))
    return WithCookie(
        answer, session_cookie(begun.secret, begun.lasts // 1000, secure=context.is_https)
    )


async def _begun(context: RequestContext, validated: CreateSession) -> NewSession:
    # Tokens and keys are random: nobody guesses them, so nobody is slowed down.
    secret = validated.token if validated.token is not None else validated.key
    if secret is not None:
        is_token = validated.token is not None
        begin = usecases.begin_with_token if is_token else usecases.begin_with_login_token
        try:
            return await context.write_anonymous(begin, secret)
        except Unauthenticated:
            await context.write_anonymous(usecases.fail_by, secret)
            raise
    proved = await context.while_there(_proved(context, validated))
    return await context.write_anonymous(usecases.begin_with_password, proved)


async def _proved(context: RequestContext, validated: CreateSession) -> Candidate:
    async with context.password_checks.turn(context.client):
        found = await context.write_anonymous(
            usecases.candidate, random_id(), context.client, validated.email or ""
        )
        password = validated.password or ""
        if not await context.password_checks.is_right(found.password_hash, password):
            await context.write_anonymous(usecases.fail, found)
            raise Unauthenticated
        return found


async def get_session(context: RequestContext) -> SessionAnswer | None:
    """Get who is signed in, and what proves that a request comes from our own page.

    Null is the answer to who comes with neither a session nor a token: nobody is, and that is no
    error. A session or token that is no longer valid is one.
    """
    if context.token is None and b"authorization" not in context.headers:
        context.nothing()
        return None
    context.has_secret = True
    found = await context.read(usecases.signed_in, context.nothing())
    secret = context.session
    return _answer(found, None if secret is None else csrf_of(secret))


def _answer(found: NewSession | SignedIn, csrf: str | None) -> SessionAnswer:
    return SessionAnswer(
        user=user_answer(found.user),
        has_password=found.has_password,
        in_person=found.in_person,
        language=found.user.language,
        timezone=found.user.timezone,
        csrf=csrf,
    )


async def end_session(context: RequestContext) -> WithCookie[RenderedResponse[UserAnswer]]:
    """Sign out: the session is no longer valid, and its cookie is removed."""
    asked = await context.empty_body()
    done = await context.write(asked, user_answer, usecases.end_session, asked.command)
    gone = None if asked.options.dry_run else session_cookie("", 0, secure=context.is_https)
    return WithCookie(done, gone)


async def change_password(context: RequestContext) -> RenderedResponse[UserAnswer]:
    """Set one's password, or another one; all one's other sessions end. Only in a session."""
    asked = await context.body(PASSWORD)
    # A turn to read would be held for as long as the password waits for its own.
    known = await context.read_apart(usecases.own_password)
    if isinstance(asked.command, BadRequest):
        raise asked.command
    new = await context.while_there(_renewed(context, asked.command, known))
    return await context.write_secret(asked, user_answer, usecases.set_password, *new)


async def _renewed(
    context: RequestContext, validated: ChangePassword, known: str | None
) -> tuple[str, Candidate | None]:
    """Return what is kept of the new password, and who has proved to know the old one."""
    proved = None
    async with context.password_checks.turn(context.client):
        if known is not None:
            proved = await _guessed(context, validated.current or "")
        return await context.password_checks.hashed(validated.password), proved


async def _guessed(context: RequestContext, current: str) -> Candidate:
    """Return that whoever asks knows their password; in a turn."""
    proved = await context.note(usecases.guess_own_password, random_id(), context.client)
    if not await context.password_checks.is_right(proved.password_hash, current):
        await context.note(usecases.fail, proved)
        raise BadRequest(ErrorId.PASSWORD_WRONG, "current should be the password that you have now")
    return proved


async def proof_of(context: RequestContext, current: str | None) -> Candidate | None:
    """Return that whoever asks knows their password; None where they have none.

    Raises:
        KadenceError: Forbidden (an API token asks), BadRequest (it is wrong), TooManyRequests.
    """

    async def proved() -> Candidate:
        async with context.password_checks.turn(context.client):
            return await _guessed(context, current or "")

    if await context.read_apart(usecases.own_password) is None:
        return None
    return await context.while_there(proved())


async def list_tokens(context: RequestContext) -> list[TokenAnswer]:
    """List one's own tokens and sessions that are good. Only in a session."""
    found = await context.read(usecases.own_tokens, context.nothing())
    return [_token(token, context) for token in found]


def _token(token: Token, context: RequestContext) -> TokenAnswer:
    return TokenAnswer(
        id=token.id,
        name=token.name,
        is_session=token.kind == TokenKind.SESSION,
        is_this=token.digest == token_digest(context.token),
        created=format_timestamp(token.created),
        last_used=format_optional(token.last_used),
        expires=format_optional(token.expires),
    )


async def create_token(context: RequestContext) -> RenderedResponse[NewTokenAnswer]:
    """Make an API token for oneself. Only in a session."""
    asked = await context.body(TOKEN)
    return await context.write_secret(asked, _new_token, usecases.create_own_token, asked.command)


def _new_token(made: NewToken) -> NewTokenAnswer:
    token = made.token
    return NewTokenAnswer(token.id, token.name, made.secret, format_optional(token.expires))


async def revoke_token(context: RequestContext) -> RenderedResponse[TokenAnswer]:
    """End one of one's own tokens or sessions. Only in a session."""
    asked = await context.empty_body()
    return await context.write(
        asked,
        lambda token: _token(token, context),
        usecases.revoke_own_token,
        context.id("id"),
        asked.command,
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/session",
        create_session,
        "Signing in",
        body=SESSION,
        public=True,
        errors=(ErrorId.SIGN_IN_WAYS,),
    ),
    Route("GET", "/session", get_session, "Signing in", public=True),
    Route("DELETE", "/session", end_session, "Signing in"),
    Route(
        "PATCH",
        "/session/password",
        change_password,
        "Signing in",
        body=PASSWORD,
        errors=(ErrorId.PASSWORD_WRONG,),
    ),
    Route("GET", "/session/tokens", list_tokens, "Signing in"),
    Route("POST", "/session/tokens", create_token, "Signing in", body=TOKEN),
    Route("DELETE", "/session/tokens/{id}", revoke_token, "Signing in"),
)
