"""Believable sample data for the demo, written through the use cases like anybody's."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.access import Actor
from kadence.domain.lifecycle import IterationChange
from kadence.domain.model import (
    Card,
    CompanyRole,
    Instant,
    Iteration,
    SpaceAccess,
    SpaceRole,
    User,
)
from kadence.storage import boards
from kadence.usecases.cards import CardChange, NewCard, change_card, create_card
from kadence.usecases.comments import add_comment
from kadence.usecases.iterations import NewIteration, change_iteration, create_iteration
from kadence.usecases.membership import add_card
from kadence.usecases.people import make_user
from kadence.usecases.setup import Initialised, initialise
from kadence.usecases.spaces import NewMember, NewSpace, add_member, create_space
from kadence.usecases.tags import NewTag, add_card_tag
from kadence.usecases.unit import Unit

_DAY: Instant = 24 * 60 * 60 * 1000
_FORTNIGHT = 14 * _DAY
_PEOPLE = (
    ("mikhail.orlov@example.com", "Михаил Орлов"),
    ("grace.okafor@example.com", "Grace Okafor"),
    ("yuki.tanaka@example.com", "Yuki Tanaka"),
    ("elena.petrova@example.com", "Елена Петрова"),
)


class _Sprint(Struct, frozen=True):
    """A sprint with its cards: title, size, and by its end or today 1 queued, 2 begun, 3 done."""

    title: str
    goal: str | None
    cards: Sequence[tuple[str, str | None, int]]


_SPRINTS = (
    _Sprint(
        "Sprint 13: invitations",
        "A team invites itself",
        (
            ("Invite by e-mail", "5", 3),
            ("Роли в пространстве", "8", 3),
            ("Resend an invitation", "2", 3),
            ("Say who invited whom", "3", 1),
        ),
    ),
    _Sprint(
        "Sprint 14: sign-up without friction",
        "A new team gets to its first board in a minute",
        (
            ("Sign up with a work address", "5", 3),
            ("A first board from a template", "8", 3),
            ("Подсказки на пустой доске", "3", 3),
            ("Fewer questions, asked later", "3", 3),
            ("Measure where people give up", "5", 2),
        ),
    ),
    _Sprint(
        "Спринт 15: быстрый поиск",
        "Любая карточка находится за секунду",
        (
            ("Поиск по заголовкам", "5", 3),
            ("Search in every alphabet", "3", 3),
            ("検索結果を並べ替える", "2", 2),
            ("Search while typing", "5", 2),
            ("Поиск по комментариям", "8", 1),
            ("Remember recent searches", None, 1),
        ),
    ),
    _Sprint(
        "Sprint 16: payments in euros",
        "The first ten customers pay in their own currency",
        (
            ("Prices in euros", "5", 1),
            ("Invoices with VAT", "8", 1),
            ("Refunds", "3", 1),
        ),
    ),
    _Sprint("Sprint 17", None, ()),
)
_BACKLOG = (
    ("Dark mode", "8"),
    ("Тёмная тема в письмах", "3"),
    ("Export to a spreadsheet", "5"),
    ("Keyboard shortcuts", "M"),
    ("Board for a large screen", None),
)
_CLOSED, _ACTIVE = 2, 3
"""How many of the sprints are closed, and up to which they are active."""


def fill(unit: Unit) -> Initialised:
    """A company with five people, two spaces, and sprints with their cards around today."""
    today = unit.now
    # Today is in the middle of the active sprint.
    unit.now = today - today % _DAY - _CLOSED * _FORTNIGHT - 9 * _DAY
    made = initialise(
        unit, "Orchard", "anna.lindqvist@example.com", "Anna Lindqvist", "Orchard web"
    )
    people = [make_user(unit, *person, CompanyRole.USER) for person in _PEOPLE]
    _plan(unit, made, people, today)
    unit.now = today
    create_iteration(unit, made.space_uid, NewIteration("Later: ideas without a date"))
    for title, size in _BACKLOG:
        create_card(unit, NewCard(title, made.board_id, size_text=size))
    mikhail = people[0]
    unit.actor = Actor(mikhail.id, mikhail.uid, unit.actor.company_id, CompanyRole.USER)
    space, _ = create_space(
        unit, NewSpace("Инфраструктура", "По приглашению", access=SpaceAccess.BY_INVITE)
    )
    add_member(unit, space.id, NewMember(people[1].email, SpaceRole.READER))
    create_iteration(unit, space.uid, NewIteration("Переезд на новую базу"))
    return made


def _plan(unit: Unit, made: Initialised, people: Sequence[User], today: Instant) -> None:
    """Plan, run and close the sprints, one fortnight after the other."""
    monday = unit.now + _DAY
    board = boards.BOARDS.find(unit.tx, unit.actor.company_id, made.board_id)
    assert board is not None  # noqa: S101 - it was made just now
    columns = [column.id for column in boards.columns_of(unit.tx, board)]
    planned = []
    for number, sprint in enumerate(_SPRINTS):
        start = monday + number * _FORTNIGHT
        draft = NewIteration(sprint.title, sprint.goal, start, start + _FORTNIGHT - 3 * _DAY)
        planned.append(create_iteration(unit, made.space_uid, draft))
    for number, sprint in enumerate(_SPRINTS):
        cards = _cards(unit, made, planned[number], sprint, people)
        if number < _ACTIVE:
            unit.now = monday + number * _FORTNIGHT
            _set_status(unit, planned[number], "active")
            _work(unit, sprint, cards, columns, today)
        if number < _CLOSED:
            unit.now = monday + (number + 1) * _FORTNIGHT - 3 * _DAY
            _set_status(unit, planned[number], "closed", planned[number + 1].id)


def _cards(
    unit: Unit, made: Initialised, iteration: Iteration, sprint: _Sprint, people: Sequence[User]
) -> list[Card]:
    cards = []
    for place, (title, size, _) in enumerate(sprint.cards):
        responsible = people[place % len(people)].id
        draft = NewCard(title, made.board_id, size_text=size, responsible_id=responsible)
        card = create_card(unit, draft).card
        add_card(unit, iteration.space_uid, iteration.id, card.uid)
        cards.append(card)
    if cards:
        add_card_tag(unit, cards[0].id, NewTag("customer"))
        add_comment(unit, cards[0].id, "Asked for by three teams this month.")
    return cards


def _work(
    unit: Unit, sprint: _Sprint, cards: Sequence[Card], columns: Sequence[int], today: Instant
) -> None:
    """Move the cards as far as they came, a day or two apart, but not beyond today."""
    for card, (_, _, came_to) in zip(cards, sprint.cards, strict=True):
        for state in range(2, came_to + 1):
            unit.now = min(unit.now + _DAY, today)
            change_card(unit, card.id, CardChange(column_id=columns[state - 1]))


def _set_status(
    unit: Unit, iteration: Iteration, status: str, following: str | None = None
) -> None:
    change = IterationChange(status=status, new_iteration_id=following)
    change_iteration(unit, iteration.space_uid, iteration.id, change)
