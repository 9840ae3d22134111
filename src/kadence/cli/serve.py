"""`kadence serve`: the server."""

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from kadence import __version__, bootstrap, logs
from kadence import workers as workers_module
from kadence.bootstrap import Listening
from kadence.cli.common import err, takes_settings
from kadence.cli.first_company import make_first_company
from kadence.cli.health import EVERYWHERE
from kadence.cli.resume import begin_installation
from kadence.cli.upgrading import upgrade_at_start
from kadence.live.daily_backups import DailyBackups
from kadence.settings import UPGRADES, Settings
from kadence.storage.engines import locate

log = structlog.get_logger()


@takes_settings
def serve(settings: Settings) -> None:
    """Serve the API and the page until Ctrl-C or SIGTERM. Accepted requests are completed first.

    Run kadence init once first, or set KADENCE_COMPANY, KADENCE_EMAIL and KADENCE_NAME: then the
    first start makes the company, and prints a link for its owner.
    """
    logs.configure()
    if settings.upgrade == UPGRADES and (done := upgrade_at_start(settings.database)):
        err.print(done, markup=False)
    entry = make_first_company(settings, os.environ)
    paused = begin_installation(settings)
    tell = partial(_tell, settings, entry, paused)
    with contextlib.ExitStack() as stack:
        if settings.backup_dir is not None:
            backups = DailyBackups(settings.database, Path(settings.backup_dir))
            stack.callback(backups.close)
            tell = partial(_begin_with, tell, backups.start)
        if settings.workers > 1:
            workers_module.serve(settings, tell)
        else:
            bootstrap.serve(settings, tell)
    log.info("stopped")


def _begin_with(
    tell: Callable[[Listening], None], begin: Callable[[], None], listening: Listening
) -> None:
    tell(listening)
    begin()


def _tell(settings: Settings, entry: str | None, paused: str | None, listening: Listening) -> None:
    log.info(
        "started",
        version=__version__,
        database=str(locate(settings.database)),
        url=listening.url,
        workers=settings.workers,
    )
    # A server answers even where its words cannot be written, as on a full disk.
    with contextlib.suppress(OSError):
        if listening.metrics_url:
            err.print(f"metrics for Prometheus at {listening.metrics_url}/metrics")
        err.print(f"kadence answers at [bold]{listening.url}[/bold]")
        if paused is not None:
            err.print(paused, markup=False)
        if entry is not None:
            here = (settings.public_url or _from_here(listening.url)).rstrip("/")
            err.print(f"sign in there (works once): {here}{entry}")


def _from_here(url: str) -> str:
    """Return an address that opens in a browser on this machine: what is listened on may not."""
    for everywhere, here in EVERYWHERE.items():
        url = url.replace(f"//{everywhere}:", f"//{here}:").replace(f"[{everywhere}]", f"[{here}]")
    return url
