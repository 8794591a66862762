"""Remember what was read from small parts, for the next workbook that holds the same bytes.

Workbooks made from one template share most of their sheets: a batch over a thousand of them would read the same fifty
sheets a thousand times. A part is known by the digest of its compressed bytes, so that it need not even be unpacked; a
save copies the parts that it does not change as these bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from xl_salesflow.ooxml.opc_package import Package

Kept = TypeVar("Kept")

LARGEST_REMEMBERED = 1 << 19
"""Unpacked bytes of the largest part that is remembered: a sheet of more rows is hardly ever the same in two workbooks."""

_LARGEST_TOTAL = 1 << 24
"""Unpacked bytes of all parts that are remembered at a time: some five workbooks with few rows."""


class _KeptResult(NamedTuple, Generic[Kept]):
    size: int
    value: Kept


@dataclass(eq=False)
class PartMemory(Generic[Kept]):
    """Results computed from parts; those used last are kept. Nobody may change a result."""

    _kept: OrderedDict[Hashable, _KeptResult[Kept]] = field(default_factory=OrderedDict)
    _total: int = 0

    def recall(self, package: Package, parts: Sequence[str], facts: Hashable, compute: Callable[[], Kept]) -> Kept:
        """Return what *compute* returned for the same *facts* and the same bytes of all *parts*, or call it.

        An error of *compute* is not remembered; nor is anything if the first part has more than `LARGEST_REMEMBERED` bytes.
        """
        size = package.size(parts[0])
        if size > LARGEST_REMEMBERED:
            return compute()
        key = (*map(package.fingerprint, parts), facts)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key].value
        value = compute()
        self._kept[key] = _KeptResult(size, value)
        self._total += size
        while self._total > _LARGEST_TOTAL:
            self._total -= self._kept.popitem(last=False)[1].size
        return value
