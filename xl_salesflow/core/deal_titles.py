"""How a deal is named to people: by its customer and its name, because nobody remembers its number."""

from __future__ import annotations

_TITLE_SEPARATOR = " · "


def deal_title(deal: str, name: str, account: str) -> str:
    """Return the customer and the name of a deal, each once; its number if it has neither."""
    parts = ("" if account and account in name else account, name)
    return _TITLE_SEPARATOR.join(filter(None, parts)) or deal
