"""What the doctor looks at, and what a pain is: one check of its own, and its remedy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xl_salesflow.excel.addin.places import Places
from xl_salesflow.model.text import Text

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Case:
    """The person's places, their environment, a workbook if one is named, how to run a program."""

    places: Places
    environment: Mapping[str, str]
    workbook: str = ""
    run: Run = subprocess.run


ELSEWHERE = Text("", "")
"""What a look answers where its pain cannot be: on another system, or without a workbook."""


@dataclass(frozen=True, slots=True)
class Pain:
    """One way in which an add-in fails. *look* answers what is wrong with the remedy, None when all is well.

    *issues* are the numbers under which users of xlwings told of it.
    """

    id: str
    look: Callable[[Case], Text | None]
    well: Text
    issues: tuple[int, ...] = ()
