"""What goes over the wire of a person's own data: one document of it, and its end."""

from collections.abc import Sequence

import structlog
from msgspec import Struct
from msgspec.json import format as indented

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import StorageError
from kadence.domain.model import Token, TokenKind
from kadence.usecases import own_data as usecases
from kadence.usecases.own_data import EraseOneself, OwnData
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.audit_log import AuditEntryAnswer, entry_answer
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, encode, format_optional, format_timestamp
from kadence.web.cookies import session_cookie
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.responses import WithCookie
from kadence.web.route import Route
from kadence.web.sessions import proof_of

log = structlog.get_logger()


class MembershipAnswer(Struct, frozen=True):
    """A role in a space that is the person's own: 1 reads, 2 writes, 3 rules."""

    space_uid: Uid
    role: int
    created: When


class OwnTokenAnswer(Struct, frozen=True):
    """A token, session or one-time link; its secret is kept nowhere."""

    kind: str
    name: str
    created: When
    last_used: When | None
    expires: When | None
    revoked: When | None


class OwnCardAnswer(Struct, frozen=True):
    """A card that the person has to do with, and as what."""

    card_id: int
    is_owner: bool
    is_responsible: bool
    is_member: bool


class OwnCommentAnswer(Struct, frozen=True):
    """What the person wrote beside a card."""

    card_id: int
    text: str
    created: When
    edited: When | None


class OwnIterationAnswer(Struct, frozen=True):
    """An iteration that the person made."""

    id: Uid
    space_uid: Uid
    created: When


class OwnDataAnswer(Struct, frozen=True):
    """All that there is of a person, but for secrets and what others wrote.

    Cards, spaces and iterations are the company's: they are told by their ids.
    """

    person: UserAnswer
    has_password: bool
    spaces: list[MembershipAnswer]
    tokens: list[OwnTokenAnswer]
    cards: list[OwnCardAnswer]
    comments: list[OwnCommentAnswer]
    iterations: list[OwnIterationAnswer]
    audit_log: list[AuditEntryAnswer]


ERASURE = Body("Erasure", EraseOneself)
_KINDS = {
    TokenKind.API.value: "api token",
    TokenKind.SESSION.value: "browser session",
    TokenKind.LOGIN_LINK.value: "one-time link",
}


def own_data_answer(found: OwnData) -> OwnDataAnswer:
    """Return what there is of a person as it goes over the wire."""
    id_ = found.user.id
    return OwnDataAnswer(
        person=user_answer(found.user),
        has_password=found.has_password,
        spaces=[
            MembershipAnswer(one.space_uid, one.role, format_timestamp(one.created))
            for one in found.memberships
        ],
        tokens=[_token(token) for token in found.tokens],
        cards=[
            OwnCardAnswer(
                card_id=card.id,
                is_owner=card.owner_id == id_,
                is_responsible=card.responsible_id == id_,
                is_member=card.member_id == id_,
            )
            for card in found.cards
        ],
        comments=[
            OwnCommentAnswer(
                one.card_id, one.text, format_timestamp(one.created), format_optional(one.edited_at)
            )
            for one in found.comments
        ],
        iterations=[
            OwnIterationAnswer(one.id, one.space_uid, format_timestamp(one.created))
            for one in found.iterations
        ],
        audit_log=[entry_answer(one) for one in found.audit_log],
    )


def _token(token: Token) -> OwnTokenAnswer:
    return OwnTokenAnswer(
        kind=_KINDS[token.kind],
        name=token.name,
        created=format_timestamp(token.created),
        last_used=format_optional(token.last_used),
        expires=format_optional(token.expires),
        revoked=format_optional(token.revoked_at),
    )


async def get_own_data(context: RequestContext) -> OwnDataAnswer:
    """Get all that there is of oneself. Only in a session."""
    found = await context.read_texts(usecases.own_data_of_caller, context.nothing())
    return own_data_answer(found)


def document_of(found: OwnData) -> bytes:
    """Return what there is of a person as a text for people and programs."""
    return indented(encode(own_data_answer(found)), indent=2)


async def erase_oneself(
    context: RequestContext,
) -> WithCookie[RenderedResponse[UserAnswer]]:
    """Erase one's own name, addresses, password and settings for good. Only in a session.

    The person stays in what was done, under a neutral name. What others wrote stays as it is.
    """
    asked = await context.body(ERASURE)
    proved = None
    if isinstance(asked.command, EraseOneself):
        proved = await proof_of(context, asked.command.current)
    done = await context.write_secret(
        asked, user_answer, usecases.erase_caller, asked.command, proved
    )
    if asked.options.dry_run:
        return WithCookie(done, None)
    try:
        await context.purge()
    except StorageError as error:
        # It is done all the same, and what is overwritten next is done with the next purge.
        log.warning("what was erased may still be dug out of the file", reason=str(error))
    return WithCookie(done, session_cookie("", 0, secure=context.is_https))


OWN_ROUTES: Sequence[Route] = (
    Route("GET", "/session/data", get_own_data, "Signing in"),
    Route(
        "POST",
        "/session/erasure",
        erase_oneself,
        "Signing in",
        body=ERASURE,
        errors=(ErrorId.EMAIL_NOT_OWN, ErrorId.LAST_OWNER, ErrorId.PASSWORD_WRONG),
    ),
)
