"""`kadence serve`: the server."""

import contextlib

from kadence import bootstrap, logs
from kadence import workers as workers_module
from kadence.bootstrap import Listening
from kadence.cli.common import err, takes_settings
from kadence.settings import Settings


@takes_settings
def serve(settings: Settings) -> None:
    """Serve the API and the page until Ctrl-C or SIGTERM. Accepted requests are completed first.

    Run kadence init once first.
    """
    logs.configure()
    if settings.workers > 1:
        workers_module.serve(settings, _tell)
    else:
        bootstrap.serve(settings, _tell)


def _tell(listening: Listening) -> None:
    # A server answers even where its words cannot be written, as on a full disk.
    with contextlib.suppress(OSError):
        if listening.metrics_url:
            err.print(f"metrics for Prometheus at {listening.metrics_url}/metrics")
        err.print(f"kadence answers at [bold]{listening.url}[/bold]")
