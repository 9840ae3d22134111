"""Errors that a client asks for with `X-Kadence-Fault`, to try its retry code."""

from collections.abc import Callable

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, KadenceError, StorageBusy
from kadence.web import errors
from kadence.web.rate_limit import too_many_requests
from kadence.web.requests import Request
from kadence.web.responses import Response

_ANSWERS: dict[bytes, Callable[[], Response]] = {
    b"429": too_many_requests,
    b"500": lambda: errors.response(KadenceError()),
    b"503": lambda: errors.response(StorageBusy()),
}


async def fault(request: Request) -> Response | None:
    """Return the error that a request asks for, None if it asks for none.

    `429`, `500` and `503` are answered before anything is done; with `timeout` nothing is done and
    no answer comes until the client gives up. Only `kadence demo` has this.
    """
    wanted = request.headers.get(b"x-kadence-fault")
    if wanted is None:
        return None
    if wanted in _ANSWERS:
        return _ANSWERS[wanted]()
    if wanted == b"timeout":
        await request.wait_until_gone()
        return Response(400, [])
    words = "X-Kadence-Fault should be one of: 429, 500, 503, timeout"
    return errors.response(BadRequest(ErrorId.REQUEST_INVALID, words))
