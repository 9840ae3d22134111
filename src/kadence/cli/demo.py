"""`kadence demo`: a throw-away server with sample data, to look at and to build against."""

import asyncio
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from msgspec import Struct

from kadence import logs
from kadence.bootstrap import Listening, serve_database
from kadence.cli.common import JsonOption, out, print_json
from kadence.domain.model import IterationStatus, Shows
from kadence.settings import Settings
from kadence.storage import migrate
from kadence.storage.engines import SqliteFile
from kadence.storage.engines.sqlite_connections import SqliteDatabase
from kadence.usecases import sample, setup
from kadence.usecases.invitations import issue_login_link
from kadence.usecases.iterations import IterationQuery, list_iterations
from kadence.usecases.links import LONGEST, CreateLink, create_link
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.usecases.sample_story import OWNER
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import RenderedResponse, WriteOptions
from kadence.web.invitations import login_path

BODY = (
    '{"title": "Sprint 31: dark mode", "goal": "Easy on the eyes at night", '
    '"start_date": "2027-01-11", "finish_date": "2027-01-22T18:00:00+01:00"}'
)


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to listen on; 0 means any free port.")
    ] = 8080,
    empty: Annotated[
        bool, typer.Option("--empty", help="Only a company, its owner and one space with a board.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Serve a temporary database with sample data until Ctrl-C. The data is then deleted.

    Prints the URL, an API token, and a curl command that creates an iteration.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    logs.configure()
    with TemporaryDirectory(prefix="kadence-demo-") as folder:
        path = Path(folder) / "demo.db"
        migrate.upgrade(SqliteFile(path))
        database = SqliteDatabase(path)
        try:
            shown = asyncio.run(_make(UnitOfWorkRunner(database), empty=empty))
            tell = _teller(shown, json=json)
            serve_database(Settings(port=port), database, tell, faults=True)
        finally:
            database.close()


class _Shown(Struct, frozen=True):
    """What a demo has: its ids, the way in, and a picture if there is something to be seen."""

    made: Initialised
    entry: str
    chart: str | None = None


async def _make(runner: UnitOfWorkRunner, *, empty: bool) -> _Shown:
    owner = (_EMAIL, "Demo Owner") if empty else OWNER
    if empty:
        made = await runner.initialise(setup.initialise, "Demo", *owner, "Demo space")
    else:
        made = await runner.initialise(sample.fill)
    entry = login_path((await runner.run_as_operator(issue_login_link, owner[0])).login_token)
    if empty:
        return _Shown(made, entry)
    query = IterationQuery(statuses=[IterationStatus.ACTIVE.value])
    ((active, _),) = await runner.read(made.token, list_iterations, made.space_uid, query)
    link = CreateLink(Shows.BURNDOWN, active.id, LONGEST)
    key: RenderedResponse[str] = await runner.write(
        made.token,
        WriteOptions(),
        lambda signed: RenderedResponse(signed.link_key.encode()),
        create_link,
        made.space_uid,
        link,
    )
    return _Shown(made, entry, f"/api/kadence/v1/shared/{key.body.decode()}/burndown.svg")


def _teller(shown: _Shown, *, json: bool) -> Callable[[Listening], None]:
    def tell(listening: Listening) -> None:
        url, made = listening.url, shown.made
        if json:
            addresses = {"base_url": url, "api_url": f"{url}/api/latest"}
            print_json(addresses | {"sign_in_url": url + shown.entry} | _ids(made))
            return
        out.print(f"kadence answers at [bold]{url}[/bold] (its API is described at {url}/schema).")
        out.print("Open the page, signed in (works once):\n")
        print(url + shown.entry)  # noqa: T201 - as it is, to be pasted
        out.print(f"\nYour API token: [bold]{made.token}[/bold]\n")
        out.print("Create an iteration:\n")
        print(curl_line(url, made))  # noqa: T201 - as before
        if shown.chart is not None:
            out.print("\nLook at the burndown of the one that is running:\n")
            print(f"{url}{shown.chart}")  # noqa: T201 - as before
        out.print("\nCtrl-C ends it and removes the data.")

    return tell


_EMAIL = "owner@example.com"


def curl_line(url: str, made: Initialised) -> str:
    """Return a command that creates an iteration."""
    return (
        f"curl -X POST {url}/api/latest/spaces/{made.space_uid}/iterations"
        f" -H 'Authorization: Bearer {made.token}' -H 'Content-Type: application/json'"
        f" -d {shlex.quote(BODY)}"
    )


def _ids(made: Initialised) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__struct_fields__}


def _leave(_number: int, _frame: object) -> None:
    sys.exit(0)
