"""What the server is measured against: the same framework, server and answer, no database.

It decodes the same body with the same rules and encodes the same answer; what kadence adds to it is
access, rules, the durable write, the journal, request ids and the log.
"""

import asyncio
import sys
import time

import uvicorn
from litestar import Litestar, Request
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from kadence.domain.errors import BadRequest
from kadence.domain.model import Iteration
from kadence.usecases.unit_of_work import random_id
from kadence.web.codec import encode
from kadence.web.iterations import CREATE, shape

JSON = "application/json; charset=utf-8"


async def create(request: Request) -> ASGIResponse:  # type: ignore[type-arg]
    """Answer as Create iteration does, remembering nothing."""
    draft = CREATE.read(await request.body())
    if isinstance(draft, BadRequest):
        return ASGIResponse(status_code=400)
    now = time.time_ns() // 1_000_000
    space_uid = request.scope["path_params"]["space_uid"]
    iteration = Iteration(
        company_id=1,
        id=random_id(),
        space_uid=space_uid,
        title=draft.title,
        goal=draft.goal,
        status="planned",
        creator_uid=space_uid,
        updater_uid=space_uid,
        start_date=draft.start_date,
        finish_date=draft.finish_date,
        actual_finish_date=None,
        sort_order=1.0,
        data=None,
        capacity=None,
        start_timed=draft.start_timed,
        finish_timed=draft.finish_timed,
        version=1,
        created=now,
        updated=now,
    )
    return ASGIResponse(body=encode(shape(iteration)), media_type=JSON)


def main() -> None:
    """Serve on the port given as the only argument until told to stop."""
    handler = HTTPRouteHandler(
        "/api/latest/spaces/{space_uid:str}/iterations",
        http_method=HttpMethod.POST,
        status_code=200,
    )(create)
    app = Litestar([handler], openapi_config=None, logging_config=None)
    config = uvicorn.Config(
        app,
        port=int(sys.argv[1]),
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve())


if __name__ == "__main__":
    main()
