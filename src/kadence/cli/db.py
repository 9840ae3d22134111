"""`kadence db`: the database itself."""

import typer

from kadence.bootstrap import database_file
from kadence.cli.common import DATABASE, DatabaseOption, err, out
from kadence.storage import checkup, migrate

app = typer.Typer(help="Upgrade and check the database.", no_args_is_help=True)


@app.command()
def upgrade(database: DatabaseOption = DATABASE) -> None:
    """Bring the database's schema to this version of kadence; stop the server before."""
    path = database_file(database)
    if not path.exists():
        migrate.check(path)
    before, after = migrate.upgrade(path)
    if before == after:
        out.print(f"{path} already has schema {after}.")
    else:
        out.print(f"{path}: upgraded from schema {before or 'none'} to {after}.")


@app.command()
def check(database: DatabaseOption = DATABASE) -> None:
    """Look for damage: the file itself, references between rows, and journal against tables."""
    path = database_file(database)
    migrate.check(path)
    problems = checkup.problems(path)
    for problem in problems:
        err.print(problem, markup=False)
    if problems:
        raise typer.Exit(1)
    out.print(f"{path} is sound.")
