"""Cards as a row or tile of the page shows them: less than a whole card, and many at a time."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain.model import Card, SpaceRole, Tag, User
from kadence.storage import cards, iterations, tags
from kadence.storage.card_list import Mark
from kadence.usecases.access import authorize_space
from kadence.usecases.card_list import CardQuery, matching
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class CardRow(Struct, frozen=True):
    """A card with its people and tags, and its iteration's id, if the reader sees that one."""

    card: Card
    members: Sequence[User]
    tags: Sequence[Tag]
    iteration_id: str | None


class CardRows(Struct, frozen=True):
    """Rows of a space, with the mark of the last one, behind which the next page begins."""

    rows: Sequence[CardRow]
    last: Mark | None


def list_rows(unit: UnitOfWork, space_uid: str, query: Validated[CardQuery]) -> CardRows:
    """Return the cards on the boards of a space that match.

    Raises:
        KadenceError: NotFound (no such space), Forbidden (a stranger), BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    found = matching(unit, replace(unwrap(query), space_id=access.space_id))
    readable = found.scope.space_uids if found.scope else []
    return CardRows(rows_of(unit, found.cards, readable), found.last)


def rows_of(unit: UnitOfWork, found: Sequence[Card], readable: Sequence[str]) -> Sequence[CardRow]:
    """Return cards as rows; `readable` are the uids of the spaces that the actor can read."""
    company_id, ids = unit.actor.company_id, [card.id for card in found]
    members, tagged = unit.tx.fetch_batch(
        cards.members_of(company_id, ids), tags.of_cards(company_id, ids)
    )
    members_of: dict[int, list[User]] = {card_id: [] for card_id in ids}
    for member, user in members:
        members_of[member.card_id].append(user)
    tags_of: dict[int, list[Tag]] = {card_id: [] for card_id in ids}
    for use, tag in tagged:
        tags_of[use.card_id].append(tag)
    planned = sorted({card.iteration_id for card in found if card.iteration_id})
    seen = {
        iteration.id
        for iteration in iterations.by_ids(unit.tx, company_id, planned)
        if iteration.space_uid in readable
    }
    return [
        CardRow(
            card,
            members_of[card.id],
            tags_of[card.id],
            card.iteration_id if card.iteration_id in seen else None,
        )
        for card in found
    ]
