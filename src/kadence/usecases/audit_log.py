"""The audit log as its readers see it: with the names that people have now."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from kadence.domain.audit_log import SIGN_IN_FAILED, AuditEntry, Deed, sentence
from kadence.domain.model import User
from kadence.storage import audit_log, people
from kadence.storage.audit_log import Wanted
from kadence.usecases.access import require_owner
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class ShownEntry(Struct, frozen=True):
    """An entry with its author and whom it is about, as they are now, and as a sentence."""

    entry: AuditEntry
    author: User | None
    subject: User | None
    company_uid: str
    message: str
    details: dict[str, object]


def list_entries(unit: UnitOfWork, validated: Validated[Wanted]) -> Sequence[ShownEntry]:
    """Return what happened in the company, newest first.

    Raises:
        KadenceError: Forbidden (no owner), BadRequest.
    """
    require_owner(unit)
    wanted = unwrap(validated)
    author_id = wanted.author_id
    if wanted.author_uid is not None:
        found = people.users_by_uid(unit.tx, unit.actor.company_id, [wanted.author_uid])
        ids = {user.id for user in found}
        if not ids or author_id not in (None, *ids):
            return []
        author_id = ids.pop()
    entries = audit_log.entries(unit.tx, unit.actor.company_id, wanted, author_id)
    return show(unit, entries)


def show(unit: UnitOfWork, entries: Sequence[AuditEntry]) -> list[ShownEntry]:
    """Return entries with the people of whom they tell."""
    company = people.COMPANIES.find(unit.tx, unit.actor.company_id)
    ids = {id_ for one in entries for id_ in (one.author_id, one.subject_id) if id_ is not None}
    named = {user.id: user for user in people.users_by_id(unit.tx, unit.actor.company_id, [*ids])}
    return [
        _shown(
            entry,
            named.get(entry.author_id or 0),
            named.get(entry.subject_id or 0),
            company.uid if company else "",
        )
        for entry in entries
    ]


def _shown(
    entry: AuditEntry, author: User | None, subject: User | None, company_uid: str
) -> ShownEntry:
    deed = Deed(entry.category, entry.action)
    message = sentence(
        deed,
        author.full_name if author else None,
        subject.full_name if subject else None,
        "nobody of the company" if deed == SIGN_IN_FAILED else "everybody",
    )
    details = msgspec.json.decode(entry.details, type=dict[str, object])
    if subject is not None:
        names = {"user_uid": subject.uid, "user_full_name": subject.full_name}
        details = {"user_id": subject.id} | names | details
    return ShownEntry(entry, author, subject, company_uid, message, details)
