"""A quote, a proposal and a contract: what is offered, to whom, for how much."""

from __future__ import annotations

from decimal import Decimal

from xl_salesflow.documents import figures
from xl_salesflow.documents.contexts.common import (
    Facts,
    Rows,
    amount,
    day,
    head,
    joined,
    labelled,
    money,
    number,
    pairs,
    percent,
)  # fmt: skip
from xl_salesflow.documents.texts import say
from xl_salesflow.documents.values import Context, Figure
from xl_salesflow.model.text import Language

_TEXTS = ("terms", "notes")


def quote(facts: Facts, language: Language) -> Context:
    """Return the facts of a quote (quotes.facts) as a template is given them."""
    told = facts["quote"]
    dates = pairs(
        ("date", day(told["date"], language)), ("valid_until", day(told["valid_until"], language)),
        ("version", str(told["version"]) if told["version"] > 1 else ""), ("replaces", told["supersedes"]),
        language=language,
    )  # fmt: skip
    draft = told["status"] in ("", "draft")
    return {**head(facts, "quotation", told["number"], language, dates, draft), **_offered(facts, language)}


def proposal(facts: Facts, language: Language) -> Context:
    """Return the facts of a proposal: a quote, what the customer needs and what happens next."""
    needs = facts["needs"]
    steps = [(day(step["date"], language), step["step"]) for step in facts["steps"] if step["step"]]
    return {
        **quote(facts, language),
        "title": say("proposal", language),
        "opening": say(
            "proposal_opening", language, account=facts["buyer"]["account"], company=facts["seller"]["company"]
        ),
        "needs": {id: needs[id] for id in ("pain", "explicit_needs", "latent_needs", "cost_of_inaction")},
        "steps": [{"label": when or say("next_step_label", language), "value": step} for when, step in steps],
    }


def contract(facts: Facts, language: Language) -> Context:
    """Return the facts of a contract: the offer, the parties' duties, and what was agreed by word of mouth."""
    told, paper = facts["quote"], facts["contract"]
    dates = pairs(
        ("date", day(paper["date"], language)), ("by_quote", told["number"]), language=language
    )  # fmt: skip
    names = {"buyer": facts["buyer"]["account"], "seller": facts["seller"]["company"]}
    return {
        **head(facts, "contract", paper["number"], language, dates, told["status"] != "accepted"),
        **_offered(facts, language),
        "opening": say("contract_opening", language, **names),
        "clauses": _clauses(facts, language),
        "agreed": "\n".join(facts["agreed"]),
    }


def _clauses(facts: Facts, language: Language) -> Rows:
    told = facts["quote"]
    price = figures.money(facts["totals"]["total"], facts["currency"], language)
    words = {
        "total": f"{price} {_in_words(facts, language)}".strip(),
        "terms": told["terms"] or say("to_agree", language),
    }
    ids = ("price", "delivery", "inspection", "warranty", "secrecy", "liability", "ending", "law", "copies")
    return [
        {
            "heading": f"{place}. {say(f'clause_{id}', language)}",
            "text": say(f"clause_{id}_text", language, **words),
        }
        for place, id in enumerate(ids, 2)
    ]


def _offered(facts: Facts, language: Language) -> Context:
    told, lines, contact, owner = facts["quote"], facts["lines"], facts["contact"], facts["owner"]
    mode = "with_tax" if facts["tax_mode"] == "inclusive" else "without_tax"
    currency = figures.currency_name(facts["currency"], language)
    person = ", ".join(filter(None, (contact["contact"], contact["title"])))
    return {
        "quote": {
            **{id: told[id] for id in ("number", "supersedes", *_TEXTS)},
            "version": str(told["version"]) if told["version"] > 1 else "",
            "date": day(told["date"], language),
            "valid_until": day(told["valid_until"], language),
        },
        "buyer": {
            **facts["buyer"],
            "tax_line": labelled("tax_id", facts["buyer"]["tax_id"], language),
            "contact_line": labelled("attention", person, language),
        },
        "contact": dict(contact),
        "owner": {**owner, "name": owner["person"] or facts["seller"]["company"]},
        "deal": {**facts["deal"], "line": labelled("regarding", facts["deal"]["name"], language)},
        "lines": _lines([line for line in lines if not line["optional"]], language),
        "options": _lines([line for line in lines if line["optional"]], language),
        "discounts": say("discount", language) if any(line["discount"] for line in lines) else "",
        "prices_in": say("prices_in", language, currency=currency, mode=say(mode, language)),
        "sums": _sums(facts, language),
        "total": money(facts["totals"]["total"], facts["currency"], language),
        "in_base": _in_base(facts, language),
        "in_words": _in_words(facts, language),
        "benefits": benefits(facts["benefits"], language),
        "currency": facts["currency"],
        "changes": [{id: change[id].in_(language) for id in ("what", "text")} for change in facts.get("changes", ())],
    }


def _lines(lines: list[Facts], language: Language) -> Rows:
    return [
        {
            "number": Figure(str(place), place),
            "product": line["product"] or line["description"],
            "description": line["description"] if line["product"] else "",
            "quantity": number(line["quantity"], language),
            "unit": figures.unit(line["unit"], line["quantity"], language),
            "price": amount(line["price"], language),
            "discount": percent(line["discount"], language) if line["discount"] else "",
            "net": amount(line["net"], language),
        }
        for place, line in enumerate(lines, 1)
    ]


def _sums(facts: Facts, language: Language) -> Rows:
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
    return [{"label": say(id, language, **words), "value": amount(sum, language)} for id, sum, words in rows]


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


def benefits(told: list[Facts], language: Language) -> Rows:
    """Return product, benefit, the chain from feature to advantage, and the needs that are answered."""
    return [
        {
            **{id: str(one[id]) for id in ("product", "feature", "advantage", "benefit")},
            "chain": " → ".join(filter(None, (one["feature"], one["advantage"]))),
            "answers": say("answers", language, needs=joined(one["needs"], language)) if one["needs"] else "",
        }
        for one in told
    ]
