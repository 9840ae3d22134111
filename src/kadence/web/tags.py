"""What goes over the wire about tags (contract: workspace.md, Cards)."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.model import CardTag, Tag
from kadence.usecases import tags as usecases
from kadence.usecases.tags import COLORS, NewTag, TagChange, TagQuery
from kadence.web.columns import DeletedAnswer
from kadence.web.http import NOTHING, Call
from kadence.web.query import LIMIT, OFFSET, SKIP, Id, Ids, Query, Text
from kadence.web.wire import Body, Uid, When, format_timestamp

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Color = Annotated[int, Meta(ge=1, le=COLORS)]


class TagAnswer(Struct, frozen=True, kw_only=True):
    """A tag of the company."""

    id: int
    uid: Uid
    name: str
    company_id: int
    color: int
    archived: bool = False
    created: When
    updated: When


class TagOfCardAnswer(TagAnswer, frozen=True, kw_only=True):
    """A tag on a card."""

    card_id: int
    tag_id: int


class CreateTag(Struct, frozen=True):
    """The tag that is wanted; it is made when there is none of this name."""

    name: Name
    color: Color | None = None

    def draft(self) -> NewTag:
        """The same for the use case."""
        return NewTag(self.name, self.color)


class ChangeTag(Struct, frozen=True):
    """What to change of a tag; absent keys stay."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET

    def draft(self) -> TagChange:
        """The same for the use case."""
        return TagChange(self.name, self.color)


CREATE = Body("Tag", CreateTag, CreateTag.draft)
CHANGE = Body("Tag", ChangeTag, ChangeTag.draft)

SEARCH = Text("query", "Only tags with this text in their name, in any case.")
IDS = Ids("ids", "Only tags with these integer ids, comma-separated.")
SPACE = Id("space_id", "Only tags on cards of this space.")
LIST_PARAMETERS = (SEARCH, IDS, SPACE, LIMIT, OFFSET, SKIP)


def _values(tag: Tag) -> dict[str, Any]:
    return {
        "id": tag.id,
        "uid": tag.uid,
        "name": tag.name,
        "company_id": tag.company_id,
        "color": tag.color,
        "created": format_timestamp(tag.created),
        "updated": format_timestamp(tag.updated),
    }


def tag_answer(tag: Tag) -> TagAnswer:
    """The tag as the wire shows it."""
    return TagAnswer(**_values(tag))


def tag_of_card(use: CardTag, tag: Tag) -> TagOfCardAnswer:
    """The tag as the wire shows it on a card."""
    return TagOfCardAnswer(**_values(tag), card_id=use.card_id, tag_id=tag.id)


def _list_query(query: Query) -> TagQuery:
    return TagQuery(
        text=query.get(SEARCH),
        ids=query.get(IDS),
        space_id=query.get(SPACE),
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
    )


async def list_tags(call: Call) -> list[TagAnswer]:
    """List the tags of the company."""
    return [tag_answer(tag) for tag in await call.read(usecases.list_tags, call.query(_list_query))]


async def create_tag(call: Call) -> TagAnswer:
    """Make a tag, or find the one that has this name."""
    draft = await call.body(CREATE)
    return await call.write(tag_answer, usecases.create_tag, draft)


async def change_tag(call: Call) -> TagAnswer:
    """Rename or recolour a tag, on all cards that have it."""
    draft = await call.body(CHANGE)
    return await call.write(tag_answer, usecases.change_tag, call.id("id"), draft)


async def delete_tag(call: Call) -> DeletedAnswer:
    """Delete a tag, and take it off all cards."""
    draft = await call.body(NOTHING)
    return await call.write(DeletedAnswer, usecases.delete_tag, call.id("id"), draft)


async def list_card_tags(call: Call) -> list[TagOfCardAnswer]:
    """List the tags of a card."""
    found = await call.read(usecases.list_card_tags, call.id("card_id"), call.nothing())
    return [tag_of_card(use, tag) for use, tag in found]


async def add_card_tag(call: Call) -> TagOfCardAnswer:
    """Give a card the tag of this name."""
    draft = await call.body(CREATE)
    return await call.write(
        lambda pair: tag_of_card(*pair), usecases.add_card_tag, call.id("card_id"), draft
    )


async def remove_card_tag(call: Call) -> DeletedAnswer:
    """Take a tag off a card."""
    draft = await call.body(NOTHING)
    return await call.write(
        DeletedAnswer, usecases.remove_card_tag, call.id("card_id"), call.id("tag_id"), draft
    )
