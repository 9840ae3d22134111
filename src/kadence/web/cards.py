"""Making, changing and deleting cards over the wire (contract: workspace.md, Cards)."""

from collections.abc import Sequence

from kadence.domain.error_ids import ErrorId
from kadence.usecases import card_views
from kadence.usecases import cards as usecases
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.card_views import OneCardAnswer, one_card
from kadence.web.http import RequestContext
from kadence.web.query import Harmless
from kadence.web.responses import WithETag
from kadence.web.route import Route

GET_PARAMETERS = (
    Harmless("broken_api", "What it leaves out is left out by nobody who has none of it."),
)


CREATE = Body("Card", CreateCard)
CHANGE = Body("Card", ChangeCard)


async def create_card(context: RequestContext) -> RenderedResponse[WithETag[OneCardAnswer]]:
    """Make a card on a board."""
    asked = await context.body(CREATE)
    return await context.write_inline(asked, one_card, usecases.create_card, asked.command)


async def get_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Get one card, an archived or deleted one too."""
    return one_card(
        await context.read_inline(card_views.get_card, context.id("card_id"), context.nothing())
    )


async def change_card(context: RequestContext) -> RenderedResponse[WithETag[OneCardAnswer]]:
    """Change, move, archive or restore a card; `version` grows when that changes anything."""
    asked = await context.body(CHANGE)
    return await context.write_inline(
        asked, one_card, usecases.change_card, context.id("card_id"), asked.command
    )


async def delete_card(context: RequestContext) -> RenderedResponse[WithETag[OneCardAnswer]]:
    """Delete a card: its condition becomes 3, and it leaves its planned or active iteration."""
    asked = await context.empty_body()
    return await context.write(
        asked, one_card, usecases.delete_card, context.id("card_id"), asked.command
    )


ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/cards",
        create_card,
        "Cards",
        body=CREATE,
        errors=(
            ErrorId.COLUMN_UNKNOWN,
            ErrorId.LANE_UNKNOWN,
            ErrorId.USER_UNKNOWN,
            ErrorId.USER_DEACTIVATED,
        ),
    ),
    Route("GET", "/cards/{card_id}", get_card, "Cards", query=GET_PARAMETERS),
    Route(
        "PATCH",
        "/cards/{card_id}",
        change_card,
        "Cards",
        body=CHANGE,
        errors=(
            ErrorId.COLUMN_UNKNOWN,
            ErrorId.LANE_UNKNOWN,
            ErrorId.USER_UNKNOWN,
            ErrorId.USER_DEACTIVATED,
            ErrorId.CARD_NEIGHBOUR,
            ErrorId.CARD_DELETED,
        ),
    ),
    Route("DELETE", "/cards/{card_id}", delete_card, "Cards"),
)
