"""Names of a package that are found when they are first used: whoever wants one of them loads no more than its home.

`__getattr__ = names(__name__, {"refs": ("Area", "letters"), "workbook": ("Workbook",)})` is all that a package says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def names(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return a module's `__getattr__` for names that live in modules of its *package*, and for those modules."""
    home_of = {name: home for home, living in homes.items() for name in living}

    def found(name: str) -> Any:
        if name in homes:
            return import_module(f"{package}.{name}")
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return found
