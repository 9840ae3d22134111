"""`kadence serve`: the server."""

import contextlib
from typing import Annotated

from kadence import bootstrap, logs
from kadence import workers as workers_module
from kadence.bootstrap import Listening
from kadence.cli.common import DATABASE, DatabaseOption, err, option
from kadence.settings import Settings

_DEFAULTS = Settings()


def serve(
    database: DatabaseOption = DATABASE,
    workers: Annotated[int, option("workers", metavar="N")] = _DEFAULTS.workers,
    database_connections: Annotated[
        int, option("database_connections", metavar="N")
    ] = _DEFAULTS.database_connections,
    statement_timeout: Annotated[
        int, option("statement_timeout", metavar="SECONDS")
    ] = _DEFAULTS.statement_timeout,
    host: Annotated[str, option("host")] = _DEFAULTS.host,
    port: Annotated[int, option("port")] = _DEFAULTS.port,
    public_url: Annotated[str | None, option("public_url", metavar="URL")] = None,
    trusted_proxy: Annotated[str | None, option("trusted_proxy", metavar="ADDRESSES")] = None,
    cors_origin: Annotated[str | None, option("cors_origin", metavar="ORIGINS")] = None,
    rate_limit: Annotated[int | None, option("rate_limit", metavar="N")] = None,
    request_timeout: Annotated[
        int, option("request_timeout", metavar="SECONDS")
    ] = _DEFAULTS.request_timeout,
    max_connections: Annotated[
        int, option("max_connections", metavar="N")
    ] = _DEFAULTS.max_connections,
    metrics_listen: Annotated[str | None, option("metrics_listen", metavar="HOST:PORT")] = None,
) -> None:
    """Serve the API and the page until Ctrl-C or SIGTERM. Accepted requests are completed first.

    Run kadence init once first.
    """
    logs.configure()
    settings = Settings(
        database=database,
        workers=workers,
        database_connections=database_connections,
        statement_timeout=statement_timeout,
        host=host,
        port=port,
        public_url=public_url,
        trusted_proxy=trusted_proxy,
        cors_origin=cors_origin,
        rate_limit=rate_limit,
        request_timeout=request_timeout,
        max_connections=max_connections,
        metrics_listen=metrics_listen,
    )
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
