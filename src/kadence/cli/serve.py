"""`kadence serve`: the server."""

import contextlib
import os
from functools import partial

from kadence import bootstrap, logs
from kadence import workers as workers_module
from kadence.bootstrap import Listening
from kadence.cli.common import err, takes_settings
from kadence.cli.first_company import make_first_company
from kadence.cli.upgrading import upgrade_at_start
from kadence.settings import UPGRADES, Settings


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
    tell = partial(_tell, settings.public_url, entry)
    if settings.workers > 1:
        workers_module.serve(settings, tell)
    else:
        bootstrap.serve(settings, tell)


def _tell(public_url: str | None, entry: str | None, listening: Listening) -> None:
    # A server answers even where its words cannot be written, as on a full disk.
    with contextlib.suppress(OSError):
        if listening.metrics_url:
            err.print(f"metrics for Prometheus at {listening.metrics_url}/metrics")
        err.print(f"kadence answers at [bold]{listening.url}[/bold]")
        if entry is not None:
            here = (public_url or listening.url).rstrip("/")
            err.print(f"sign in there (works once, within seven days): {here}{entry}")
