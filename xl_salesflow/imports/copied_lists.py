"""Leave out the sheets of a workbook that repeat the list of another sheet: an old copy, a backup, a printout."""

from __future__ import annotations

from collections.abc import Sequence

from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.table_matching import TableMatch, words_of_file_name
from xl_salesflow.schema.table_registry import TABLES

_COPY_WORDS = frozenset(
    [
        "old",
        "copy",
        "backup",
        "archive",
        "previous",
        "alt",
        "kopie",
        "copie",
        "copia",
        "\u65e7",
        "\u5907\u4efd",
        "\u526f\u672c",
    ]
)
_IDENTITY_TARGETS = frozenset({"name", "account", "contact"})
_LEFT_OUT = TableMatch("", {}, 0.0)
_COPIED_SHARE = 0.5  # of the rows of the smaller list


def leave_out_copied_lists(
    matches: Sequence[tuple[ImportSource, TableMatch | None]], remarks: ProposalNotes
) -> list[tuple[ImportSource, TableMatch | None]]:
    """Return *matches* without a table for sheets that repeat the list of another sheet of the same workbook.

    Of two such sheets, the one whose name says that it is a copy is left out, or else the later one.
    """
    kept = list(matches)
    for at, (source, match) in enumerate(matches):
        for other_at, (other, its) in enumerate(matches[:at]):
            if match is None or its is None or source.hidden or other.hidden:
                continue
            if _LEFT_OUT in (kept[at][1], kept[other_at][1]):
                continue
            if source.path == other.path and match.table == its.table and _is_copied_list(source, match, other, its):
                is_named_copy = bool(_COPY_WORDS & words_of_file_name(other.sheet)) and not (
                    _COPY_WORDS & words_of_file_name(source.sheet)
                )
                left, stays = (other_at, source) if is_named_copy else (at, other)
                remarks.add_copied_sheet(kept[left][0], stays, match.table)
                kept[left] = (kept[left][0], _LEFT_OUT)
    return kept


def _is_copied_list(source: ImportSource, match: TableMatch, other: ImportSource, its: TableMatch) -> bool:
    shared = [target for target in match.columns.values() if target in its.columns.values()]
    identity = [target for target in shared if target in _IDENTITY_TARGETS or target == TABLES[match.table].key]
    if not identity or len(shared) < 2 or set(match.columns.values()) ^ set(its.columns.values()):
        return False
    rows, others = (
        set(zip(*(tidy_texts(one.cells[header]) for header, to in how.columns.items() if to in identity), strict=True))
        for one, how in ((source, match), (other, its))
    )
    return len(rows & others) >= _COPIED_SHARE * min(len(rows), len(others))
