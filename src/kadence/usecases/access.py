"""The few functions through which use cases enter spaces, boards and cards; reviewed here once."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.access import Demand, Demands, SpaceAccess, role_in_space
from kadence.domain.errors import FeatureOff, Forbidden, NotFound
from kadence.domain.model import Board, Card, CompanyRole, SpaceRole
from kadence.storage import boards, card_relations, cards, spaces
from kadence.storage.boards import VisiblePlacement
from kadence.storage.card_relations import CardRelations
from kadence.usecases.unit_of_work import UnitOfWork


class BoardAccess(Struct, frozen=True):
    """A board that the actor has been let into: with the space in which it is primary."""

    board: Board
    space_uid: str
    accesses: list[SpaceAccess]
    shown: list[VisiblePlacement]
    """The spaces that show the board to the actor, first the one in which it is primary."""

    def role(self, unit: UnitOfWork, space_id: int) -> SpaceRole | None:
        """Return the actor's role in one of the spaces that show the board."""
        for access in self.accesses:
            if access.space_id == space_id:
                return role_in_space(unit.actor.company_role, access)
        return None


class VisibleScope(Struct, frozen=True):
    """What the actor can read: these spaces, and these boards that they show of other ones.

    `everything` says that it is all of the company, so that nothing needs to be left out.
    """

    space_ids: list[int]
    space_uids: list[str]
    board_ids: list[int]
    everything: bool


def authorize_space(unit: UnitOfWork, space_uid: str, need: SpaceRole) -> SpaceAccess:
    """Enter a space by its uid, as the iterations routes do.

    Raises:
        NotFound: no such space in the actor's company.
        Forbidden: the actor's role there is lower than `need`, or none.
    """
    access = spaces.access_by_uid(unit.tx, unit.actor, space_uid)
    if access is None:
        raise NotFound
    _demand(unit, [access], need, hidden=False)
    return access


def title_of(unit: UnitOfWork, space_uid: str) -> str:
    """Return the title of a space that the actor can read.

    Raises:
        NotFound, Forbidden: as `authorize_space`.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    space = spaces.SPACES.find(unit.tx, unit.actor.company_id, access.space_id)
    return space.title if space else ""


def authorize_space_by_id(unit: UnitOfWork, space_id: int, need: SpaceRole) -> SpaceAccess:
    """Enter a space by its integer id, as the workspace routes do.

    Raises:
        NotFound: no such space, or one that the actor cannot read: the two look the same.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    access = spaces.access_by_id(unit.tx, unit.actor, space_id)
    if access is None:
        raise NotFound
    _demand(unit, [access], need, hidden=True)
    return access


def authorize_board(unit: UnitOfWork, board_id: int, need: SpaceRole) -> BoardAccess:
    """Enter a board by its integer id, through any space that shows it.

    Who reads or writes there reads or writes the board's cards; what the board itself is made of
    is for the admins of the space in which it is primary.

    Raises:
        NotFound: no such board, or none that the actor can read.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    board = boards.BOARDS.find(unit.tx, unit.actor.company_id, board_id)
    if board is None or board.deleted_at is not None:
        raise NotFound
    (placements,) = unit.tx.fetch_batch(boards.visible_placements(unit.actor, [board.id]))
    return _authorize(unit, board, placements, need)


def _authorize(
    unit: UnitOfWork, board: Board, placements: Sequence[VisiblePlacement], need: SpaceRole
) -> BoardAccess:
    shown = visible_placements_of(unit, board, placements)
    if not shown:
        raise NotFound
    accesses = [one.access for one in placements]
    primary = next(access for access in accesses if access.space_id == board.space_id)
    asked = [primary] if need == SpaceRole.ADMIN else [one.access for one in shown]
    _demand(unit, [one.access for one in shown], SpaceRole.READER, hidden=True)
    _demand(unit, asked, need, hidden=False)
    return BoardAccess(board, primary.space_uid, accesses, shown)


def visible_placements_of(
    unit: UnitOfWork, board: Board, placements: Sequence[VisiblePlacement]
) -> list[VisiblePlacement]:
    """Return the spaces that show this board to the actor, its own first."""
    company_role = unit.actor.company_role
    spaces = [
        one
        for one in placements
        if one.board_id == board.id and role_in_space(company_role, one.access)
    ]
    spaces.sort(key=lambda one: one.access.space_id != board.space_id)
    return spaces


def authorize_card_with_relations(
    unit: UnitOfWork, card_id: int, need: SpaceRole
) -> tuple[Card, BoardAccess, CardRelations]:
    """Enter a card by its integer id, through its board, which may be deleted like the card.

    Raises:
        NotFound: no such card, or none that the actor can read.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    found = card_relations.card_with_relations(unit.tx, unit.actor, card_id)
    if found is None:
        raise NotFound
    card, board, placements, relations = found
    return card, _authorize(unit, board, placements, need), relations


def authorize_card(unit: UnitOfWork, card_id: int, need: SpaceRole) -> tuple[Card, BoardAccess]:
    """As `authorize_card_with_relations`, where what is around the card does not matter.

    Raises:
        NotFound, Forbidden: as `authorize_card_with_relations`.
    """
    card, access, _ = authorize_card_with_relations(unit, card_id, need)
    return card, access


def authorize_card_by_uid(unit: UnitOfWork, card_uid: str) -> Card:
    """Enter a card by its uid to read it, as the iterations routes do.

    Raises:
        NotFound: no such card in the actor's company, or its space is deleted.
        Forbidden: the actor cannot read it.
    """
    card = cards.find_by_uid(unit.tx, unit.actor.company_id, card_uid)
    if card is None:
        raise NotFound
    (placements,) = unit.tx.fetch_batch(boards.visible_placements(unit.actor, [card.board_id]))
    if not placements:
        raise NotFound
    _demand(unit, [one.access for one in placements], SpaceRole.READER, hidden=False)
    return card


def readable_card(unit: UnitOfWork, card_uid: str) -> Card:
    """Return the card that a body names by its uid.

    Raises:
        NotFound: there is none, or none that the actor can read.
    """
    try:
        return authorize_card_by_uid(unit, card_uid)
    except Forbidden:
        raise NotFound from None


def visible_scope(unit: UnitOfWork) -> VisibleScope:
    """Return all that the actor can read."""
    (accesses,) = unit.tx.fetch_batch(spaces.accesses(unit.actor))
    return visible_scope_of(unit, accesses)


def visible_scope_of(unit: UnitOfWork, accesses: Sequence[SpaceAccess]) -> VisibleScope:
    """Return all that the actor can read, by the access to each space of the company."""
    inside = [d for d in accesses if role_in_space(unit.actor.company_role, d) is not None]
    readable, uids = [access.space_id for access in inside], [access.space_uid for access in inside]
    if unit.actor.company_role == CompanyRole.OWNER:
        return VisibleScope(readable, uids, [], everything=True)
    (shown,) = unit.tx.fetch_batch(boards.in_spaces(unit.actor.company_id, readable))
    known = set(readable)
    foreign = {board.id for _, board in shown if board.space_id not in known}
    return VisibleScope(readable, uids, sorted(foreign), everything=False)


def require_iterations(unit: UnitOfWork) -> None:
    """Stop here when the company has iterations switched off.

    Raises:
        FeatureOff: it has.
    """
    if unit.actor.iterations_off_at is not None:
        raise FeatureOff
    if unit.demands is not None:
        unit.demands.iterations = True


def require_owner(unit: UnitOfWork) -> None:
    """Stop here unless the actor is an owner of the company.

    Raises:
        Forbidden: they are none.
    """
    if unit.actor.company_role != CompanyRole.OWNER:
        raise Forbidden


def _demand(unit: UnitOfWork, accesses: Sequence[SpaceAccess], need: int, *, hidden: bool) -> None:
    """Demand a role in one of these spaces; with `hidden`, who has none does not hear of it."""
    role: int = 0
    for one in accesses:
        role = max(role, role_in_space(unit.actor.company_role, one) or 0)
    if role < need:
        raise NotFound if hidden and not role else Forbidden
    if unit.demands is not None:
        demand = Demand([access.space_id for access in accesses], need, hidden)
        if demand not in unit.demands.spaces:
            unit.demands.spaces.append(demand)


def demand_again(unit: UnitOfWork, demands: Demands) -> None:
    """Demand of the actor as they are now what a write demanded of them before.

    A space that was deleted since is looked at as if it were not: it may be what was asked for.

    Raises:
        FeatureOff, NotFound, Forbidden: as the write would.
    """
    if demands.iterations:
        require_iterations(unit)
    for demand in demands.spaces:
        _demand(unit, _accesses_to(unit, demand), demand.need, hidden=demand.hidden)


def _accesses_to(unit: UnitOfWork, demand: Demand) -> list[SpaceAccess]:
    found = (spaces.access_to_any(unit.tx, unit.actor, id_) for id_ in demand.space_ids)
    return [access for access in found if access]


def demands_left(unit: UnitOfWork) -> Demands:
    """Return what the actor had to be allowed and still is.

    The rest the write itself took away, as leaving a space does: its retry is answered.
    """
    demands = unit.demands or Demands()
    return Demands(
        [demand for demand in demands.spaces if _meets(unit, demand)], demands.iterations
    )


def _meets(unit: UnitOfWork, demand: Demand) -> bool:
    roles = (role_in_space(unit.actor.company_role, one) for one in _accesses_to(unit, demand))
    return max((role or 0 for role in roles), default=0) >= demand.need
