"""A real server for the page's own tests in `ui/`: says where it is and who may come.

It prints one line of JSON and serves until its input ends.
"""

import json
import sys
import tempfile
from pathlib import Path

import httpx
from msgspec.structs import replace

from kadence.storage.people import mark_seen
from kadence.usecases import invitations
from kadence.usecases.people import user_by_email
from kadence.usecases.unit_of_work import UnitOfWork
from kadence.web.cookies import SESSION_COOKIE
from tests.world import World, file_url, fresh_database, serving

PEOPLE = ("owner", "admin", "writer", "reader", "stranger")


def person(world: World, name: str) -> dict[str, str | int]:
    """Somebody with a token for the API and the session of a browser."""
    made = world.do(invitations.issue_login_link, world.users[name].email)
    with httpx.Client(base_url=world.url) as http:
        http.post("/api/kadence/v1/session", json={"key": made.login_token}).raise_for_status()
        session = http.cookies[SESSION_COOKIE]
    user = world.users[name]
    token = world.tokens[name] or ""
    return {"id": user.id, "email": user.email, "token": token, "session": session}


def was_here(unit: UnitOfWork) -> None:
    """Somebody is deactivated who had signed in before."""
    gone = user_by_email(unit, "deactivated@home.example")
    mark_seen(unit.tx, replace(unit.actor, user_id=gone.id), unit.now)


def main() -> None:
    """Serve a fresh database."""
    with tempfile.TemporaryDirectory(prefix="kadence-") as folder:
        database = file_url(fresh_database(Path(folder)))
        with serving(database) as server, World(database, server) as world:
            people = {name: person(world, name) for name in PEOPLE}
            world.do(was_here)
            sys.stdout.write(json.dumps({"url": world.url, "people": people}) + "\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    main()
