"""The first moments of a database: a company, its owner, a space with a board, and a token."""

from msgspec import Struct

from kadence.domain.access import Actor, SpaceAccess
from kadence.domain.model import Company, CompanyRole, Space, SpaceRole, User
from kadence.usecases.boards import FIRST_COLUMNS, CreateBoard, FullBoard, make_board
from kadence.usecases.columns import CreateLane
from kadence.usecases.companies import make_company
from kadence.usecases.invitations import Invited, issue_login_link
from kadence.usecases.people import make_user
from kadence.usecases.spaces import CreateSpace, create_space
from kadence.usecases.tokens import make_token
from kadence.usecases.unit_of_work import UnitOfWork


class Initialised(Struct, frozen=True):
    """What `kadence init` made: the ids that a first script needs, and the token, shown once."""

    token: str
    user_uid: str
    user_id: int
    company_uid: str
    space_uid: str
    space_id: int
    board_id: int


def initialise(
    unit: UnitOfWork, company: str, email: str, full_name: str, space: str
) -> Initialised:
    """Make the first company of an empty database, ready to plan in.

    Raises:
        BadRequest: the address is invalid.
    """
    made, owner = _make_owner(unit, company, email, full_name)
    first, full = make_space(unit, space)
    return Initialised(
        token=make_token(unit, owner, "first token", expires=None).secret,
        user_uid=owner.uid,
        user_id=owner.id,
        company_uid=made.uid,
        space_uid=first.uid,
        space_id=first.id,
        board_id=full.board.id,
    )


def initialise_for_a_person(
    unit: UnitOfWork, company: str, email: str, full_name: str, space: str
) -> Invited:
    """As `initialise`, but what comes of it is a link to sign in with, and no token.

    Raises:
        BadRequest: the address is invalid.
    """
    _make_owner(unit, company, email, full_name)
    make_space(unit, space)
    return issue_login_link(unit, email)


def _make_owner(unit: UnitOfWork, company: str, email: str, full_name: str) -> tuple[Company, User]:
    made = make_company(unit, company)
    owner = make_user(unit, email, full_name, CompanyRole.OWNER)
    unit.actor = Actor(owner.id, owner.uid, made.id, CompanyRole.OWNER)
    return made, owner


def make_space(unit: UnitOfWork, title: str) -> tuple[Space, FullBoard]:
    """Return a space with a board, ready for cards."""
    space, _ = create_space(unit, CreateSpace(title=title))
    access = SpaceAccess(space.id, space.uid, space.access, space.everyone_role, SpaceRole.ADMIN)
    return space, make_board(
        unit, access, CreateBoard("Board", columns=FIRST_COLUMNS, lanes=[CreateLane("Main lane")])
    )
