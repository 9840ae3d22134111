"""What goes over the wire about comments (contract: workspace.md, Cards)."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases import comments as usecases
from kadence.usecases.comments import AddComment, ChangeComment, CommentView
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.columns import DeletedAnswer
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.query import PAGE, page_of
from kadence.web.route import Route


class CommentAnswer(Struct, frozen=True, kw_only=True):
    """What a person said about a card; the keys with a value are constants of this server."""

    id: int
    uid: Uid
    text: str
    type: int = 1
    card_id: int
    author_id: int
    author: UserAnswer
    edited: bool
    deleted: bool = False
    internal: bool = False
    email_addresses_to: str | None = None
    sd_external_recipients_cc: str | None = None
    sd_description: bool = False
    notification_sent: When | None = None
    meta: str | None = None
    created: When
    updated: When


LIST_PARAMETERS = PAGE
ADD = Body("Comment", AddComment)
CHANGE = Body("Comment", ChangeComment)


def comment_answer(view: CommentView) -> CommentAnswer:
    """Return the comment as the wire shows it."""
    comment = view.comment
    return CommentAnswer(
        id=comment.id,
        uid=comment.uid,
        text=comment.text,
        card_id=comment.card_id,
        author_id=comment.author_id,
        author=user_answer(view.author),
        edited=comment.edited_at is not None,
        created=format_timestamp(comment.created),
        updated=format_timestamp(comment.updated),
    )


async def list_comments(context: RequestContext) -> list[CommentAnswer]:
    """List the comments on a card, oldest first."""
    page = context.query(page_of)
    found = await context.read_texts(usecases.list_comments, context.id("card_id"), page)
    return [comment_answer(view) for view in found]


async def add_comment(context: RequestContext) -> RenderedResponse[CommentAnswer]:
    """Say something about a card."""
    asked = await context.body(ADD)
    return await context.write_inline(
        asked, comment_answer, usecases.add_comment, context.id("card_id"), asked.command
    )


async def change_comment(context: RequestContext) -> RenderedResponse[CommentAnswer]:
    """Change one's own comment."""
    asked = await context.body(CHANGE)
    return await context.write_inline(
        asked,
        comment_answer,
        usecases.change_comment,
        context.id("card_id"),
        context.id("comment_id"),
        asked.command,
    )


async def remove_comment(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Take a comment back; an admin of the space can take anybody's away."""
    asked = await context.empty_body()
    return await context.write_inline(
        asked,
        DeletedAnswer,
        usecases.remove_comment,
        context.id("card_id"),
        context.id("comment_id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/comments", list_comments, "Cards", query=LIST_PARAMETERS),
    Route(
        "POST",
        "/cards/{card_id}/comments",
        add_comment,
        "Cards",
        body=ADD,
        errors=(ErrorId.COMMENT_LONG,),
    ),
    Route(
        "PATCH",
        "/cards/{card_id}/comments/{comment_id}",
        change_comment,
        "Cards",
        body=CHANGE,
        errors=(ErrorId.COMMENT_LONG,),
    ),
    Route("DELETE", "/cards/{card_id}/comments/{comment_id}", remove_comment, "Cards"),
)
