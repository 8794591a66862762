"""Template context of a quote, a proposal and a contract: what is offered, to whom, for how much."""

from __future__ import annotations

from decimal import Decimal

from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.template_values import (
    ContextRows,
    DocumentFacts,
    Figure,
    TemplateContext,
    amount_figure,
    day_figure,
    document_head,
    join_nonblank,
    labelled_line,
    labelled_rows,
    localize_currency_name,
    localize_day,
    localize_money,
    localize_number,
    localize_percent,
    money_figure,
    number_figure,
    own_column_rows,
    percent_figure,
    unit_label,
)
from xl_salesflow.locale.texts import Language

_QUOTE_TEXT_FIELDS = ("terms", "notes")


def build_quote_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a quote, with the total and the last day as one line and how to accept.

    The bank details are printed if Settings wants them on quotes.
    """
    quote, seller = facts["quote"], facts["seller"]
    dates = labelled_rows(
        ("date", day_figure(quote["date"], language)), ("valid_until", day_figure(quote["valid_until"], language)),
        ("version", str(quote["version"]) if quote["version"] > 1 else ""), ("replaces", quote["supersedes"]),
        language=language,
    ) + (own_column_rows(facts, language) if "own" in facts else [])  # fmt: skip
    draft = quote["status"] in ("", "draft")
    total = localize_money(facts["totals"]["total"], facts["currency"], language)
    until, reply = localize_day(quote["valid_until"], language), facts["owner"]["email"] or seller["email"]
    return {
        **document_head(facts, "quotation", quote["number"], language, dates, draft),
        **_offer_fields(facts, language),
        "headline": document_text("headline_until" if until else "headline", language, total=total, day=until),
        "how_to_accept": document_text("accept_by_email" if reply else "accept_by_signing", language, email=reply),
        "bank": seller["bank"] if facts["bank_on_quotes"] else "",
    }


def build_proposal_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a proposal: the quote, the customer's needs and the next steps."""
    needs = facts["needs"]
    steps = [step["step"] for step in facts["steps"] if step["step"]]
    labels = (
        [document_text("next_step_label", language)] if len(steps) == 1 else [f"{n}." for n in range(1, len(steps) + 1)]
    )
    return {
        **build_quote_context(facts, language),
        "title": document_text("proposal", language),
        "opening": document_text(
            "proposal_opening", language, account=facts["buyer"]["account"], company=facts["seller"]["company"]
        ),
        "needs": {key: needs[key] for key in ("pain", "explicit_needs", "latent_needs", "cost_of_inaction")},
        "steps": [{"label": label, "value": step} for label, step in zip(labels, steps, strict=True)],
    }


def build_contract_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a contract: the offer, the clauses, and what was agreed orally."""
    quote, contract = facts["quote"], facts["contract"]
    dates = labelled_rows(
        ("date", day_figure(contract["date"], language)), ("by_quote", quote["number"]), language=language
    ) + (own_column_rows(facts, language) if "own" in facts else [])
    names = {"buyer": facts["buyer"]["account"], "seller": facts["seller"]["company"]}
    return {
        **document_head(facts, "contract", contract["number"], language, dates, quote["status"] != "accepted"),
        **_offer_fields(facts, language),
        "opening": document_text("contract_opening", language, **names),
        "clauses": _contract_clause_rows(facts, language),
        "agreed": "\n".join(facts["agreed"]),
    }


def _contract_clause_rows(facts: DocumentFacts, language: Language) -> ContextRows:
    price = localize_money(facts["totals"]["total"], facts["currency"], language)
    words = {
        "total": f"{price} {_total_in_words(facts, language)}".strip(),
        "terms": facts["quote"]["terms"] or document_text("to_agree", language),
    }
    clauses = ("price", "delivery", "inspection", "warranty", "secrecy", "liability", "ending", "law", "copies")
    return [
        {
            "heading": f"{number}. {document_text(f'clause_{clause}', language)}",
            "text": document_text(f"clause_{clause}_text", language, **words),
        }
        for number, clause in enumerate(clauses, 2)
    ]


def _offer_fields(facts: DocumentFacts, language: Language) -> TemplateContext:
    quote, lines, contact, owner = facts["quote"], facts["lines"], facts["contact"], facts["owner"]
    basis = "no_tax" if not facts["tax_rate"] else "with_tax" if facts["tax_mode"] == "inclusive" else "without_tax"
    prices = {
        "currency": localize_currency_name(facts["currency"], language),
        "code": facts["currency"],
        "mode": document_text(basis, language),
    }
    person = ", ".join(filter(None, (contact["contact"], contact["title"])))
    return {
        "quote": {
            **{key: quote[key] for key in ("number", "supersedes", *_QUOTE_TEXT_FIELDS)},
            "version": str(quote["version"]) if quote["version"] > 1 else "",
            "date": day_figure(quote["date"], language),
            "valid_until": day_figure(quote["valid_until"], language),
        },
        "buyer": {
            **facts["buyer"],
            "tax_line": labelled_line("tax_id", facts["buyer"]["tax_id"], language),
            "contact_line": labelled_line("attention", person, language),
        },
        "contact": dict(contact),
        "owner": {**owner, "name": owner["person"] or facts["seller"]["company"]},
        "deal": {**facts["deal"], "line": labelled_line("regarding", facts["deal"]["name"], language)},
        "lines": _offer_line_rows([line for line in lines if not line["optional"]], language),
        "options": _offer_line_rows([line for line in lines if line["optional"]], language, "O"),
        "discounts": document_text("discount", language) if any(line["discount"] for line in lines) else "",
        "prices_in": document_text("prices_in", language, **prices),
        "sums": _offer_total_rows(facts, language),
        "total_label": document_text("total_with_tax" if facts["totals"]["tax"] else "total", language),
        "total": money_figure(facts["totals"]["total"], facts["currency"], language),
        "in_base": _total_in_base_currency(facts, language),
        "in_words": _total_in_words(facts, language),
        "benefits": benefit_rows(facts["benefits"], language),
        "currency": facts["currency"],
        "changes": [
            {key: change[key].in_(language) for key in ("what", "text")} for change in facts.get("changes", ())
        ],
    }


def _offer_line_rows(lines: list[DocumentFacts], language: Language, prefix: str = "") -> ContextRows:
    """Return the printed lines, numbered from 1; an option has a number with a *prefix*, O1, so that no number repeats."""
    units = [unit_label(line["unit"], line["quantity"], language) for line in lines]
    return [
        {
            "number": f"{prefix}{number}" if prefix else Figure(str(number), number),
            "product": line["product"] or line["description"],
            "description": line["description"] if line["product"] else "",
            "quantity": number_figure(line["quantity"], language),
            "unit": unit,
            "measure": f"{localize_number(line['quantity'], language)} {unit}".strip(),
            "price": amount_figure(line["price"], language),
            "discount": percent_figure(line["discount"], language) if line["discount"] else "",
            "net": amount_figure(line["net"], language),
        }
        for number, (line, unit) in enumerate(zip(lines, units, strict=True), 1)
    ]


def _offer_total_rows(facts: DocumentFacts, language: Language) -> ContextRows:
    """Return label and value of each row between the lines and the total."""
    totals, included = facts["totals"], facts["tax_mode"] == "inclusive"
    tax = {
        "name": facts["tax_name"] or document_text("tax_name", language),
        "rate": localize_percent(facts["tax_rate"], language),
    }
    rows: list[tuple[str, Decimal, dict[str, str]]] = [("subtotal", totals["subtotal"], {})]
    if totals["discount"]:
        rows.append(("total_discount", -totals["discount"], {"rate": localize_percent(facts["discount"], language)}))
    if totals["shipping"]:
        rows.append(("shipping", totals["shipping"], {}))
    if not included and len(rows) > 1:
        rows.append(("net", totals["net"], {}))
    if totals["tax"] or facts["tax_rate"]:
        rows.append(("tax_within" if included else "tax", totals["tax"], tax))
    if len(rows) == 1:
        return []  # the total alone is enough
    return [
        {"label": document_text(label, language, **words), "value": amount_figure(amount, language)}
        for label, amount, words in rows
    ]


def _total_in_base_currency(facts: DocumentFacts, language: Language) -> str:
    if not facts["home_currency"] or facts["rate"] is None or facts["currency"] == facts["base_currency"]:
        return ""
    amount = localize_money(facts["totals"]["total"] * facts["rate"], facts["base_currency"], language)
    return document_text("in_base", language, amount=amount, rate=localize_number(facts["rate"], language))


def _total_in_words(facts: DocumentFacts, language: Language) -> str:
    # Chinese documents spell amounts in capitals, and so do amounts in renminbi in any language
    if not facts["capitals"] or (language != "zh" and facts["currency"] != "CNY"):
        return ""
    return localize_currency_name(facts["currency"], "zh") + str(facts["capitals"])


def benefit_rows(benefits: list[DocumentFacts], language: Language) -> ContextRows:
    """Return product, benefit, the chain from feature to advantage, and the needs that the benefit meets."""
    return [
        {
            **{key: str(row[key]) for key in ("product", "feature", "advantage", "benefit")},
            "chain": " → ".join(filter(None, (row["feature"], row["advantage"]))),
            "answers": document_text("answers", language, needs=join_nonblank(row["needs"], language))
            if row["needs"]
            else "",
        }
        for row in benefits
    ]
