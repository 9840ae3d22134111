"""Making, changing and deleting cards over the wire (contract: workspace.md, Cards)."""

from kadence.usecases import card_views
from kadence.usecases import cards as usecases
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.web.bodies import Body
from kadence.web.card_views import OneCardAnswer, one_card
from kadence.web.http import RequestContext
from kadence.web.query import Harmless
from kadence.web.responses import WithETag

GET_PARAMETERS = (
    Harmless("broken_api", "What it leaves out is left out by nobody who has none of it."),
)


CREATE = Body("Card", CreateCard)
CHANGE = Body("Card", ChangeCard)


async def create_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Make a card on a board."""
    validated = await context.body(CREATE)
    return await context.write_inline(one_card, usecases.create_card, validated)


async def get_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Get one card, an archived or deleted one too."""
    return one_card(
        await context.read_inline(card_views.get_card, context.id("card_id"), context.nothing())
    )


async def change_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Change, move, archive or restore a card; `version` grows when that changes anything."""
    validated = await context.body(CHANGE)
    return await context.write_inline(
        one_card, usecases.change_card, context.id("card_id"), validated
    )


async def delete_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Delete a card: its condition becomes 3, and it leaves its planned or active iteration."""
    validated = await context.empty_body()
    return await context.write(one_card, usecases.delete_card, context.id("card_id"), validated)
