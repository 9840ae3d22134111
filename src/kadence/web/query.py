"""Query parameters: how each kind is read from the address, and how it is documented."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest
from kadence.domain.model import Instant
from kadence.domain.values import canonical_uid
from kadence.usecases.pages import Page
from kadence.web.codec import parse_timestamp

T = TypeVar("T")

LARGEST_INTEGER = 2**63 - 1


class Parameter(Generic[T]):
    """One query parameter; an empty value counts as absent, a second value is refused."""

    def __init__(self, name: str, default: T, doc: str) -> None:
        self.name = name
        self.default = default
        self.doc = doc

    def parse(self, text: str) -> T:
        """Read a value that is not empty.

        Raises:
            BadRequest: it is not of this parameter's type or list.
        """
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of a value."""
        raise NotImplementedError


class Text(Parameter[str | None]):
    """Any text."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> str | None:
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[^\\x00]*$"}


class Flag(Parameter[bool]):
    """true, false, 1 or 0."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, False, doc)  # noqa: FBT003 - the default of a flag

    def parse(self, text: str) -> bool:
        if text in ("true", "1"):
            return True
        if text in ("false", "0"):
            return False
        raise BadRequest(ErrorId.VALUE_TYPE, f"{self.name} should be boolean")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean", "default": False}


class OptionalFlag(Parameter["bool | None"]):
    """true, false, 1 or 0; absent is neither."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> bool | None:
        return Flag(self.name, self.doc).parse(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Moment(Parameter["Instant | None"]):
    """A timestamp, as in bodies."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> Instant | None:
        # In a query a plus sign that is not percent-encoded arrives as a blank.
        try:
            return int(parse_timestamp(text.replace(" ", "+")))
        except ValueError:
            raise BadRequest(
                ErrorId.VALUE_FORMAT, f'{self.name} should match format "date-time"'
            ) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class Id(Parameter["int | None"]):
    """One integer id, 1 to 2^63-1."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> int | None:
        found = integer_id(text)
        if not found:
            raise BadRequest(ErrorId.VALUE_FORMAT, f"{self.name} should be an integer id")
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER}


class Numbers(Parameter["Sequence[int]"]):
    """Comma-separated numbers out of a list; none by default."""

    def __init__(self, name: str, numbers: Sequence[int], doc: str) -> None:
        super().__init__(name, (), doc)
        self._numbers = numbers

    def parse(self, text: str) -> Sequence[int]:
        numbers = [integer_id(word) for word in text.split(",")]
        if not set(numbers) <= set(self._numbers):
            allowed = ", ".join(map(str, self._numbers))
            raise BadRequest(
                ErrorId.VALUE_UNKNOWN, f"{self.name} should be one or more of: {allowed}"
            )
        return numbers

    def schema(self) -> dict[str, Any]:
        one = "|".join(map(str, self._numbers))
        return {"type": "string", "pattern": f"^({one})(,({one}))*$"}


class Refused(Parameter[None]):
    """A published parameter that is not supported, and says so instead of being ignored.

    Values that are `harmless` ask for nothing.
    """

    def __init__(self, name: str, doc: str, harmless: Collection[str] = ()) -> None:
        super().__init__(name, None, doc)
        self._harmless = harmless

    def parse(self, text: str) -> None:
        if text not in self._harmless:
            raise BadRequest(ErrorId.QUERY_INVALID, f"{self.name} is not supported here")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": ["", *self._harmless]}


class Harmless(Parameter[None]):
    """A published parameter that is proven unable to change the answer here; `doc` says why.

    It is ignored, named in X-Kadence-Ignored, and refused in strict mode.
    """

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> None:
        """Take anything."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[^\\x00]*$"}


class Clamped(Parameter[int]):
    """A whole number; beyond its bounds it is taken as the nearer bound."""

    def __init__(self, name: str, default: int, low: int, high: int, doc: str) -> None:
        super().__init__(name, default, doc)
        self._low = low
        self._high = high

    def parse(self, text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            raise BadRequest(ErrorId.VALUE_TYPE, f"{self.name} should be integer")
        if len(digits) > len(str(LARGEST_INTEGER)):
            return self._low if text.startswith("-") else self._high
        return min(max(int(text), self._low), self._high)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "default": self.default}


class Paged(Clamped):
    """As Clamped, of lists that got paging late: there what is below the least is refused."""

    def parse(self, text: str) -> int:
        number = super().parse(text)
        if text.startswith("-") or number < self._low or int(text) < self._low:
            raise BadRequest(ErrorId.VALUE_RANGE, f"{self.name} should be >= {self._low}")
        return number

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self._low, "default": self.default}


class Ids(Parameter["Sequence[int] | None"]):
    """Comma-separated integer ids, each 1 to 2^63-1."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> Sequence[int]:
        ids = [integer_id(word) for word in text.split(",")]
        if 0 in ids:
            raise BadRequest(ErrorId.VALUE_FORMAT, f"{self.name} should be comma-separated ids")
        return ids

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17})*$"}


class OneUid(Parameter["str | None"]):
    """One UUID."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, None, doc)

    def parse(self, text: str) -> str | None:
        uid = canonical_uid(text)
        if not uid:
            raise BadRequest(ErrorId.VALUE_FORMAT, f"{self.name} should be a UUID")
        return uid

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Uids(Parameter["Sequence[str]"]):
    """Comma-separated UUIDs; none by default."""

    def __init__(self, name: str, doc: str) -> None:
        super().__init__(name, (), doc)

    def parse(self, text: str) -> Sequence[str]:
        uids = [canonical_uid(word) for word in text.split(",")]
        if "" in uids:
            raise BadRequest(ErrorId.VALUE_FORMAT, f"{self.name} should be comma-separated UUIDs")
        return uids

    def schema(self) -> dict[str, Any]:
        one = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        return {"type": "string", "pattern": f"^{one}(,{one})*$"}


class Word(Parameter[str]):
    """One of a few words."""

    def __init__(self, name: str, words: Sequence[str], doc: str) -> None:
        super().__init__(name, words[0], doc)
        self._words = words

    def parse(self, text: str) -> str:
        if text not in self._words:
            raise BadRequest(
                ErrorId.VALUE_UNKNOWN, f"{self.name} should be one of: {', '.join(self._words)}"
            )
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self._words), "default": self.default}


class Words(Parameter["Sequence[str]"]):
    """Comma-separated words out of a list; none by default."""

    def __init__(self, name: str, words: Sequence[str], doc: str) -> None:
        super().__init__(name, (), doc)
        self._words = words

    def parse(self, text: str) -> Sequence[str]:
        words = list(dict.fromkeys(text.split(",")))
        for word in words:
            if word not in self._words:
                raise BadRequest(
                    ErrorId.VALUE_UNKNOWN,
                    f"Invalid {self.name} filter. Allowed values: {', '.join(self._words)}",
                )
        return words

    def schema(self) -> dict[str, Any]:
        one = "|".join(map(re.escape, self._words))
        return {"type": "string", "pattern": f"^({one})(,({one}))*$"}


LIMIT = Clamped("limit", 100, 1, 100, "How many at most; clamped to 1 to 100.")
OFFSET = Clamped("offset", 0, 0, LARGEST_INTEGER, "How many to skip; a negative one is 0.")
PAGE_LIMIT = Paged("limit", 100, 1, 100, "How many at most, 1 or more; above 100 it is 100.")
PAGE_OFFSET = Paged("offset", 0, 0, LARGEST_INTEGER, "How many to skip.")
SKIP = Clamped("skip", 0, 0, LARGEST_INTEGER, "Another name for `offset`, which wins.")
PAGE = (PAGE_LIMIT, PAGE_OFFSET, SKIP)


class Query:
    """The query of one request."""

    def __init__(self, raw: bytes) -> None:
        """Split the query string.

        Raises:
            BadRequest: it is no UTF-8, or holds U+0000 or a lone surrogate.
        """
        self._values: dict[str, str] = {}
        self._repeated: set[str] = set()
        if not raw:
            return
        try:
            pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise BadRequest(ErrorId.QUERY_INVALID, "Query is not valid UTF-8") from None
        self._values = dict(pairs)
        if len(self._values) < len(pairs):
            names = Counter(name for name, _ in pairs)
            self._repeated = {name for name, count in names.items() if count > 1}
        if any("\0" in name or "\0" in value for name, value in pairs):
            raise BadRequest(ErrorId.TEXT_NUL, "Query should NOT contain U+0000")

    def ignored(self, known: Collection[str]) -> list[str]:
        """Return the names of parameters that have no effect."""
        return [name for name in self._values if name not in known]

    def refuse_all_but(self, known: Collection[str]) -> None:
        """Refuse parameters that have no effect.

        Raises:
            BadRequest: names the first.
        """
        for name in self._values:
            if name not in known:
                raise BadRequest(
                    ErrorId.QUERY_INVALID, f"Query should NOT have additional parameter '{name}'"
                )

    def only(self, known: Collection[str]) -> Query:
        """Return the query with these parameters alone."""
        query = Query(b"")
        query._values = {name: self._values[name] for name in self._values if name in known}
        query._repeated = self._repeated & set(known)
        return query

    def get(self, parameter: Parameter[T]) -> T:
        """Return the value of `parameter`, or its default when it is absent or empty.

        Raises:
            BadRequest: the value is not of the parameter's type or list, or there are several.
        """
        if parameter.name in self._repeated:
            raise BadRequest(ErrorId.QUERY_INVALID, f"{parameter.name} should be given once")
        text = self._values.get(parameter.name)
        return parameter.parse(text) if text else parameter.default

    def get_first(self, *parameters: Parameter[T]) -> T:
        """Return the value of the first of `parameters` that is given.

        Without any it is the default of the last one.
        """
        values = [self.get(parameter) for parameter in parameters]
        for parameter, value in zip(parameters, values, strict=True):
            if self._values.get(parameter.name):
                return value
        return values[-1]


def page_of(query: Query) -> Page:
    """Return the part of a list that a query asks for.

    Raises:
        BadRequest: a number is below the least.
    """
    return Page(query.get(PAGE_LIMIT), query.get_first(PAGE_OFFSET, SKIP))


def integer_id(text: str) -> int:
    """Return an integer id as written in a path or list.

    Anything else is 0, which nothing has.
    """
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_INTEGER)):
        number = int(text)
        return number if number <= LARGEST_INTEGER else 0
    return 0
