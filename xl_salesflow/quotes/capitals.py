"""An amount in Chinese capitals, as contracts and invoices spell it out."""

from __future__ import annotations

from decimal import Decimal

from xl_salesflow.quotes.money import rounded

_LARGEST = Decimal(10) ** 16  # beyond it there is no agreed way to say it


def capitals(amount: Decimal) -> str:
    """Return *amount* rounded to cents in capitals, such as 壹佰贰拾元伍角; empty from 10^16 on."""
    import cn2an  # costs more to load than a whole run of a small workbook

    cents = rounded(amount)
    return "" if abs(cents) >= _LARGEST else str(cn2an.an2cn(f"{cents:f}", "rmb"))
