"""What goes over the wire about the company (contract: workspace.md, Users)."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.model import Company
from kadence.usecases import companies as usecases
from kadence.usecases.companies import ChangeCompany
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.route import Route


class CompanyAnswer(Struct, frozen=True):
    """The company of the person who asks."""

    id: int
    uid: Uid
    name: str
    created: When
    updated: When


CHANGE = Body("Company", ChangeCompany)


def _company(company: Company) -> CompanyAnswer:
    return CompanyAnswer(
        company.id,
        company.uid,
        company.name,
        format_timestamp(company.created),
        format_timestamp(company.updated),
    )


async def get_company(context: RequestContext) -> CompanyAnswer:
    """Get the company of the caller."""
    return _company(await context.read_inline(usecases.get_company, context.nothing()))


async def rename_company(context: RequestContext) -> RenderedResponse[CompanyAnswer]:
    """Give the company another name; its owner can."""
    asked = await context.body(CHANGE)
    return await context.write(asked, _company, usecases.rename_company, asked.command)


ROUTES: Sequence[Route] = (
    Route("GET", "/companies/current", get_company, "People"),
    Route("PATCH", "/companies/current", rename_company, "People", body=CHANGE),
)
