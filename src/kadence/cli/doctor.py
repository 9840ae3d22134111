"""`kadence doctor`: what is wrong with an installation, and what to do."""

import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from kadence.cli.common import out, takes_settings
from kadence.cli.resume import why_paused
from kadence.domain.errors import KadenceError
from kadence.settings import Settings
from kadence.storage import backup_folder, installation, migrate
from kadence.storage.engines import Engine, locate, snapshot
from kadence.storage.journal import latest
from kadence.storage.revision import check_revision
from kadence.usecases.clock import system_clock

GOOD, LOOK, BAD = "ok", "look", "bad"
_MEGABYTE = 1024 * 1024
LEAST_ROOM = 200 * _MEGABYTE
CLOCK_SECONDS = 60
_HOUR = 60 * 60 * 1000
BACKUP_AGE = 26 * _HOUR
"""A day, and time for the backup itself."""
SPARE_DESCRIPTORS = 100
"""Files beside connections: the database's, the log's, the helpers'."""


class Finding(NamedTuple):
    """How something is, what it is, and what to do where it is not good."""

    how: str
    what: str
    help: str = ""


@takes_settings
def doctor(settings: Settings) -> None:
    """Look the installation over: database, disk, clock, proxy, limits, backups.

    It takes the options of `kadence serve`, and changes nothing. Ends with code 1 if something is
    bad. `kadence db check` looks at each row.
    """
    worst = GOOD
    for finding in findings(settings):
        line = f"{finding.how:<5} {finding.what}"
        out.print(f"{line}: {finding.help}" if finding.help else line, markup=False)
        worst = BAD if BAD in (worst, finding.how) else worst
    if worst == BAD:
        raise typer.Exit(1)


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield what is found, in the order in which to mend it."""
    engine = locate(settings.database)
    try:
        revision = check_revision(engine)
    except KadenceError as error:
        yield Finding(BAD, "database", error.message)
    else:
        yield Finding(GOOD, f"database {engine} has schema {revision}")
        yield from _of_database(engine)
    if engine.file is not None:
        yield from _of_file(engine.file)
    yield from _of_doors(settings)
    yield _of_limits(settings)
    yield _of_backups(settings)


def _of_database(engine: Engine) -> Iterator[Finding]:
    if not migrate.is_finished(engine):
        yield Finding(LOOK, "some rows are as an older version left them", "run kadence db upgrade")
    with snapshot(engine) as tx:
        ahead = (latest(tx) - system_clock()) / 1000
        paused = why_paused(installation.find(tx))
    if ahead > CLOCK_SECONDS:
        yield Finding(
            BAD,
            f"the clock is {ahead:.0f} seconds behind what was done last",
            "set it by NTP; until then all that is done is told of that moment",
        )
    else:
        yield Finding(GOOD, "the clock is not behind what was done last")
    if paused is not None:
        yield Finding(LOOK, f"what acts by itself is paused: {paused}", "kadence resume lets it go")


def _of_file(file: Path) -> Iterator[Finding]:
    folder = file.absolute().parent
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    size = file.stat().st_size if file.exists() else 0
    wanted = max(2 * size, LEAST_ROOM)
    room = f"{free // _MEGABYTE:,} MB are free for a database of {size // _MEGABYTE:,} MB"
    if free < wanted:
        help_ = f"make room: an upgrade or an erasure needs {wanted // _MEGABYTE:,} MB"
        yield Finding(BAD, room, help_)
    else:
        yield Finding(GOOD, room)
    if file.exists() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Finding(LOOK, f"others on this machine can read {file}", f"chmod 600 {file}")


def _of_doors(settings: Settings) -> Iterator[Finding]:
    is_open = settings.host not in ("127.0.0.1", "::1", "localhost")
    public = settings.public_url or ""
    if settings.trusted_proxy is None and public.startswith("https:"):
        yield Finding(
            BAD,
            "there is a proxy in front, for the public URL is https, and none is trusted",
            "name it by --trusted-proxy, or all people are one client to the throttle, and"
            " cookies are not kept to TLS",
        )
    elif is_open and settings.trusted_proxy is None:
        help_ = "put a proxy with TLS in front, and name it by --trusted-proxy"
        yield Finding(LOOK, f"it listens on {settings.host} without TLS", help_)
    elif settings.public_url is None:
        help_ = "set --public-url, so that links and the API document have the right address"
        yield Finding(LOOK, "it knows no public URL", help_)
    else:
        yield Finding(GOOD, f"it is found at {public}")


def _of_limits(settings: Settings) -> Finding:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + SPARE_DESCRIPTORS
    what = f"{most:,} files may be open, and {settings.max_connections:,} connections"
    if most < wanted:
        return Finding(LOOK, what, f"raise LimitNOFILE to {wanted:,}, or lower --max-connections")
    return Finding(GOOD, what)


def _of_backups(settings: Settings) -> Finding:
    if settings.backup_dir is None:
        return Finding(LOOK, "there are no daily backups", "name a folder by --backup-dir")
    age = backup_folder.age(Path(settings.backup_dir), system_clock())
    if age is None:
        help_ = "kadence serve makes the first at its start"
        return Finding(BAD, f"there is no backup in {settings.backup_dir}", help_)
    what = f"the newest backup is {age / _HOUR:.0f} hours old"
    if age > BACKUP_AGE:
        return Finding(BAD, what, "look for 'the daily backup failed' in the log of the server")
    return Finding(GOOD, what)
