"""`kadence db`: the database itself."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from kadence.cli.common import DATABASE, DatabaseOption, err, out
from kadence.cli.upgrading import upgrade_file
from kadence.storage import backup_folder, integrity, migrate, transfer
from kadence.storage.engines import Engine, locate
from kadence.storage.revision import check_own_revision, check_revision, revision_of
from kadence.storage.schema import REVISION
from kadence.usecases.clock import system_clock

app = typer.Typer(
    help="Back up, restore, upgrade, check and move the database.", no_args_is_help=True
)


@app.command()
def upgrade(
    database: DatabaseOption = DATABASE,
    *,
    online: Annotated[
        bool, typer.Option(help="Beside running servers, many rows in parts (PostgreSQL).")
    ] = False,
) -> None:
    """Upgrade the schema of the database to this version of kadence. Stop the server first.

    A SQLite file is backed up first. For PostgreSQL, make a backup yourself. There, servers go on
    with --online, if the new schema allows it, and are replaced afterwards, one after the other.
    """
    engine = locate(database)
    before = revision_of(engine) if engine.exists() else None
    if before is None or before > REVISION:
        check_revision(engine)
        newer = f", newer than this program's {REVISION}, which can serve it"
        out.print(f"{engine} has schema {before}{newer}.", markup=False)
        return
    if migrate.is_finished(engine):
        out.print(f"{engine} already has schema {before}.", markup=False)
        return
    if online:
        for part in migrate.upgrade_beside_servers(engine):
            err.print(f"schema {part.revision}: {part.rows:,} rows brought along", markup=False)
        _say_upgraded(engine, before)
        return
    if engine.file is None:
        migrate.upgrade(engine)
    else:
        out.print(f"Backed up to {upgrade_file(engine, before)}.", markup=False)
    _say_upgraded(engine, before)


def _say_upgraded(engine: Engine, before: str) -> None:
    done = "the rest of its rows has been brought along"
    if before != REVISION:
        done = f"upgraded from schema {before} to {REVISION}"
    out.print(f"{engine}: {done}.", markup=False)


@app.command()
def check(database: DatabaseOption = DATABASE) -> None:
    """Look for damage: in the file, in references between rows, and between journal and tables."""
    engine = locate(database)
    check_revision(engine)
    not_judged = integrity.NotJudged()
    problems = integrity.problems(engine, not_judged)
    for kind, count in not_judged.events.items():
        err.print(f"not judged: {count:,} events {kind}, in the journal of a newer kadence")
    for gap in not_judged.gaps:
        err.print(f"not judged: {gap}", markup=False)
    for problem in problems:
        err.print(problem, markup=False)
    if problems:
        raise typer.Exit(1)
    limit = ", as far as this kadence can judge it" if not_judged.events else ""
    out.print(f"{engine} is sound{limit}.", markup=False)


@app.command()
def copy(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database to copy.")],
    target: Annotated[
        str, typer.Option("--to", metavar="URL", help="The target; it must be empty.")
    ],
) -> None:
    """Copy a database to another engine or place and compare all rows. Stop the server first."""
    start, goal = locate(source), locate(target)
    with _Bar() as bar:
        carried = transfer.copy(start, goal, bar.show)
    table = Table("table", "rows", "SHA-256 of both begins")
    for part in carried:
        table.add_row(part.table, f"{part.rows:,}", part.checksum[:16])
    out.print(table)
    out.print(f"{start} is now in {goal} too.", markup=False)


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="A new file; it is a SQLite database.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=f"Instead of FILE: a dated file in this folder. It is checked as by `kadence db "
            f"check`, and the newest {backup_folder.KEPT} stay. One folder for each database.",
        ),
    ] = None,
    database: DatabaseOption = DATABASE,
) -> None:
    """Write a backup file. The server can keep running."""
    if (file is None) == (into is None):
        raise typer.BadParameter("give either FILE or --into DIR")
    engine = locate(database)
    if into is not None:
        check_own_revision(engine)
        made, problems = backup_folder.add(engine, into, system_clock())
        out.print(f"Backed up {engine} to {made}.", markup=False)
        for problem in problems:
            err.print(problem, markup=False)
        if problems:
            raise typer.Exit(1)
        return
    assert file is not None  # noqa: S101 - one of the two is there
    # A file can be backed up by a program that is newer than its schema: before an upgrade.
    of_file = engine.file is not None and engine.exists()
    if not of_file or revision_of(engine) is None:
        check_revision(engine)
    transfer.back_up(engine, file)
    out.print(f"Backed up {engine} to {file}.", markup=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `kadence db backup` wrote.")],
    database: DatabaseOption = DATABASE,
) -> None:
    """Create the database from a backup. Fails if the database already exists."""
    engine = locate(database)
    with _Bar() as bar:
        transfer.restore(file, engine, bar.show)
    out.print(f"Restored {engine} from {file}.", markup=False)
    if (revision_of(engine) or "") < REVISION:
        out.print("Its schema is of an older version: run `kadence db upgrade`.", markup=False)


class _Bar(Progress):
    """Show a bar for each table while it is copied, on stderr."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._bars: dict[str, TaskID] = {}

    def show(self, table: str, done: int, total: int) -> None:
        """Say how far a table has come."""
        if table not in self._bars:
            self._bars[table] = self.add_task(table, total=total)
        self.update(self._bars[table], completed=done)
