"""What goes over the wire about tags (contract: workspace.md, Cards)."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.model import CardTag, Tag
from kadence.usecases import tags as usecases
from kadence.usecases.tags import ChangeTag, CreateTag, TagQuery
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.columns import DeletedAnswer
from kadence.web.http import RequestContext
from kadence.web.query import LIMIT, OFFSET, SKIP, Harmless, Id, Ids, Query, Text
from kadence.web.route import Route


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


CREATE = Body("Tag", CreateTag)
CHANGE = Body("Tag", ChangeTag)

SEARCH = Text("query", "Only tags with this text in their name, in any case.")
IDS = Ids("ids", "Only tags with these integer ids, comma-separated.")
SPACE = Id("space_id", "Only tags on cards of this space.")
CREATE_PARAMETERS = tuple(
    Harmless(name, "A mistake of the published list: nothing is listed here.")
    for name in ("ids", "query", "space_id", "limit", "offset")
)
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
    """Return the tag as the wire shows it."""
    return TagAnswer(**_values(tag))


def tag_of_card(use: CardTag, tag: Tag) -> TagOfCardAnswer:
    """Return the tag as the wire shows it on a card."""
    return TagOfCardAnswer(**_values(tag), card_id=use.card_id, tag_id=tag.id)


def _list_query(query: Query) -> TagQuery:
    return TagQuery(
        text=query.get(SEARCH),
        ids=query.get(IDS),
        space_id=query.get(SPACE),
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
    )


async def list_tags(context: RequestContext) -> list[TagAnswer]:
    """List the tags of the company."""
    return [
        tag_answer(tag)
        for tag in await context.read(usecases.list_tags, context.query(_list_query))
    ]


async def create_tag(context: RequestContext) -> RenderedResponse[TagAnswer]:
    """Make a tag, or find the one that has this name."""
    asked = await context.body(CREATE)
    return await context.write(asked, tag_answer, usecases.create_tag, asked.command)


async def change_tag(context: RequestContext) -> RenderedResponse[TagAnswer]:
    """Rename or recolour a tag, on all cards that have it."""
    asked = await context.body(CHANGE)
    return await context.write(
        asked, tag_answer, usecases.change_tag, context.id("id"), asked.command
    )


async def delete_tag(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Delete a tag, and take it off all cards."""
    asked = await context.empty_body()
    return await context.write(
        asked, DeletedAnswer, usecases.delete_tag, context.id("id"), asked.command
    )


async def list_card_tags(context: RequestContext) -> list[TagOfCardAnswer]:
    """List the tags of a card."""
    found = await context.read(usecases.list_card_tags, context.id("card_id"), context.nothing())
    return [tag_of_card(use, tag) for use, tag in found]


async def add_card_tag(context: RequestContext) -> RenderedResponse[TagOfCardAnswer]:
    """Give a card the tag of this name."""
    asked = await context.body(CREATE)
    return await context.write(
        asked,
        lambda pair: tag_of_card(*pair),
        usecases.add_card_tag,
        context.id("card_id"),
        asked.command,
    )


async def remove_card_tag(context: RequestContext) -> RenderedResponse[DeletedAnswer]:
    """Take a tag off a card."""
    asked = await context.empty_body()
    return await context.write(
        asked,
        DeletedAnswer,
        usecases.remove_card_tag,
        context.id("card_id"),
        context.id("tag_id"),
        asked.command,
    )


ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/tags", list_card_tags, "Cards"),
    Route("POST", "/cards/{card_id}/tags", add_card_tag, "Cards", body=CREATE),
    Route("DELETE", "/cards/{card_id}/tags/{tag_id}", remove_card_tag, "Cards"),
    Route("GET", "/tags", list_tags, "Tags", query=LIST_PARAMETERS),
    Route("POST", "/tags", create_tag, "Tags", body=CREATE, query=CREATE_PARAMETERS),
    Route(
        "PATCH", "/company/tags/{id}", change_tag, "Tags", body=CHANGE, errors=(ErrorId.TAG_TAKEN,)
    ),
    Route("DELETE", "/company/tags/{id}", delete_tag, "Tags"),
)
