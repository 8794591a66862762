"""Where rows that are being added come from, so that a finding about one can name its file and cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PlaceInFile = tuple[str, int]
"""The name of a file and the number of a row in it."""


@dataclass(frozen=True)
class NewRowPlaces:
    """The places of the new rows of an import, by table and key, and for each file the headers of its columns, by column."""

    rows: Mapping[str, Mapping[str, PlaceInFile]]
    headers: Mapping[str, Mapping[str, str]]
