"""Finds what serves a path: a tree of its parts, in which a fixed part goes before a parameter."""

from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    """A place in the tree; what is served there stands under its methods."""

    __slots__ = ("fixed", "methods", "parameter")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node[T]] = {}
        self.parameter: _Node[T] | None = None
        self.methods: dict[str, tuple[T, tuple[str, ...]]] = {}


class Router(Generic[T]):
    """Paths with parameters in braces, `/spaces/{space_uid}`; each stands for one whole part."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self.paths: list[str] = []
        """All paths as they were added, each once."""

    def add(self, method: str, path: str, served: T) -> None:
        """Serve a method of a path."""
        if path not in self.paths:
            self.paths.append(path)
        node, names = self._root, []
        for part in _parts(path):
            if part.startswith("{"):
                names.append(part[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.fixed.setdefault(part, _Node())
        node.methods[method] = (served, tuple(names))

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | list[str]:
        """Return what serves a method of a path, and the path's parameters by name.

        If nothing does it is the list of the methods that the path has, empty for none. A slash at
        the end of a path does not matter.
        """
        values: list[str] = []
        node = _find(self._root, _parts(path), 0, values)
        if node is None:
            return []
        found = node.methods.get(method)
        if found is None:
            return list(node.methods)
        served, names = found
        return served, dict(zip(names, values, strict=True))


def _parts(path: str) -> list[str]:
    return path.rstrip("/").split("/")


def _find(node: _Node[T], parts: list[str], at: int, values: list[str]) -> _Node[T] | None:
    if at == len(parts):
        return node if node.methods else None
    part = parts[at]
    below = node.fixed.get(part)
    if below is not None and (found := _find(below, parts, at + 1, values)) is not None:
        return found
    if node.parameter is None or not part:
        return None
    values.append(part)
    found = _find(node.parameter, parts, at + 1, values)
    if found is None:
        values.pop()
    return found
