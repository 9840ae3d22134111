"""Parts of statements that each database writes in its own way."""

import re
from typing import Any

from sqlalchemy import ARRAY, String, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler

_BIND = re.compile(r"%\((\w+)\)s")


class Bytewise(ColumnElement[Any]):
    """A text to sort by its bytes, as SQLite does, whatever the language of the database."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


@compiles(Bytewise)
def _plain(element: Bytewise, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(element.column, **kwargs)


@compiles(Bytewise, "postgresql")
def _collated(element: Bytewise, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f'{compiler.process(element.column, **kwargs)} COLLATE "C"'


class OneOf(ColumnElement[bool]):
    """Whether `column` is one of the values of the list that is bound as `name`.

    One parameter, however long the list is: so one text of the statement, prepared once.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name


@compiles(OneOf)
def _in_json(element: OneOf, compiler: SQLCompiler, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    values = compiler.process(bindparam(element.name), **kwargs)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - parts that are compiled


@compiles(OneOf, "postgresql")
def _in_array(element: OneOf, compiler: SQLCompiler, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    # A cast to texts of a length would cut longer ones.
    kind = Text() if isinstance(element.column.type, String) else element.column.type
    values = bindparam(element.name, type_=ARRAY(kind))
    return f"{column} = ANY({compiler.process(values, **kwargs)})"


def rows_as_json(sql: str, width: int, prefix: str) -> str:
    """For PostgreSQL: a SELECT of `width` columns as one value, the JSON text of its rows.

    The names of its parameters get the prefix.
    """
    names = ", ".join(f"c{n}" for n in range(width))
    inner = _BIND.sub(rf"%({prefix}\1)s", sql)
    rows = f"SELECT json_build_array({names}) AS r FROM ({inner}) AS part({names})"  # noqa: S608
    return f"(SELECT coalesce(json_agg(r), '[]')::text FROM ({rows}) AS arrays)"  # noqa: S608
