"""Template context of an invoice and of a payment reminder: what is to be paid, for what, by when, and how."""

from __future__ import annotations

from decimal import Decimal

from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.template_values import (
    ContextRows,
    DocumentFacts,
    TemplateContext,
    amount_figure,
    day_figure,
    document_head,
    labelled_line,
    labelled_rows,
    localize_currency_name,
    localize_day,
    localize_money,
    localize_number,
    localize_percent,
    money_figure,
    number_figure,
    percent_figure,
    unit_label,
)
from xl_salesflow.locale.texts import Language


def build_invoice_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of an invoice: the instalment with its tax, what it is for, and how to pay."""
    payment, tax = facts["payment"], facts["tax"]
    total, due = payment["due_amount"], payment["due_on"]
    dates = labelled_rows(
        ("invoice_date", day_figure(payment["invoiced"], language)), ("payable_by", day_figure(due, language)),
        ("by_quote", facts["quote"]), language=language,
    )  # fmt: skip
    words = {"total": localize_money(total, facts["currency"], language), "day": localize_day(due, language)}
    message = [document_text("letter_invoice", language, number=payment["invoice"], **words)]
    if due:
        message.append(document_text("letter_payable", language, **words))
    is_taxed = bool(tax["tax"] or tax["rate"])
    return {
        **document_head(facts, "invoice", payment["invoice"], language, dates),
        **_payer_fields(facts, language),
        "headline": document_text("headline_payable" if due else "headline_due", language, **words),
        "taxed": document_text("tax_amount", language) if is_taxed else "",
        "lines": [
            {
                "name": payment["name"] or facts["deal"]["name"] or payment["payment"],
                "about": _describe_part(facts, language),
                "net": amount_figure(tax["net"], language),
                "tax_rate": percent_figure(tax["rate"], language),
                "tax": amount_figure(tax["tax"], language),
                "amount": amount_figure(total, language),
            }
        ],
        "goods": _goods_rows(facts["goods"], language),
        "sums": _tax_rows(tax, language) if is_taxed else [],
        "total_label": document_text("total_with_tax" if is_taxed else "total", language),
        **_total_fields(facts, total, language),
        "pay": _pay_rows(facts, total, localize_day(due, language), language),
        "message": "\n".join(message),
    }


def build_reminder_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a payment reminder; its words become firmer with each step."""
    payment, reminder = facts["payment"], facts["reminder"]
    step, number = reminder["step"], payment["invoice"] or payment["payment"]
    what = (
        document_text("reminder_invoice", language, invoice=payment["invoice"])
        if payment["invoice"]
        else document_text("reminder_part", language, name=payment["name"] or payment["payment"])
    )
    words = {
        "open": localize_money(payment["open_amount"], facts["currency"], language),
        "what": what,
        "due": localize_day(payment["due_on"], language),
        "days": localize_number(reminder["days"], language),
        "until": localize_day(reminder["until"], language),
    }
    opening = _sentence(document_text(f"reminder_opening_{step}", language, **words))
    request = document_text(f"reminder_request_{step}", language, **words)
    return {
        **document_head(
            facts,
            f"reminder_title_{step}",
            number,
            language,
            labelled_rows(("date", day_figure(reminder["date"], language)), language=language),
        ),
        **_payer_fields(facts, language),
        "opening": opening,
        "request": request,
        "lines": [
            {
                "name": payment["name"] or number,
                "about": labelled_line("invoice_no", payment["invoice"], language),
                "invoiced": day_figure(payment["invoiced"], language),
                "due": day_figure(payment["due_on"], language),
                "days": number_figure(reminder["days"], language),
                "amount": amount_figure(payment["due_amount"], language),
            }
        ],
        "sums": _paid_rows(payment, language),
        "total_label": document_text("still_to_pay", language),
        **_total_fields(facts, payment["open_amount"], language),
        "pay": _pay_rows(facts, payment["open_amount"], words["until"], language),
        "closing": _closing_lines(facts, language),
        "message": f"{opening}\n\n{request}",
    }


def _payer_fields(facts: DocumentFacts, language: Language) -> TemplateContext:
    contact, owner, buyer = facts["contact"], facts["owner"], facts["buyer"]
    person = ", ".join(filter(None, (contact["contact"], contact["title"])))
    return {
        "buyer": {
            **buyer,
            "tax_line": labelled_line("tax_id", buyer["tax_id"], language),
            "contact_line": labelled_line("attention", person, language),
        },
        "contact": dict(contact),
        "owner": {**owner, "name": owner["person"] or facts["seller"]["company"]},
        "deal": {**facts["deal"], "line": labelled_line("regarding", facts["deal"]["name"], language)},
        "currency": facts["currency"],
        "prices_in": document_text(
            "amounts_in",
            language,
            currency=localize_currency_name(facts["currency"], language),
            code=facts["currency"],
        ),
    }


def _describe_part(facts: DocumentFacts, language: Language) -> str:
    payment = facts["payment"]
    share, contract = payment["share"], payment["contract"]
    if share is None or contract is None or share == 1:
        return document_text("by_quotation", language, quote=facts["quote"]) if facts["quote"] else ""
    return document_text(
        "part_of_contract",
        language,
        share=localize_percent(share, language),
        contract=localize_money(contract, facts["currency"], language),
    )


def _goods_rows(goods: list[DocumentFacts], language: Language) -> ContextRows:
    return [
        {
            "product": line["product"] or line["description"],
            "description": line["description"] if line["product"] else "",
            "quantity": number_figure(line["quantity"], language),
            "unit": unit,
            "measure": f"{localize_number(line['quantity'], language)} {unit}".strip(),
        }
        for line in goods
        for unit in [unit_label(line["unit"], line["quantity"], language)]
    ]


def _tax_rows(tax: DocumentFacts, language: Language) -> ContextRows:
    name = tax["name"] or document_text("tax_name", language)
    rate = localize_percent(tax["rate"], language)
    return [
        {"label": document_text("net", language), "value": amount_figure(tax["net"], language)},
        {"label": document_text("tax", language, name=name, rate=rate), "value": amount_figure(tax["tax"], language)},
    ]


def _total_fields(facts: DocumentFacts, total: Decimal, language: Language) -> dict[str, str]:
    # Chinese papers spell amounts in capitals, and so do amounts in renminbi in any language
    is_spelled = facts["capitals"] and (language == "zh" or facts["currency"] == "CNY")
    return {
        "total": money_figure(total, facts["currency"], language),
        "in_base": "",
        "in_words": localize_currency_name(facts["currency"], "zh") + facts["capitals"] if is_spelled else "",
    }


def _paid_rows(payment: DocumentFacts, language: Language) -> ContextRows:
    if not payment["paid"]:
        return []
    amounts = (("pay_amount", payment["due_amount"]), ("already_paid", -payment["paid"]))
    return [
        {"label": document_text(label, language), "value": amount_figure(amount, language)} for label, amount in amounts
    ]


def _closing_lines(facts: DocumentFacts, language: Language) -> str:
    lines = (document_text("letter_regards", language), facts["owner"]["person"], facts["seller"]["company"])
    return "\n".join(dict.fromkeys(filter(None, lines)))


def _pay_rows(facts: DocumentFacts, amount: Decimal, until: str, language: Language) -> ContextRows:
    payment = facts["payment"]
    return labelled_rows(
        ("pay_amount", localize_money(amount, facts["currency"], language)),
        ("payable_by", until),
        ("bank", facts["seller"]["bank"]),
        ("pay_reference", payment["invoice"] or payment["payment"]),
        language=language,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
