"""What was shared with whom: the states that come-back workbooks are compared with, kept in a hidden folder beside the book.

The folder holds every workbook as it was shared, byte for byte, and as it was collected since. The Journal could not tell a
deal that was never there from one that was deleted, a file in the folder of the people could be changed or lost by them, and
the main workbook itself has moved on; only the state shared makes a three-way merge exact. A state that was collected counts
only while the main workbook still has that run: after an undo, the same changes are taken again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text

_LIST_FILE = "shared.json"
_SHARES_KEPT = 5
"""How many earlier shares of a person can still come back."""


@dataclass(frozen=True)
class SharedState:
    """One state of a person's workbook: as shared (*collected* is None), or as collected by that run ("": it changed nothing).

    *run* is the run that shared it, *digest* the SHA-256 of the file, *rows* a digest of what the main workbook had to share.
    """

    person: str
    file: str
    run: str
    mark: str
    digest: str
    rows: str = ""
    collected: str | None = None


@dataclass(frozen=True)
class SharedStates:
    """The known states of the workbooks shared from one workbook, the oldest first."""

    folder: Path
    states: tuple[SharedState, ...] = ()

    def find_share(self, run: str) -> SharedState | None:
        """Return the state that the run *run* shared."""
        return next((one for one in self.states if one.run == run and one.collected is None), None)

    def find_latest(self, person: str) -> SharedState | None:
        """Return the state that *person* got last."""
        shares = [one for one in self.states if fold_text(one.person) == fold_text(person) and one.collected is None]
        return shares[-1] if shares else None

    def find_collected(self, run: str, journal: pd.DataFrame) -> SharedState | None:
        """Return the last collected state of what *run* shared that the main workbook with *journal* still has."""
        found = [one for one in self.states if one.run == run and one.collected is not None]
        return next((one for one in reversed(found) if _is_in_force(one.collected or "", journal)), None)

    def find_known(self, digest: str, journal: pd.DataFrame) -> SharedState | None:
        """Return the state of a file with this digest of which nothing is left to collect."""
        found = (one for one in reversed(self.states) if one.digest == digest)
        return next((one for one in found if _is_in_force(one.collected or "", journal)), None)

    @property
    def runs(self) -> set[str]:
        """Return the runs that shared a workbook."""
        return {one.run for one in self.states}

    def read(self, state: SharedState) -> bytes | None:
        """Return the workbook of *state*; None if it is no longer there or not what it was."""
        try:
            data = self._place(state.digest).read_bytes()
        except OSError:
            return None
        return data if digest_of_bytes(data) == state.digest else None

    def save(self, added: Iterable[tuple[SharedState, bytes]], like: Path) -> SharedStates:
        """Add states with their workbooks, drop those that nobody is expected to send back, and return what is known then."""
        states = list(self.states)
        for state, data in added:
            save_file_atomically(self._place(state.digest), data, like)
            states = [*(one for one in states if one != state), state]
        kept = replace(self, states=tuple(_drop_old_shares(states)))
        listed = json.dumps([asdict(one) for one in kept.states], ensure_ascii=False, indent=1)
        save_file_atomically(self.folder / _LIST_FILE, listed.encode(), like)
        used = {self._place(one.digest).name for one in kept.states}
        for file in self.folder.glob("*.xlsx"):
            if file.name not in used:
                file.unlink(missing_ok=True)
        return kept

    def _place(self, digest: str) -> Path:
        return self.folder / f"{digest[:24]}.xlsx"


def read_shared_states(book: Path) -> SharedStates:
    """Return what was shared from the workbook at *book*.

    Raises:
        UsageError: the list in the hidden folder cannot be read.
    """
    folder = book.parent / f".{book.stem}.shared"
    file = folder / _LIST_FILE
    if not file.exists():
        return SharedStates(folder)
    try:
        states = tuple(SharedState(**one) for one in json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        raise UsageError(
            "{file}, which knows what was shared with whom, cannot be read; restore it from a backup, or move its folder away "
            "and the people's workbooks with it.",
            file=file,
        ) from None
    return SharedStates(folder, states)


def digest_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of *data*."""
    return hashlib.sha256(data).hexdigest()


def _drop_old_shares(states: list[SharedState]) -> Iterator[SharedState]:
    shares: dict[str, list[str]] = {}
    for one in states:
        if one.collected is None:
            shares.setdefault(fold_text(one.person), []).append(one.run)
    kept = {run for runs in shares.values() for run in runs[-_SHARES_KEPT:]}
    return (one for one in states if one.run in kept)


def _is_in_force(run: str, journal: pd.DataFrame) -> bool:
    """Return whether *journal* has *run*, and no undo after it that touched one of its rows; no run changed nothing."""
    if not run:
        return True
    at = journal.index[(journal["run"] == run).to_numpy(bool)]
    if at.empty:
        return False
    lines = journal.loc[at]
    later = journal[(journal["verb"] == "undo") & (journal["time"] >= lines["time"].max())]
    touched = set(zip(lines["table"], lines["key"], strict=True))
    return touched.isdisjoint(zip(later["table"], later["key"], strict=True))
