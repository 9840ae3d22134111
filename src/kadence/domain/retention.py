"""For how long what is kept for a time is kept."""

from msgspec import Struct

from kadence.domain.model import DAY, Instant

HOUR: Instant = 60 * 60 * 1000


class Retention(Struct, frozen=True):
    """Milliseconds for which each of these is valid, or kept, from when it was made.

    `audit_address` is how long the audit log has network addresses, and failed attempts at all.
    """

    session: Instant = 30 * DAY
    login_link: Instant = 7 * DAY
    idempotency_key: Instant = DAY
    audit_address: Instant = 90 * DAY


DEFAULT = Retention()
