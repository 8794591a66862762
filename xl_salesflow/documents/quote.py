"""A quote, ready to be laid out: every figure as the text that is printed, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xl_salesflow.documents import figures
from xl_salesflow.documents.environment import fill
from xl_salesflow.documents.logo import Logo, logo
from xl_salesflow.documents.pdf import pictured, typeset
from xl_salesflow.documents.texts import say, texts
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

Facts = Mapping[str, Any]


def as_html(document: Document, language: Language) -> bytes:
    """Return the quote as one self-contained page that prints on A4."""
    mark = _logo(document.facts)
    page = fill("quote.html", q=shown(document.facts, language), t=texts(language), logo=mark and mark.uri)
    return page.encode("utf-8")


def as_pdf(document: Document, language: Language) -> bytes:
    """Return the quote as PDF; its text is passed as data, so nothing in it is read as markup."""
    mark = _logo(document.facts)
    picture = list(mark.content) if mark and pictured(mark.content) else None
    data = {"q": shown(document.facts, language), "t": texts(language), "logo": picture}
    return typeset("quote.typ", data)


def shown(facts: Facts, language: Language) -> dict[str, Any]:
    """Return the facts of a quote (quotes.facts) as text in *language*."""
    quote, lines = facts["quote"], facts["lines"]
    listed = [_line(line, language) for line in lines if not line["optional"]]
    mode = "with_tax" if facts["tax_mode"] == "inclusive" else "without_tax"
    currency = figures.currency_name(facts["currency"], language)
    return {
        "language": "zh-Hans" if language == "zh" else "en",
        "title": f"{say('quotation', language)} {quote['number']}",
        "quote": {
            **{id: quote[id] for id in ("number", "supersedes", "terms", "notes")},
            "version": str(quote["version"]) if quote["version"] > 1 else "",
            "draft": quote["status"] in ("", "draft"),
            "date": figures.day(quote["date"], language),
            "valid_until": figures.day(quote["valid_until"], language),
        },
        **{id: dict(facts[id]) for id in ("seller", "buyer", "contact", "owner", "deal")},
        "lines": listed,
        "options": [_line(line, language) for line in lines if line["optional"]],
        "discounts": any(line["discount"] for line in lines),
        "prices_in": say("prices_in", language, currency=currency, mode=say(mode, language)),
        "sums": _sums(facts, language),
        "total": figures.money(facts["totals"]["total"], facts["currency"], language),
        "in_base": _in_base(facts, language),
        "in_words": _in_words(facts, language),
        "benefits": [_benefit(benefit, language) for benefit in facts["benefits"]],
    }


def _line(line: Facts, language: Language) -> dict[str, str]:
    unit = figures.unit(line["unit"], line["quantity"], language)
    return {
        "product": line["product"] or line["description"],
        "description": line["description"] if line["product"] else "",
        "quantity": f"{figures.number(line['quantity'], language)} {unit}".strip(),
        "price": figures.amount(line["price"], language),
        "discount": figures.percent(line["discount"], language) if line["discount"] else "",
        "net": figures.amount(line["net"], language),
    }


def _sums(facts: Facts, language: Language) -> list[dict[str, str]]:
    """Return label and value of each row between the lines and the total."""
    totals, included = facts["totals"], facts["tax_mode"] == "inclusive"
    rate = figures.percent(facts["tax_rate"], language)
    rows: list[tuple[str, Decimal, dict[str, str]]] = [("subtotal", totals["subtotal"], {})]
    if totals["discount"]:
        rows.append(("total_discount", -totals["discount"], {"rate": figures.percent(facts["discount"], language)}))
    if totals["shipping"]:
        rows.append(("shipping", totals["shipping"], {}))
    if not included and len(rows) > 1:
        rows.append(("net", totals["net"], {}))
    if totals["tax"] or facts["tax_rate"]:
        rows.append(("tax_within" if included else "tax", totals["tax"], {"rate": rate}))
    if len(rows) == 1:
        return []  # the total says it
    return [{"label": say(id, language, **words), "value": figures.amount(sum, language)} for id, sum, words in rows]


def _in_base(facts: Facts, language: Language) -> str:
    if facts["rate"] is None or facts["currency"] == facts["base_currency"]:
        return ""
    worth = figures.money(facts["totals"]["total"] * facts["rate"], facts["base_currency"], language)
    return say("in_base", language, amount=worth, rate=figures.number(facts["rate"], language))


def _in_words(facts: Facts, language: Language) -> str:
    # capitals belong to Chinese papers, and to amounts in renminbi in any language
    if not facts["capitals"] or (language != "zh" and facts["currency"] != "CNY"):
        return ""
    return figures.currency_name(facts["currency"], "zh") + str(facts["capitals"])


def _benefit(benefit: Facts, language: Language) -> dict[str, str]:
    needs = "、".join(benefit["needs"]) if language == "zh" else ", ".join(benefit["needs"])
    told = {id: str(benefit[id]) for id in ("product", "feature", "advantage", "benefit")}
    return {**told, "answers": say("answers", language, needs=needs) if needs else ""}


def _logo(facts: Facts) -> Logo | None:
    return logo(str(facts.get("source", "")), facts["seller"]["logo"])
