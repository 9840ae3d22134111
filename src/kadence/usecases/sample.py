"""Believable sample data for the demo, written through the use cases like anybody's.

Half a year of a team's work is played in the order in which it would have happened, with a clock
that is set to each moment of it; how the chances fall is the same every time.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from kadence.domain.access import Actor
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.model import (
    Card,
    CompanyRole,
    Instant,
    Iteration,
    SpaceRole,
    SpaceVisibility,
    User,
)
from kadence.storage import boards, cards, iteration_cards
from kadence.usecases.calendars import ChangeCalendar, change_calendar
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.card_members import AddCardMember, add_card_member
from kadence.usecases.cards import change_card, create_card
from kadence.usecases.comments import AddComment, add_comment
from kadence.usecases.iteration_cards import AddCard, add_card, remove_card
from kadence.usecases.iterations import change_iteration, create_iteration
from kadence.usecases.members import AddMember, add_member
from kadence.usecases.people import make_user
from kadence.usecases.planning import ChangeCapacity, change_capacity
from kadence.usecases.sample_story import (
    ACTIVE,
    BACKLOG,
    COMMENTS,
    NEXT,
    OWNER,
    SIZES,
    SPRINTS,
    TAGS,
    TEAM,
    TITLES,
    Sprint,
)
from kadence.usecases.setup import Initialised, initialise
from kadence.usecases.spaces import CreateSpace, create_space
from kadence.usecases.tags import CreateTag, add_card_tag
from kadence.usecases.unit_of_work import UnitOfWork

ZONE = ZoneInfo("Europe/Berlin")
LENGTH = 14
"""Days of a sprint: two weeks, in which it runs from Monday to the second Friday."""
_THURSDAY = 3


class _Deed(Struct, frozen=True, order=True):
    """Something that is done at a moment; `place` keeps deeds of one moment apart."""

    at: Instant
    place: int
    do: Callable[[], object]


def fill(unit: UnitOfWork) -> Initialised:
    """Make a company of five with two spaces, and return what its first person needs.

    There are eight closed sprints, one half way, one planned, and a backlog.
    """
    today = unit.now
    day = datetime.fromtimestamp(today / 1000, ZONE).date()
    monday = day - timedelta(days=day.weekday())
    # Half way is what the active sprint should be, whatever weekday it is.
    begun = monday if day.weekday() >= _THURSDAY else monday - timedelta(days=7)
    first = begun - timedelta(days=LENGTH * len(SPRINTS))
    unit.now = _at(first - timedelta(days=4), 9)
    made = initialise(unit, "Orchard", *OWNER, "Orchard web")
    people = [make_user(unit, *person, CompanyRole.USER) for person in TEAM]
    for person in people:
        add_member(unit, made.space_id, AddMember(person.email, SpaceRole.WRITER))
    change_calendar(
        unit,
        made.space_uid,
        ChangeCalendar(time_zone=ZONE.key, days_off=[(first + timedelta(days=18)).isoformat()]),
    )
    story = _Story(unit, made, people, today)
    story.tell(first)
    unit.now = today
    _second_space(unit, people)
    return made


def _at(day: date, hour: float) -> Instant:
    local = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)
    return int(local.astimezone(UTC).timestamp() * 1000)


class _Story:
    """The sprints of one space, one after the other."""

    def __init__(
        self, unit: UnitOfWork, made: Initialised, people: list[User], today: Instant
    ) -> None:
        board = boards.BOARDS.find(unit.tx, unit.actor.company_id, made.board_id)
        assert board is not None  # noqa: S101 - it was made just now
        self._unit = unit
        self._made = made
        self._people = people
        self._today = today
        self._columns = [column.id for column in boards.columns_of(unit.tx, board)]
        self._chance = Random(7)  # noqa: S311 - sample data
        titles = list(TITLES)
        self._chance.shuffle(titles)
        self._titles = iter(titles)

    def tell(self, first: date) -> None:
        """Plan, run and close the sprints, the first of which begins on this Monday."""
        self._following = self._plan(SPRINTS[0], first)
        self._fill(SPRINTS[0], self._following)
        for number, sprint in enumerate((*SPRINTS, ACTIVE)):
            monday = first + timedelta(days=LENGTH * number)
            iteration, upcoming = self._following, (*SPRINTS, ACTIVE, NEXT)[number + 1]
            length = sprint.cut or LENGTH - 3
            self._unit.now = _at(monday, 9)
            self._set_status(iteration, "active")
            self._run(sprint, iteration, monday, upcoming)
            if sprint is not ACTIVE:
                self._unit.now = _at(monday + timedelta(days=length), 17)
                self._set_status(iteration, "closed", self._following.id)
                self._unit.now += 60_000
            self._fill(upcoming, self._following)
        self._unit.now = self._today
        for _ in range(BACKLOG):
            self._card()
        create_iteration(self._unit, self._made.space_uid, CreateIteration("Later: ideas, no date"))

    def _plan(self, sprint: Sprint, monday: date) -> Iteration:
        friday = monday + timedelta(days=LENGTH - 3)
        dates = (_midnight(monday), _midnight(friday))
        space_uid = self._made.space_uid
        new = CreateIteration(sprint.title, sprint.goal, *dates)
        iteration = create_iteration(self._unit, space_uid, new)
        return change_capacity(self._unit, space_uid, iteration.id, ChangeCapacity(sprint.capacity))

    def _fill(self, sprint: Sprint, iteration: Iteration) -> None:
        for _ in range(sprint.planned):
            self._add(iteration)

    def _card(self) -> Card:
        chance = self._chance
        size = None if chance.random() < 0.06 else chance.choice(SIZES)  # noqa: PLR2004 - a few
        person = chance.choice(self._people) if chance.random() < 0.8 else None  # noqa: PLR2004
        new = CreateCard(
            next(self._titles),
            self._made.board_id,
            size_text=size,
            responsible_id=person.id if person else None,
        )
        card = create_card(self._unit, new).card
        if chance.random() < 0.3:  # noqa: PLR2004 - some of them
            add_card_tag(self._unit, card.id, CreateTag(chance.choice(TAGS)))
        return card

    def _add(self, iteration: Iteration) -> None:
        card = self._card()
        add_card(self._unit, self._made.space_uid, iteration.id, AddCard(card.uid))

    def _run(self, sprint: Sprint, iteration: Iteration, monday: date, upcoming: Sprint) -> None:
        """Do the work of a sprint, as far as it came by today, and plan the one after it."""
        length = sprint.cut or LENGTH - 3

        def plan() -> None:
            self._following = self._plan(upcoming, monday + timedelta(days=LENGTH))

        told = [*self._deeds(sprint, iteration, length), (min(length * 0.5, 2.2), plan)]
        deeds = [
            _Deed(_moment(monday, days, length), place, do) for place, (days, do) in enumerate(told)
        ]
        for deed in sorted(deeds):
            if deed.at < self._today:
                self._unit.now = max(deed.at, self._unit.now)
                deed.do()

    def _deeds(
        self, sprint: Sprint, iteration: Iteration, length: int
    ) -> Iterator[tuple[float, Callable[[], object]]]:
        """Yield what happens in a sprint, each after so many of its days."""
        chance = self._chance
        work = [card for _, card in iteration_cards.standing_with_cards(self._unit.tx, iteration)]
        chance.shuffle(work)
        done = round(len(work) * sprint.done)
        for place, card in enumerate(work):
            # One after the other, two or three at a time, some a little out of turn.
            begins = max(length * (place - 1.5) / len(work), 0) * chance.uniform(0.8, 1.1)
            yield begins, self._mover(card, 1)
            if place < done:
                ends = begins + chance.uniform(0.8, 3.2)
                yield min(ends, length - 0.6), self._mover(card, 2)
        for card in work[: sprint.reopened]:
            yield length * 0.62, self._mover(card, 1)
            yield length * 0.8, self._mover(card, 2)
        for card in work[len(work) - sprint.resized :]:
            yield length * 0.3, self._resizer(card)
        for card in work[done : done + sprint.dropped]:
            yield length * 0.5, self._dropper(iteration, card)
        for _ in range(sprint.late):
            yield length * chance.uniform(0.25, 0.6), lambda: self._add(iteration)
        for card in work[:2]:
            yield length * 0.2, self._talker(card)

    def _mover(self, card: Card, to: int) -> Callable[[], object]:
        return lambda: change_card(self._unit, card.id, ChangeCard(column_id=self._columns[to]))

    def _resizer(self, card: Card) -> Callable[[], object]:
        def resize() -> None:
            found = cards.CARDS.find(self._unit.tx, card.company_id, card.id)
            larger = {"1": "2", "2": "3", "3": "5", "5": "8"}.get((found or card).size_text or "")
            change_card(self._unit, card.id, ChangeCard(size_text=larger or "5"))

        return resize

    def _dropper(self, iteration: Iteration, card: Card) -> Callable[[], object]:
        space_uid = self._made.space_uid
        return lambda: remove_card(self._unit, space_uid, iteration.id, card.uid, None)

    def _talker(self, card: Card) -> Callable[[], object]:
        comment, person = self._chance.choice(COMMENTS), self._chance.choice(self._people)

        def talk() -> None:
            add_comment(self._unit, card.id, AddComment(comment))
            add_card_member(self._unit, card.id, AddCardMember(person.id))

        return talk

    def _set_status(self, iteration: Iteration, status: str, following: str | None = None) -> None:
        change = ChangeIteration(status=ChangeableStatus(status), new_iteration_id=following)
        change_iteration(self._unit, self._made.space_uid, iteration.id, change)


def _midnight(day: date) -> Instant:
    """Return a bare date as the API keeps it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _moment(monday: date, days: float, length: int) -> Instant:
    """So many working days after this Monday morning, between nine and six."""
    working = [n for n in range(length + 1) if (monday + timedelta(days=n)).weekday() < 5]  # noqa: PLR2004
    place = min(days / (length + 1) * len(working), len(working) - 0.01)
    day = monday + timedelta(days=working[int(place)])
    return _at(day, 9 + 9 * (place % 1))


def _second_space(unit: UnitOfWork, people: list[User]) -> None:
    """A space that not everybody sees, made by somebody else."""
    maker = people[0]
    unit.actor = Actor(maker.id, maker.uid, unit.actor.company_id, CompanyRole.USER)
    space, _ = create_space(
        unit, CreateSpace("Инфраструктура", "По приглашению", access=SpaceVisibility.BY_INVITE)
    )
    add_member(unit, space.id, AddMember(people[1].email, SpaceRole.READER))
    create_iteration(unit, space.uid, CreateIteration("Переезд на новую базу"))
