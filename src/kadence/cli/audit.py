"""`kadence audit`: who did what to people and access."""

from typing import Annotated

import typer
from rich.table import Table

from kadence.cli.common import DATABASE, DatabaseOption, look, out, print_exact, shown
from kadence.storage.audit_log import Wanted
from kadence.usecases.audit_log import list_entries
from kadence.web.audit_log import lines_of
from kadence.web.codec import format_timestamp

MOST = 100_000


def audit(
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many entries at most.")] = 100,
    lines: Annotated[
        bool, typer.Option("--json-lines", help="Print a JSON object on each line, for a program.")
    ] = False,
    database: DatabaseOption = DATABASE,
) -> None:
    """Show who did what to people, roles, tokens and links, newest first, and who signed in."""
    found = look(database, list_entries, Wanted(limit=limit))
    if lines:
        print_exact(lines_of(found).decode())
        return
    table = Table("when", "what", "client", "address")
    for one in found:
        entry = one.entry
        when = format_timestamp(entry.at)[:19].replace("T", " ")
        table.add_row(when, shown(one.message), shown(entry.client or "-"), entry.address or "-")
    out.print(table)
