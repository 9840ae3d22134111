"""Many cards changed at once, each in its own way if need be: what a selection and its undo ask."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from kadence.domain.access import SpaceAccess
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, Forbidden, KadenceError, NotFound, RuleViolation
from kadence.domain.iteration_cards import check_entry
from kadence.domain.model import Card, Iteration, IterationCard, SpaceRole, Tag, User
from kadence.domain.values import Id, Positive, canonical_uid
from kadence.storage import cards, iterations, tags
from kadence.storage.card_relations import CardRelations
from kadence.usecases.access import (
    BoardAccess,
    authorize_card_with_relations,
    authorize_space,
    visible_scope,
)
from kadence.usecases.card_changes import bump, ensure_member
from kadence.usecases.card_commands import CardCondition, CardTitle, ChangeCard, SizeText
from kadence.usecases.card_members import check_can_take_part, person_named, take_member
from kadence.usecases.card_rows import CardRow, rows_of
from kadence.usecases.cards import apply_change, check_not_deleted
from kadence.usecases.iteration_cards import take_out_cards
from kadence.usecases.planning import NO_CARD, place_cards
from kadence.usecases.tags import CreateTag, TagName, give_tag, tag_named, take_tag
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

MOST_CARDS = 200
"""Cards that one request can name."""
MOST_NAMES = 20
"""Tags, or people, that one edit can give or take."""

Tags = Annotated[list[TagName], Meta(max_length=MOST_NAMES)]
People = Annotated[list[Id], Meta(max_length=MOST_NAMES)]


class CardEdit(Struct, frozen=True):
    """What to change of some cards; absent keys stay, null clears.

    `iteration_id` null is the backlog. In an iteration the cards go in front of the card `before`,
    or to its end. What is given twice, or taken where it is not, is as it was.
    """

    card_uids: Annotated[list[str], Meta(min_length=1, max_length=MOST_CARDS)]
    title: CardTitle | UnsetType = UNSET
    size_text: SizeText | UnsetType | None = UNSET
    condition: CardCondition | UnsetType = UNSET
    column_id: Id | UnsetType = UNSET
    lane_id: Id | UnsetType = UNSET
    sort_order: Positive | UnsetType = UNSET
    add_tags: Tags = []
    remove_tags: Tags = []
    add_member_ids: People = []
    remove_member_ids: People = []
    iteration_id: str | UnsetType | None = UNSET
    before: str | None = None


class EditCards(Struct, frozen=True):
    """Edits, done one behind the other."""

    edits: Annotated[list[CardEdit], Meta(min_length=1, max_length=MOST_CARDS)]

    def __post_init__(self) -> None:
        if sum(len(edit.card_uids) for edit in self.edits) > MOST_CARDS:
            raise BadRequest(
                ErrorId.VALUE_MANY,
                f"edits should name at most {MOST_CARDS} cards",
                key="edits",
                most=MOST_CARDS,
            )


class Refused(Struct, frozen=True):
    """A card with which nothing was done, and why."""

    card_uid: str
    error: KadenceError


class Edited(Struct, frozen=True):
    """The cards as they are now, and those with which nothing was done."""

    rows: Sequence[CardRow]
    refused: Sequence[Refused]


class _Given(Struct, frozen=True):
    """What an edit names, found."""

    tags: Sequence[Tag]
    people: Sequence[User]
    goal: Iteration | None


class _Found(Struct, frozen=True):
    """A card that may be edited, with what is around it."""

    card: Card
    access: BoardAccess
    relations: CardRelations


def edit_cards(unit: UnitOfWork, space_uid: str, validated: Validated[EditCards]) -> Edited:
    """Change many cards of a space, all in one transaction; one that is refused hinders no other.

    Raises:
        KadenceError: NotFound, Forbidden (no writer of the space), BadRequest, RuleViolation
            (codes 1, 2: no such column or lane; 1: no such person, or one who has left; 4: the
            iteration is not in this space).
    """
    access = authorize_space(unit, space_uid, SpaceRole.WRITER)
    wanted = unwrap(validated)
    touched: dict[int, None] = {}
    refused: list[Refused] = []
    for edit in wanted.edits:
        given = _given(unit, access, edit)
        passed = []
        for uid in dict.fromkeys(canonical_uid(uid) or uid for uid in edit.card_uids):
            try:
                passed.append(_found(unit, access, edit, given.goal, uid))
            except (NotFound, Forbidden, RuleViolation) as error:
                refused.append(Refused(uid, error))
        stored = [_edited(unit, found, edit, given) for found in passed]
        _plan(unit, edit, given.goal, stored)
        touched |= dict.fromkeys(card.id for card in stored)
    company_id = unit.actor.company_id
    found = {card.id: card for card in cards.CARDS.among(unit.tx, "id", company_id, list(touched))}
    scope = visible_scope(unit)
    return Edited(rows_of(unit, [found[id_] for id_ in touched], scope.space_uids), refused)


def _given(unit: UnitOfWork, access: SpaceAccess, edit: CardEdit) -> _Given:
    """Find what an edit names; tags that nobody has yet are made.

    Raises:
        RuleViolation: no such person, or no such iteration in the space.
    """
    goal = None
    if isinstance(edit.iteration_id, str):
        iteration_id = edit.iteration_id.lower()
        company_id = unit.actor.company_id
        goal = iterations.find(unit.tx, company_id, access.space_uid, iteration_id)
        if goal is None:
            raise RuleViolation(
                ErrorId.TARGET_ELSEWHERE, 4, "iteration_id should be an iteration of this space"
            )
    return _Given(
        [tag_named(unit, CreateTag(name)) for name in edit.add_tags],
        [person_named(unit, user_id) for user_id in edit.add_member_ids],
        goal,
    )


def _found(
    unit: UnitOfWork, access: SpaceAccess, edit: CardEdit, goal: Iteration | None, uid: str
) -> _Found:
    """Return a card that a space shows and with which an edit can be done.

    Raises:
        KadenceError: Forbidden, RuleViolation (NO_CARD; as in changing a card and in adding one).
    """
    card = cards.find_by_uid(unit.tx, unit.actor.company_id, uid)
    shown = False
    if card is not None:
        try:
            card, board, relations = authorize_card_with_relations(unit, card.id, SpaceRole.WRITER)
        except NotFound:
            card = None
        else:
            shown = access.space_id in {one.access.space_id for one in board.shown}
    if card is None or not shown:
        raise RuleViolation(ErrorId.CARD_UNKNOWN, NO_CARD, "No such card")
    check_not_deleted(card)
    if goal is not None:
        condition = card.condition if edit.condition is UNSET else edit.condition
        check_entry(goal, replace(card, condition=int(condition)), access.space_id)
    return _Found(card, board, relations)


def _edited(unit: UnitOfWork, found: _Found, edit: CardEdit, given: _Given) -> Card:
    """Do with one card all but what is about its iteration."""
    card, access = found.card, found.access
    change = ChangeCard(
        title=edit.title,
        size_text=edit.size_text,
        condition=edit.condition,
        column_id=edit.column_id,
        lane_id=edit.lane_id,
        sort_order=edit.sort_order,
    )
    if change != ChangeCard():
        card, _ = apply_change(unit, card, (access, access), found.relations, change)
    for tag in given.tags:
        give_tag(unit, access.space_uid, card, tag)
        card = _again(unit, card)
    if edit.remove_tags:
        (there,) = unit.tx.fetch_batch(tags.of_cards(card.company_id, [card.id]))
        for use in [use for use, tag in there if tag.name in edit.remove_tags]:
            take_tag(unit, access.space_uid, card, use)
            card = _again(unit, card)
    for user in given.people:
        if cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user.id) is None:
            check_can_take_part(user)
            card = bump(unit, card)
            ensure_member(unit, access, card, user.id)
    for user_id in edit.remove_member_ids:
        member = cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user_id)
        if member is not None:
            take_member(unit, access, card, member)
            card = _again(unit, card)
    return card


def _again(unit: UnitOfWork, card: Card) -> Card:
    """Return a card as it is after a change that keeps it elsewhere."""
    stored = cards.CARDS.find(unit.tx, card.company_id, card.id)
    assert stored is not None  # noqa: S101 - rows of cards stay
    return stored


def _plan(unit: UnitOfWork, edit: CardEdit, goal: Iteration | None, moving: Sequence[Card]) -> None:
    """Have cards stand in an iteration, or in none."""
    if edit.iteration_id is UNSET or not moving:
        return
    if goal is None:
        take_out_cards(unit, moving)
        return
    before = (edit.before or "").lower()

    def index(staying: Sequence[IterationCard]) -> int:
        # In front of one that has left is at the end: undo leaves out what is not there any more.
        uids = [record.card_uid for record in staying]
        return uids.index(before) if before in uids else len(uids)

    place_cards(unit, goal, moving, index)
