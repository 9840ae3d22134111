"""What goes over the wire of the audit log (contract: card.md, 11), and its lines as a file."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.audit_log import ACTIONS, CATEGORIES
from kadence.storage.audit_log import Wanted
from kadence.usecases import audit_log as usecases
from kadence.usecases.audit_log import ShownEntry
from kadence.web.codec import Uid, When, encode, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.query import LARGEST_INTEGER, Clamped, Id, Moment, OneUid, Query, Words
from kadence.web.responses import Response, content
from kadence.web.route import Route

DEFAULT, MOST = 100, 500
"""Entries in a list."""
IN_FILE = 10_000
"""Entries in a file of lines."""
LINES = "application/jsonl"


class AuthorAnswer(Struct, frozen=True):
    """Who did something, by the names of now."""

    id: int
    uid: Uid
    username: str
    full_name: str


class AuditEntryAnswer(Struct, frozen=True):
    """What was done; `details` has the ids of what it was done to.

    `author_remote_address` and `app_name` are null when they have been kept for long enough.
    """

    id: Uid
    app_name: str | None
    company_uid: Uid | None
    author_id: int | None
    author_uid: Uid | None
    author_username: str | None
    author_remote_address: str | None
    author: AuthorAnswer | None
    category: str
    action: str
    message: str
    details: dict[str, Any] | None
    created: When


SINCE = Moment("from", "Only what was done then or later.")
UNTIL = Moment("to", "Only what was done then or earlier.")
AUTHOR = Id("author_id", "Only what this person did.")
AUTHOR_UID = OneUid("author_uid", "The same, by uid.")
IN = Words("categories", CATEGORIES, "Only entries of these categories, comma-separated.")
OF = Words("actions", ACTIONS, "Only these actions, comma-separated.")
ONE = OneUid("id", "Only this entry.")
LIMIT = Clamped("limit", DEFAULT, 0, MOST, f"How many at most, up to {MOST}; 0 is {DEFAULT}.")
OFFSET = Clamped("offset", 0, 0, LARGEST_INTEGER, "How many to skip.")
FILTERS = (SINCE, UNTIL, AUTHOR, AUTHOR_UID, IN, OF, ONE)


def _wanted(query: Query, limit: int, offset: int) -> Wanted:
    return Wanted(
        since=query.get(SINCE),
        until=query.get(UNTIL),
        author_id=query.get(AUTHOR),
        author_uid=query.get(AUTHOR_UID),
        categories=query.get(IN),
        actions=query.get(OF),
        id=query.get(ONE),
        limit=limit,
        offset=offset,
    )


def _list_query(query: Query) -> Wanted:
    return _wanted(query, query.get(LIMIT) or DEFAULT, query.get(OFFSET))


def entry_answer(shown: ShownEntry) -> AuditEntryAnswer:
    """Return an entry as it goes over the wire."""
    entry, author = shown.entry, shown.author
    return AuditEntryAnswer(
        id=entry.id,
        app_name=entry.client,
        company_uid=shown.company_uid,
        author_id=entry.author_id,
        author_uid=author.uid if author else None,
        author_username=author.username if author else None,
        author_remote_address=entry.address,
        author=AuthorAnswer(author.id, author.uid, author.username, author.full_name)
        if author
        else None,
        category=entry.category,
        action=entry.action,
        message=shown.message,
        details=shown.details or None,
        created=format_timestamp(entry.at),
    )


def lines_of(entries: Sequence[ShownEntry]) -> bytes:
    """Return entries as JSON, a line each."""
    return b"".join(encode(entry_answer(one)) + b"\n" for one in entries)


async def list_audit_log(context: RequestContext) -> list[AuditEntryAnswer]:
    """List who did what to people, roles, tokens and links, newest first; for owners."""
    found = await context.read(usecases.list_entries, context.query(_list_query))
    return [entry_answer(one) for one in found]


async def download_audit_log(context: RequestContext) -> Response:
    """Get the newest 10,000 entries as JSON, a line each, for a program; for owners."""
    found = await context.read_texts(
        usecases.list_entries, context.query(lambda query: _wanted(query, IN_FILE, 0))
    )
    name = {"content-disposition": 'attachment; filename="audit-log.jsonl"'}
    return content(lines_of(found), LINES, name)


ROUTES: Sequence[Route] = (
    Route("GET", "/audit-logs", list_audit_log, "People", query=(*FILTERS, LIMIT, OFFSET)),
)
OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/audit-log.jsonl",
        download_audit_log,
        "People",
        query=FILTERS,
        produces=(LINES,),
    ),
)
