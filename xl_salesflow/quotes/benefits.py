"""Feature, advantage and benefit of what is offered, with the needs of the customer that it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.quotes.record import Record, found

_SEPARATORS = re.compile(r"[,，、;；\n]")


def benefits(pipeline: Pipeline, deal: Record, products: Iterable[str]) -> list[dict[str, object]]:
    """Return product, feature, advantage, benefit and matched needs per product; those that answer a need come first.

    A product without any of the three texts has nothing to say and is left out.
    """
    wanted = " ".join(str(deal[id]) for id in ("pain", "explicit_needs", "latent_needs")).casefold()
    told = [_told(row, wanted) for row in _rows(pipeline, products)]
    telling = [one for one in told if one["feature"] or one["advantage"] or one["benefit"]]
    return sorted(telling, key=_answers, reverse=True)


def _rows(pipeline: Pipeline, products: Iterable[str]) -> list[Record]:
    return [found(pipeline, "Products", name) for name in dict.fromkeys(products) if name]


def _told(row: Record, wanted: str) -> dict[str, object]:
    words = [word.strip() for word in _SEPARATORS.split(row["needs"]) if word.strip()]
    told = {id: str(row[id]) for id in ("product", "feature", "advantage", "benefit")}
    return {**told, "needs": [word for word in words if _speaks_of(wanted, word.casefold())]}


def _speaks_of(text: str, word: str) -> bool:
    # a Latin word stands alone ("art" is not in "start"); Chinese has no blanks between words
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
    return word in text


def _answers(told: dict[str, object]) -> int:
    needs = told["needs"]
    return len(needs) if isinstance(needs, Sequence) else 0
