"""The menus whose entries are the same in every workbook; a press names the place of an entry, from 1."""

from __future__ import annotations

from collections.abc import Mapping

from xl_salesflow import playbooks
from xl_salesflow.documents.kinds import PAPERS
from xl_salesflow.excel.comparing_buttons import SPANS
from xl_salesflow.model.text import Text
from xl_salesflow.papers import KINDS

MENUS: Mapping[str, tuple[Text, ...]] = {
    "papers": tuple(PAPERS[kind].name for kind in KINDS),
    "spans": tuple(SPANS.values()),
    "playbooks": tuple(playbooks.title(name) for name in playbooks.names()),
}
"""Menu of a verb → its entries."""
