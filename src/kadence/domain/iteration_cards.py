"""Which card may enter or leave an iteration, and which go on when it ends (Endpoints 4 to 8)."""

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.lifecycle import ACTIVE, CLOSED, OPEN
from kadence.domain.model import Card, ColumnType, Condition, Iteration


def check_entry(iteration: Iteration, card: Card, space_id: int) -> None:
    """Refuse a card that the iteration cannot take; `space_id` is the iteration's space.

    Raises:
        RuleViolation: code 3, the iteration has ended; 2, the card's board is not primary in the
            space; 4, the card is archived or deleted. In this order.
    """
    if iteration.status not in OPEN:
        raise RuleViolation(ErrorId.ITERATION_CLOSED, 3, "Can't add card to finished iteration")
    if card.space_id != space_id:
        raise RuleViolation(
            ErrorId.CARD_FOREIGN_BOARD, 2, "Card should be on a primary board of this space"
        )
    if card.condition != Condition.LIVE:
        raise RuleViolation(ErrorId.CARD_DELETED, 4, "Can't add archived or deleted card")


def check_exit(iteration: Iteration) -> None:
    """Refuse to take a card out of an iteration that has ended: its numbers are frozen.

    Raises:
        RuleViolation: code 5.
    """
    if iteration.status not in OPEN:
        raise RuleViolation(
            ErrorId.ITERATION_CLOSED, 5, "Can't remove card from finished iteration"
        )


def moves_on_closing(card: Card) -> bool:
    """Return whether a card goes on to the next iteration when its own closes.

    An unfinished and live one does.
    """
    return card.condition == Condition.LIVE and card.state != ColumnType.DONE


def moves_on_deleting(iteration: Iteration, card: Card, space_id: int) -> bool:
    """Return whether a card of an iteration that is deleted goes on to the next one.

    From a planned or active one every live card does; from a closed one what is unfinished, in no
    other planned or active iteration, and still on a primary board of the space.
    """
    if card.condition != Condition.LIVE:
        return False
    if iteration.status != CLOSED:
        return True
    return card.state != ColumnType.DONE and card.iteration_id is None and card.space_id == space_id


def leaves_when_archived(iteration_status: str) -> bool:
    """Return whether archiving takes a card out of its iteration.

    Out of a plan it does. What was begun stays counted.
    """
    return iteration_status != ACTIVE
