"""What the server is measured against: a bare ASGI application under the same server, no database.

It decodes the same body with the same rules and encodes the same answer; what kadence adds to it is
routing, access, rules, the durable write, the journal, request ids and the log.
"""

import asyncio
import sys
import time
from typing import Any

import uvicorn

from kadence.bounded_http import BoundedHttp
from kadence.domain.errors import BadRequest
from kadence.domain.model import Iteration
from kadence.domain.values import said_period_end
from kadence.settings import Settings
from kadence.usecases.unit_of_work import random_id
from kadence.web.codec import encode
from kadence.web.iterations import CREATE, shape

JSON = b"application/json; charset=utf-8"


async def create(scope: Any, receive: Any, send: Any) -> None:
    """Answer as Create iteration does, remembering nothing."""
    body, more = b"", True
    while more:
        event = await receive()
        body += event["body"]
        more = event["more_body"]
    draft = CREATE.read(body)
    if isinstance(draft, BadRequest):
        raise draft
    start_date, start_timed = said_period_end(draft.start_date)
    finish_date, finish_timed = said_period_end(draft.finish_date)
    now = time.time_ns() // 1_000_000
    space_uid = scope["path"].split("/")[4]
    iteration = Iteration(
        company_id=1,
        id=random_id(),
        space_uid=space_uid,
        title=draft.title,
        goal=draft.goal,
        status="planned",
        creator_uid=space_uid,
        updater_uid=space_uid,
        start_date=start_date,
        finish_date=finish_date,
        actual_finish_date=None,
        sort_order=1.0,
        data=None,
        capacity=None,
        start_timed=start_timed,
        finish_timed=finish_timed,
        version=1,
        created=now,
        updated=now,
    )
    answer = encode(shape(iteration))
    headers = [(b"content-type", JSON), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer, "more_body": False})


def main() -> None:
    """Serve on the port given as the only argument until told to stop."""
    settings = Settings()
    config = uvicorn.Config(
        create,
        port=int(sys.argv[1]),
        http=BoundedHttp.within(settings.request_timeout, settings.max_connections),
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve())


if __name__ == "__main__":
    main()
