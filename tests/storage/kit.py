"""What a database file looks like."""

import sqlite3
from pathlib import Path
from typing import Any


def shape(path: Path) -> dict[str, Any]:
    """Tables of a file with their columns, references and indexes, and which have no rowid."""
    with sqlite3.connect(path) as connection:
        tables = {
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        } - {"alembic_version", "sqlite_sequence"}
        found = {
            table: [
                sorted(str(row[1:]) for row in connection.execute(f"PRAGMA {what}({table})"))
                for what in ("table_xinfo", "foreign_key_list", "index_list")
            ]
            for table in tables
        }
        found["withouts"] = sorted(
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
            )
        )
    connection.close()
    return found
