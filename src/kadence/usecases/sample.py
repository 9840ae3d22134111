"""Believable sample data for the demo, written through the use cases like anybody's."""

from kadence.domain.access import Actor
from kadence.domain.model import CompanyRole, Instant, SpaceAccess, SpaceRole
from kadence.usecases.iterations import NewIteration, create_iteration
from kadence.usecases.people import make_user
from kadence.usecases.setup import Initialised, initialise
from kadence.usecases.spaces import NewMember, NewSpace, add_member, create_space
from kadence.usecases.unit import Unit

_DAY: Instant = 24 * 60 * 60 * 1000
_FORTNIGHT = 14 * _DAY
_PEOPLE = (
    ("mikhail.orlov@example.com", "Михаил Орлов"),
    ("grace.okafor@example.com", "Grace Okafor"),
    ("yuki.tanaka@example.com", "Yuki Tanaka"),
    ("elena.petrova@example.com", "Елена Петрова"),
)
_SPRINTS = (
    ("Sprint 14: sign-up without friction", "A new team gets to its first board in a minute"),
    ("Спринт 15: быстрый поиск", "Любая карточка находится за секунду"),
    ("Sprint 16: payments in euros", "The first ten customers pay in their own currency"),
    ("Sprint 17", None),
)


def fill(unit: Unit) -> Initialised:
    """A company with five people, two spaces and iterations around today."""
    made = initialise(
        unit, "Orchard", "anna.lindqvist@example.com", "Anna Lindqvist", "Orchard web"
    )
    people = [make_user(unit, *person, CompanyRole.USER) for person in _PEOPLE]
    monday = unit.now - unit.now % _DAY
    for number, (title, goal) in enumerate(_SPRINTS):
        start = monday + (number - 1) * _FORTNIGHT
        draft = NewIteration(title, goal, start, start + _FORTNIGHT - _DAY)
        create_iteration(unit, made.space_uid, draft)
    create_iteration(unit, made.space_uid, NewIteration("Later: ideas without a date"))
    mikhail = people[0]
    unit.actor = Actor(mikhail.id, mikhail.uid, unit.actor.company_id, CompanyRole.USER)
    space, _ = create_space(
        unit, NewSpace("Инфраструктура", "По приглашению", access=SpaceAccess.BY_INVITE)
    )
    add_member(unit, space.id, NewMember(people[1].email, SpaceRole.READER))
    create_iteration(unit, space.uid, NewIteration("Переезд на новую базу"))
    return made
