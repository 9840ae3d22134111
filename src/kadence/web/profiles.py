"""What goes over the wire of what people say of themselves."""

from collections.abc import Sequence

from kadence.domain.error_ids import ErrorId
from kadence.usecases import profiles as usecases
from kadence.usecases.profiles import ChangeProfile
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.route import Route
from kadence.web.sessions import proof_of

PROFILE = Body("Profile", ChangeProfile)


async def change_profile(context: RequestContext) -> RenderedResponse[UserAnswer]:
    """Change one's own name, e-mail address, language or time zone; for owners, anybody's.

    Not with an API token of one's own, and not of another owner. Another address of one's own
    needs the password (`current`), where there is one.
    """
    asked = await context.body(PROFILE)
    user_id, change = context.id("user_id"), asked.command
    proved = None
    if isinstance(change, ChangeProfile) and change.current is not None:
        proved = await proof_of(context, change.current)
    return await context.write_secret(
        asked, user_answer, usecases.change_profile, user_id, change, proved
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "PATCH",
        "/people/{user_id}",
        change_profile,
        "People",
        body=PROFILE,
        errors=(
            ErrorId.EMAIL_INVALID,
            ErrorId.EMAIL_TAKEN,
            ErrorId.ZONE_UNKNOWN,
            ErrorId.PASSWORD_WRONG,
        ),
    ),
)
