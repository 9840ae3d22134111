"""What goes over the wire of many cards changed at once, below /api/kadence/v1."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases import card_edits as usecases
from kadence.usecases.card_edits import EditCards, Edited
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.card_rows import SomeRows, some_rows
from kadence.web.errors import Refusal, refusal
from kadence.web.http import RequestContext
from kadence.web.route import Route


class RefusedEdit(Struct, frozen=True):
    """A card with which nothing was done, and why."""

    card_uid: str
    error: Refusal


class EditedAnswer(SomeRows, frozen=True):
    """The cards as they are now, and those with which nothing was done."""

    refused: list[RefusedEdit]


EDIT = Body("Edits", EditCards)


def _edited(edited: Edited) -> EditedAnswer:
    shown = some_rows(edited.rows)
    refused = [RefusedEdit(one.card_uid, refusal(one.error)) for one in edited.refused]
    return EditedAnswer(shown.rows, shown.people, shown.tags, refused)


async def edit_cards(context: RequestContext) -> RenderedResponse[EditedAnswer]:
    """Change up to 200 cards of a space at once, all alike or each in its own way.

    The edits are done one behind the other, in one transaction. A card that is refused hinders no
    other.
    """
    asked = await context.body(EDIT)
    return await context.write(
        asked, _edited, usecases.edit_cards, context.uid("space_uid"), asked.command
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/spaces/{space_uid}/cards/edit",
        edit_cards,
        "Additions",
        body=EDIT,
        errors=(
            ErrorId.COLUMN_UNKNOWN,
            ErrorId.LANE_UNKNOWN,
            ErrorId.USER_UNKNOWN,
            ErrorId.USER_DEACTIVATED,
            ErrorId.TARGET_ELSEWHERE,
            ErrorId.CARD_UNKNOWN,
            ErrorId.CARD_FOREIGN_BOARD,
            ErrorId.CARD_DELETED,
            ErrorId.ITERATION_CLOSED,
        ),
    ),
)
