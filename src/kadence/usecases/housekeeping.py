"""What goes by itself when its time is over, also where nothing happens to take it along."""

from kadence.storage import audit_log, idempotency, sign_in_attempts
from kadence.usecases.sign_in_attempts import WINDOW
from kadence.usecases.unit_of_work import UnitOfWork


def tidy(unit: UnitOfWork) -> None:
    """Forget addresses, kept answers and failed attempts that are too old, of all companies.

    What is forgotten here is forgotten twice without harm, so no event tells it.
    """
    audit_log.forget_addresses(unit.tx, unit.clock - unit.retention.audit_address)
    idempotency.forget_all(unit.tx, unit.clock - unit.retention.idempotency_key)
    sign_in_attempts.forget_all(unit.tx, unit.clock - WINDOW)
