"""The few functions through which use cases enter spaces, boards and cards; reviewed here once."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.access import Door, role_in_space
from kadence.domain.errors import FeatureOff, Forbidden, NotFound
from kadence.domain.model import Board, Card, CompanyRole, SpaceRole
from kadence.storage import boards, cards, spaces, surroundings
from kadence.storage.boards import Showing
from kadence.storage.surroundings import Around
from kadence.usecases.unit import Unit


class BoardDoor(Struct, frozen=True):
    """A board that the actor has been let into: with the space in which it is primary."""

    board: Board
    space_uid: str
    doors: list[Door]
    shown: list[Showing]
    """The spaces that show the board to the actor, first the one in which it is primary."""

    def role(self, unit: Unit, space_id: int) -> SpaceRole | None:
        """The actor's role in one of the spaces that show the board."""
        for door in self.doors:
            if door.space_id == space_id:
                return role_in_space(unit.actor.company_role, door)
        return None


class Reach(Struct, frozen=True):
    """What the actor can read: these spaces, and these boards that they show of other ones.

    `everything` says that it is all of the company, so that nothing needs to be left out.
    """

    space_ids: list[int]
    space_uids: list[str]
    board_ids: list[int]
    everything: bool


def enter_by_uid(unit: Unit, space_uid: str, need: SpaceRole) -> Door:
    """Enter a space by its uid, as the iterations routes do.

    Raises:
        NotFound: no such space in the actor's company.
        Forbidden: the actor's role there is lower than `need`, or none.
    """
    door = spaces.door_by_uid(unit.tx, unit.actor, space_uid)
    if door is None:
        raise NotFound
    role = role_in_space(unit.actor.company_role, door)
    if role is None or role < need:
        raise Forbidden
    return door


def title_of(unit: Unit, space_uid: str) -> str:
    """The title of a space that the actor can read.

    Raises:
        NotFound, Forbidden: as `enter_by_uid`.
    """
    door = enter_by_uid(unit, space_uid, SpaceRole.READER)
    space = spaces.SPACES.find(unit.tx, unit.actor.company_id, door.space_id)
    return space.title if space else ""


def enter_by_id(unit: Unit, space_id: int, need: SpaceRole) -> Door:
    """Enter a space by its integer id, as the workspace routes do.

    Raises:
        NotFound: no such space, or one that the actor cannot read: the two look the same.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    door = spaces.door_by_id(unit.tx, unit.actor, space_id)
    role = role_in_space(unit.actor.company_role, door) if door else None
    if door is None or role is None:
        raise NotFound
    if role < need:
        raise Forbidden
    return door


def enter_board(unit: Unit, board_id: int, need: SpaceRole) -> BoardDoor:
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
    (showing,) = unit.tx.gather(boards.spaces_showing(unit.actor, [board.id]))
    return _enter(unit, board, showing, need)


def _enter(unit: Unit, board: Board, showing: Sequence[Showing], need: SpaceRole) -> BoardDoor:
    shown = visible(unit, board, showing)
    if not shown:
        raise NotFound
    doors = [one.door for one in showing]
    primary = next(door for door in doors if door.space_id == board.space_id)
    asked = [primary] if need == SpaceRole.ADMIN else [one.door for one in shown]
    if not any((role_in_space(unit.actor.company_role, door) or 0) >= need for door in asked):
        raise Forbidden
    return BoardDoor(board, primary.space_uid, doors, shown)


def visible(unit: Unit, board: Board, showing: Sequence[Showing]) -> list[Showing]:
    """Of the spaces that show boards: those that show this one to the actor, its own first."""
    company_role = unit.actor.company_role
    spaces = [
        one for one in showing if one.board_id == board.id and role_in_space(company_role, one.door)
    ]
    spaces.sort(key=lambda one: one.door.space_id != board.space_id)
    return spaces


def open_card(unit: Unit, card_id: int, need: SpaceRole) -> tuple[Card, BoardDoor, Around]:
    """Enter a card by its integer id, through its board, which may be deleted like the card.

    Raises:
        NotFound: no such card, or none that the actor can read.
        Forbidden: the actor can read it but has a lower role than `need`.
    """
    found = surroundings.card_shown(unit.tx, unit.actor, card_id)
    if found is None:
        raise NotFound
    card, board, showing, around = found
    return card, _enter(unit, board, showing, need), around


def enter_card(unit: Unit, card_id: int, need: SpaceRole) -> tuple[Card, BoardDoor]:
    """As `open_card`, where what is around the card does not matter.

    Raises:
        NotFound, Forbidden: as `open_card`.
    """
    card, door, _ = open_card(unit, card_id, need)
    return card, door


def enter_card_by_uid(unit: Unit, card_uid: str) -> Card:
    """Enter a card by its uid to read it, as the iterations routes do.

    Raises:
        NotFound: no such card in the actor's company, or its space is deleted.
        Forbidden: the actor cannot read it.
    """
    card = cards.find_by_uid(unit.tx, unit.actor.company_id, card_uid)
    if card is None:
        raise NotFound
    (showing,) = unit.tx.gather(boards.spaces_showing(unit.actor, [card.board_id]))
    if not showing:
        raise NotFound
    if not any(role_in_space(unit.actor.company_role, one.door) for one in showing):
        raise Forbidden
    return card


def readable_card(unit: Unit, card_uid: str) -> Card:
    """The card that a body names by its uid.

    Raises:
        NotFound: there is none, or none that the actor can read.
    """
    try:
        return enter_card_by_uid(unit, card_uid)
    except Forbidden:
        raise NotFound from None


def reach(unit: Unit) -> Reach:
    """All that the actor can read."""
    (doors,) = unit.tx.gather(spaces.doors(unit.actor))
    return reach_by(unit, doors)


def reach_by(unit: Unit, doors: Sequence[Door]) -> Reach:
    """All that the actor can read, by all the doors of the company."""
    inside = [d for d in doors if role_in_space(unit.actor.company_role, d) is not None]
    readable, uids = [door.space_id for door in inside], [door.space_uid for door in inside]
    if unit.actor.company_role == CompanyRole.OWNER:
        return Reach(readable, uids, [], everything=True)
    (shown,) = unit.tx.gather(boards.in_spaces(unit.actor.company_id, readable))
    known = set(readable)
    foreign = {board.id for _, board in shown if board.space_id not in known}
    return Reach(readable, uids, sorted(foreign), everything=False)


def require_iterations(unit: Unit) -> None:
    """Stop here when the company has iterations switched off.

    Raises:
        FeatureOff: it has.
    """
    if unit.actor.iterations_off_at is not None:
        raise FeatureOff
