"""Backs the database up once a day, into a folder, by a process of its own.

Looking a backup over takes memory and time that a server does not have.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

import structlog

from kadence.domain.errors import StorageUnusable
from kadence.settings import variable_name
from kadence.storage import backup_folder
from kadence.usecases.clock import system_clock

LOOK_SECONDS = 60.0
"""Between two looks whether it is time."""
RETRY_SECONDS = 3600.0
"""After one that failed."""

UNSOUND = 1
"""How `kadence db backup` ends that made one of a database with gaps in its journal."""

log = structlog.get_logger()


class DailyBackups:
    """Works between `start` and `close`, in a thread."""

    def __init__(self, database: str, folder: Path) -> None:
        """`database` is the URL, which may hold a password: no other process sees it."""
        self._database = database
        self._folder = folder
        self._stopping = threading.Event()
        self._child: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._work, name="kadence-backups", daemon=True)

    def start(self) -> None:
        """Begin; where the newest backup is a day old, or there is none, at once.

        The folder is made if it is not there.

        Raises:
            StorageUnusable: it cannot be.
        """
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageUnusable(
                f"cannot make the folder of backups {self._folder}: {error.strerror}"
            ) from error
        self._thread.start()

    def close(self) -> None:
        """End; a backup that is being made is given up."""
        self._stopping.set()
        if self._child is not None:
            self._child.terminate()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                done = self._is_new() or self._make()
            except OSError as error:
                log.exception("the daily backup failed", reason=str(error))
                done = False
            pause = LOOK_SECONDS if done else RETRY_SECONDS

    def _is_new(self) -> bool:
        age = backup_folder.age(self._folder, system_clock())
        return age is not None and age < backup_folder.EVERY

    def _make(self) -> bool:
        """Make a backup; returns whether there is one."""
        command = [sys.executable, "-m", "kadence", "db", "backup", "--into", str(self._folder)]
        self._child = subprocess.Popen(  # noqa: S603 - all of it is ours
            command,
            env=os.environ | {variable_name("database"): self._database},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self._stopping.is_set():
            self._child.terminate()
        out, err = self._child.communicate()
        if self._child.returncode == 0:
            log.info("backed up", told=out.strip())
            return True
        if self._child.returncode == UNSOUND:
            log.error("the database that was backed up is not sound", reason=err.strip()[-1000:])
            return True
        if not self._stopping.is_set():
            log.error("the daily backup failed", reason=err.strip()[-1000:])
        return False
