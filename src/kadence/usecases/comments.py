"""What people say about cards."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, Forbidden, NotFound
from kadence.domain.model import Card, Comment, SpaceRole, User
from kadence.storage import cards, comments, people
from kadence.usecases.access import BoardAccess, authorize_card
from kadence.usecases.pages import Page
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LONGEST = 4096
"""Code points of a comment."""
CommentText: TypeAlias = Annotated[
    str, Meta(min_length=1, extra_json_schema={"maxLength": LONGEST})
]


class AddComment(Struct, frozen=True):
    """What to say."""

    text: CommentText

    def __post_init__(self) -> None:
        _check_length(self.text)


class ChangeComment(Struct, frozen=True):
    """What to say instead."""

    text: CommentText | None = None

    def __post_init__(self) -> None:
        _check_length(self.text or "")


def _check_length(text: str) -> None:
    """Refuse a text that is too long, in the words that are published for it.

    Raises:
        BadRequest: it is.
    """
    if len(text) > LONGEST:
        raise BadRequest(
            ErrorId.COMMENT_LONG, f"Comment text must not exceed {LONGEST} characters", most=LONGEST
        )


class CommentView(Struct, frozen=True):
    """A comment with who made it."""

    comment: Comment
    author: User


def list_comments(unit: UnitOfWork, card_id: int, validated: Validated[Page]) -> list[CommentView]:
    """Return the comments on a card, oldest first.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = authorize_card(unit, card_id, SpaceRole.READER)
    page = unwrap(validated)
    found = comments.of_card(unit.tx, card, page.limit, page.offset)
    ids = sorted({comment.author_id for comment in found})
    authors = {u.id: u for u in people.users_by_id(unit.tx, card.company_id, ids)}
    return [CommentView(comment, authors[comment.author_id]) for comment in found]


def add_comment(unit: UnitOfWork, card_id: int, validated: Validated[AddComment]) -> CommentView:
    """Say something about a card.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no writer), BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    comment = comments.COMMENTS.insert(
        unit.tx,
        Comment(
            id=0,
            uid=unit.new_id(),
            company_id=card.company_id,
            card_id=card.id,
            author_id=unit.actor.user_id,
            text=unwrap(validated).text,
            edited_at=None,
            created=unit.now,
            updated=unit.now,
        ),
    )
    counted = {
        "comments_total": card.comments_total + 1,
        "comment_last_added_at": unit.now,
        "revision": card.revision + 1,
    }
    cards.CARDS.update(unit.tx, card, counted)
    unit.record(events.COMMENT_ADDED, comment, space_uid=access.space_uid, card_uid=card.uid)
    return _view(unit, comment)


def change_comment(
    unit: UnitOfWork, card_id: int, comment_id: int, validated: Validated[ChangeComment]
) -> CommentView:
    """Change what one said; nobody can change another's words.

    Raises:
        KadenceError: NotFound (card or comment), Forbidden (not the author), BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    comment = _comment(unit, card, comment_id)
    if comment.author_id != unit.actor.user_id:
        raise Forbidden
    text = unwrap(validated).text
    if text is None or text == comment.text:
        return _view(unit, comment)
    new = replace(comment, text=text, edited_at=unit.now, updated=unit.now)
    changed = {"text": text, "edited_at": unit.now, "updated": unit.now}
    comments.COMMENTS.update(unit.tx, comment, changed)
    payload = {
        "id": comment.id,
        "old": {"text": comment.text, "edited_at": comment.edited_at},
        "new": {"text": text, "edited_at": unit.now},
    }
    unit.record(events.COMMENT_CHANGED, payload, space_uid=access.space_uid, card_uid=card.uid)
    return _view(unit, new)


def remove_comment(
    unit: UnitOfWork, card_id: int, comment_id: int, validated: Validated[None]
) -> int:
    """Take a comment back; an admin of the space can take anybody's away.

    Raises:
        KadenceError: NotFound (card or comment), Forbidden, BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    comment = _comment(unit, card, comment_id)
    if comment.author_id != unit.actor.user_id and not _administers(unit, access):
        raise Forbidden
    unwrap(validated)
    comments.COMMENTS.delete(unit.tx, comment)
    counted = {"comments_total": card.comments_total - 1, "revision": card.revision + 1}
    cards.CARDS.update(unit.tx, card, counted)
    payload = {"id": comment.id, "card_id": card.id}
    unit.record(events.COMMENT_REMOVED, payload, space_uid=access.space_uid, card_uid=card.uid)
    return comment_id


def _administers(unit: UnitOfWork, access: BoardAccess) -> bool:
    return (access.role(unit, access.board.space_id) or 0) >= SpaceRole.ADMIN


def _comment(unit: UnitOfWork, card: Card, comment_id: int) -> Comment:
    comment = comments.COMMENTS.find(unit.tx, card.company_id, comment_id)
    if comment is None or comment.card_id != card.id:
        raise NotFound
    return comment


def _view(unit: UnitOfWork, comment: Comment) -> CommentView:
    author = people.find_user(unit.tx, comment.company_id, comment.author_id)
    assert author is not None  # noqa: S101 - a foreign key says so
    return CommentView(comment, author)
