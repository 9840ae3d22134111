"""What commands are told beside their own line: the configuration file, and the environment."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from kadence.domain.errors import KadenceError
from kadence.settings import InvalidSetting, Settings, is_number, variable_name

FILE = Path("/etc/kadence.toml")
"""Where the configuration is unless `--config` or `KADENCE_CONFIG` say otherwise."""
CONFIG_VARIABLE = "KADENCE_CONFIG"
FIRST_COMPANY = ("KADENCE_COMPANY", "KADENCE_EMAIL", "KADENCE_NAME")
"""What `kadence init` is told, and the first `kadence serve` that nobody has run it for."""
OPTIONS = (*map(variable_name, Settings.__struct_fields__), *FIRST_COMPANY)
IN_FILES = {f"{name}_FILE": name for name in OPTIONS}
"""Variables that name a file with the value of another, as secrets of containers come."""
VARIABLES = (*OPTIONS, *IN_FILES, CONFIG_VARIABLE)
"""All that is read from the environment."""
LARGEST_FILE = 64 * 1024

_OF_KUBERNETES = re.compile(r"KADENCE_(SERVICE_(HOST|PORT)|PORT_[0-9]+_)")
"""What Kubernetes gives each process beside a service called kadence."""
_LINK = re.compile(r"(tcp|udp|sctp)://")


class UnknownSetting(KadenceError):
    """Something is set that no command knows."""


def refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Refuse variables of ours that nothing reads: a typing error would go unnoticed.

    Raises:
        UnknownSetting: there is one; the message names it, and what may have been meant.
        InvalidSetting: Kubernetes has set one of ours to something else.
    """
    for name in sorted(environment):
        ours = name.startswith("KADENCE_") and not _OF_KUBERNETES.match(name)
        if ours and name not in VARIABLES:
            hint = _hint(name, VARIABLES)
            raise UnknownSetting(f"the environment has {name}, which is no option{hint}")
    if _LINK.match(environment.get("KADENCE_PORT", "")):
        raise InvalidSetting(
            "KADENCE_PORT was set by Kubernetes, for a service called kadence: give the pod"
            " enableServiceLinks: false"
        )


def values_from_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables whose values are in files, without the end of their last line.

    Raises:
        InvalidSetting: a file cannot be read, is no text, or the variable is set by itself, too.
    """
    found = {}
    for variable, name in IN_FILES.items():
        if variable not in environment:
            continue
        if name in environment:
            raise InvalidSetting(f"{name} and {variable} are both set: leave one of them out")
        try:
            with Path(environment[variable]).open("rb") as file:
                raw = file.read(LARGEST_FILE + 1)
            if len(raw) > LARGEST_FILE:
                raise InvalidSetting(f"{variable}: the file has more than {LARGEST_FILE} bytes")
            found[name] = raw.decode().removesuffix("\n").removesuffix("\r")
        except OSError as error:
            raise InvalidSetting(f"{variable}: cannot read the file: {error.strerror}") from error
        except ValueError as error:
            raise InvalidSetting(f"{variable}: the file is no text in UTF-8") from error
    return found


def read_file(path: Path | None) -> dict[str, Any]:
    """Return the options that the configuration file sets; none where there is no FILE.

    Raises:
        UnknownSetting: it sets something that is no option.
        InvalidSetting: it cannot be read, is no TOML, or has a value that makes no sense.
    """
    try:
        with (path or FILE).open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        if path is None:
            return {}
        raise InvalidSetting(f"there is no configuration file {path}") from error
    except OSError as error:
        raise InvalidSetting(f"cannot read {path or FILE}: {error.strerror}") from error
    try:
        if len(raw) > LARGEST_FILE:
            raise InvalidSetting(f"it has more than {LARGEST_FILE} bytes")
        found = tomllib.loads(raw.decode())
        for name, value in found.items():
            _check(name, value)
        Settings(**found)
    except KadenceError as error:
        raise InvalidSetting(f"{path or FILE}: {error.message}") from error
    except ValueError as error:
        raise InvalidSetting(f"{path or FILE} is no TOML: {error}") from error
    return found


def _check(name: str, value: object) -> None:
    if name not in Settings.__struct_fields__:
        raise UnknownSetting(f"{name} is no option{_hint(name, Settings.__struct_fields__)}")
    wanted, words = (int, "a number") if is_number(name) else (str, "a text in quotes")
    if type(value) is not wanted:
        raise InvalidSetting(f"{name} should be {words}")


def _hint(name: str, known: Iterable[str]) -> str:
    of_letters = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name.lower().replace("-", "_"), of_letters, 1)
    return f": did you mean {of_letters[close[0]]}?" if close else ""


class _Parameter(Protocol):
    @property
    def name(self) -> str | None: ...

    @property
    def envvar(self) -> str | Sequence[str] | None: ...


class _Command(Protocol):
    @property
    def params(self) -> Sequence[_Parameter]: ...


def default_map(command: _Command, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return click's map of defaults: for each command the values of the options that it has."""
    of_variable = {variable_name(name): value for name, value in values.items()}
    defaults: dict[str, Any] = {
        parameter.name: of_variable[parameter.envvar]
        for parameter in command.params
        if parameter.name and isinstance(parameter.envvar, str) and parameter.envvar in of_variable
    }
    below: Mapping[str, _Command] = getattr(command, "commands", {})
    return defaults | {name: default_map(one, values) for name, one in below.items()}
