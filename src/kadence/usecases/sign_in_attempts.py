"""Slows down whoever guesses passwords: failures are counted by address and by client.

They are counted in the database, so that all workers and servers count together. An attempt counts
as failed until it is known to be right, so that many at once count as well.
"""

import hashlib
import ipaddress

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import TooManyRequests
from kadence.storage import sign_in_attempts
from kadence.storage.sign_in_attempts import ATTEMPTS, SignInAttempt
from kadence.usecases.unit_of_work import UnitOfWork

WINDOW = 15 * 60 * 1000
"""Milliseconds for which a failure counts."""
BY_BOTH, BY_CLIENT, BY_EMAIL = 10, 50, 100
"""Failures until the next attempt is refused: of one client for one address, of one client for any,
of all clients for one. The last is high, or strangers could lock somebody out at will."""
_LIMITS: dict[tuple[str, ...], int] = {
    ("client", "email"): BY_BOTH,
    ("client",): BY_CLIENT,
    ("email",): BY_EMAIL,
}
_IPV6_NETWORK = 64
"""Bits of an IPv6 address that tell one client from another: it has all addresses behind them."""


def network_of(client: str) -> str:
    """Return what tells a client from others: its IPv4 address, or the /64 of its IPv6 address."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))


def count_attempt(unit: UnitOfWork, attempt_id: str, client: str, email: str) -> SignInAttempt:
    """Count an attempt, or refuse it; `email` is whose password is guessed.

    Raises:
        TooManyRequests: too many failed.
    """
    tx, company_id = unit.tx, unit.actor.company_id
    known = ATTEMPTS.find(tx, company_id, attempt_id)
    if known is not None:
        return known
    after = unit.clock - WINDOW
    attempt = SignInAttempt(
        company_id, attempt_id, _digest(network_of(client)), _digest(email), unit.clock
    )
    for names, limit in _LIMITS.items():
        count, first = sign_in_attempts.count_alike(tx, attempt, names, after)
        if count >= limit and first is not None:
            left = (first - after) // 1000
            minutes = left // 60 + 1
            message = f"There were too many failed attempts, try again in {minutes} minutes"
            raise TooManyRequests(ErrorId.SIGN_IN_THROTTLED, message, left + 1, minutes=minutes)
    sign_in_attempts.forget(tx, after)
    return ATTEMPTS.insert(tx, attempt)


def take_back(unit: UnitOfWork, attempt: SignInAttempt) -> None:
    """Count an attempt no more: it was right."""
    ATTEMPTS.delete(unit.tx, attempt)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
