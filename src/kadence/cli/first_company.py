"""The first start of a server that nobody has run `kadence init` for, as in a container."""

from collections.abc import Mapping

from kadence.cli.configuration import FIRST_COMPANY
from kadence.cli.init import initialise
from kadence.domain.errors import AlreadyInitialised
from kadence.settings import InvalidSetting, Settings
from kadence.usecases import setup
from kadence.web.invitations import login_path


def make_first_company(settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Make the company that the environment names, unless there is one; return where to sign in.

    That is a path of the server with a key in it: it works once.

    Raises:
        KadenceError: only some of the variables are set, the address is none, or the database
            cannot be used.
    """
    values = [environment.get(name, "") for name in FIRST_COMPANY]
    if not any(values):
        return None
    if not all(values):
        raise InvalidSetting(f"set all three or none: {', '.join(FIRST_COMPANY)}")
    company, email, name = values
    make = setup.initialise_for_a_person
    try:
        return login_path(
            initialise(
                settings.database, make, company, email, name, retention=settings.retention
            ).login_token
        )
    except AlreadyInitialised:
        return None
