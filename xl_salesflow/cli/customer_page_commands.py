"""The command customer: one customer on one screen, before a call or a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    day_or_today,
    terminal_text,
    verb_command,
)
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Text

if TYPE_CHECKING:
    from xl_salesflow.core.customer_answers import CustomerAnswer, CustomerContact, CustomerDeal
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.locale.texts import Language

_TOTALS = Text(
    "Won: {won_count} {won_count:deal|deals}, {won_value} · open: {open_count}, {open_value} · lost: {lost_count}, {lost_value}"
)
_COMPANIES = Text("With the companies {names}")
_BELONGS_TO = Text("Belongs to {parent}")
_LAST_CONTACT = Text("Last contact: {day}, {type} ({people})")
_NO_CONTACT = Text("Nobody has been in touch yet.")
_NEXT_CONTACT = Text("Next: {day}, {step} ({deal})")
_SATISFACTION = Text("Satisfaction: {mean} of 5")
_PEOPLE_HEADS = (Text("Person"), Text("Role"), Text("Phone"), Text("Last contact", context="column"))
_CUSTOMER_DEAL_HEADS = (Text("Deal"), Text("Stage"), Text("Amount"), Text("Day"))
_QUOTE_LINE = Text("Quote {quote}: {total} {currency}, {status}, valid until {day}")
_ISSUE_LINE = Text("Open issue since {day}: {comment} ({owner})")
_BOUGHT_LINE = Text("Has bought: {products}")
_OFFER_BY_PRODUCT = Text("Of {count} customers who bought the same products, others also bought: {products}.")
_OFFER_BY_INDUSTRY = Text("Of {count} customers in the same industry, others bought: {products}.")
_OFFER_LINE = Text("{product} ({count} {count:customer|customers})")
_MOST_DEALS = 12
_MORE_DEALS = Text("{count} more {count:deal is|deals are} in the answer with --json.")


@verb_command("customer")
@BOOK_ARGUMENT
@click.argument("name", metavar=terminal_text("NAME"))
@JSON_OPTION
@TODAY_OPTION
def customer_command(book: Path, name: str, json: bool, today: date | None) -> int:

    return show_customer(book, name, json, today)


def show_customer(path: Path, name: str, as_json: bool, today: date | None) -> int:
    """Show everything about the customer *name*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import customer
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(day_or_today(today))
    answer = customer(pipeline, name).answer
    if as_json:
        print_json(answer)
    else:
        _print_customer(answer, pipeline)
    return 0


def _print_customer(answer: CustomerAnswer, pipeline: Pipeline) -> None:
    from xl_salesflow.cli.screen_layout import print_screen_table, print_wrapped_line, style_text
    from xl_salesflow.schema.choice_lists import choice_label

    language = pipeline.language
    listed = {"account_class": answer.account_class, "industry": answer.industry}
    labels = (choice_label(options, value, language) for options, value in listed.items())
    about = (*labels, answer.owner, answer.phone)
    click.echo(style_text(" · ".join(filter(None, (answer.customer, *about))), "head"))
    for line in _list_headlines(answer, language):
        print_wrapped_line(line, 2)
    if answer.contacts:
        click.echo("")
        rows = [_person_cells(person, language) for person in answer.contacts]
        print_screen_table([head.in_(language) for head in _PEOPLE_HEADS], rows)
    if answer.deals:
        click.echo("")
        rows = [_customer_deal_cells(deal) for deal in answer.deals[:_MOST_DEALS]]
        print_screen_table([head.in_(language) for head in _CUSTOMER_DEAL_HEADS], rows)
        if len(answer.deals) > _MOST_DEALS:
            click.echo(_MORE_DEALS.in_(language, count=len(answer.deals) - _MOST_DEALS))
    closing = list(_list_closing_lines(answer, language))
    if closing:
        click.echo("")
    for line in closing:
        print_wrapped_line(line)


def _list_headlines(answer: CustomerAnswer, language: Language) -> Iterator[str]:
    from xl_salesflow.cli.screen_layout import format_round_value
    from xl_salesflow.core.deal_titles import deal_title
    from xl_salesflow.schema.choice_lists import choice_label

    sums = {name: getattr(answer, name) for name in ("won", "open", "lost")}
    facts = {f"{name}_count": total.count for name, total in sums.items()}
    yield _TOTALS.in_(
        language, **facts, **{f"{name}_value": format_round_value(total.value) for name, total in sums.items()}
    )
    if answer.parent:
        yield _BELONGS_TO.in_(language, parent=answer.parent)
    if len(answer.companies) > 1:
        yield _COMPANIES.in_(language, names=COMMA_SEPARATOR.in_(language).join(answer.companies[1:]))
    last, following = answer.last_contact, answer.next_contact
    if last:
        people = " → ".join(filter(None, (last.by, last.contact))) or "—"
        kind = choice_label("activity_type", last.type, language)
        yield _LAST_CONTACT.in_(language, day=last.date.isoformat(), type=kind, people=people)
    else:
        yield _NO_CONTACT.in_(language)
    if following and following.next_step_date:
        title = deal_title(following.deal, following.name, following.account)
        day, step = following.next_step_date.isoformat(), following.next_step or "—"
        yield _NEXT_CONTACT.in_(language, day=day, step=step, deal=title)
    if answer.satisfaction is not None:
        yield _SATISFACTION.in_(language, mean=f"{answer.satisfaction:.1f}")


def _person_cells(person: CustomerContact, language: Language) -> list[str]:
    from xl_salesflow.schema.choice_lists import choice_label

    role = choice_label("decision_role", person.decision_role, language) if person.decision_role else person.title
    last = person.last_contact.isoformat() if person.last_contact else "—"
    return [person.contact, role or "—", person.phone or "—", last]


def _customer_deal_cells(deal: CustomerDeal) -> list[str]:
    from xl_salesflow.cli.screen_layout import format_round_value

    day = deal.next_step_date or deal.expected_close if deal.outcome == "open" else deal.closed
    title = f"{deal.deal} {deal.name}".strip()
    return [title, deal.stage, format_round_value(deal.amount), day.isoformat() if day else "—"]


def _list_closing_lines(answer: CustomerAnswer, language: Language) -> Iterator[str]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.schema.choice_lists import choice_label

    for quote in answer.quotes:
        status = choice_label("quote_status", quote.status, language)
        facts = {"quote": quote.quote, "total": format_screen_value(quote.total), "currency": quote.currency}
        yield _QUOTE_LINE.in_(language, **facts, status=status, day=_format_day(quote.valid_until))
    for issue in answer.issues:
        facts = {"comment": issue.comment or issue.feedback, "owner": issue.owner or "—"}
        yield _ISSUE_LINE.in_(language, day=_format_day(issue.date), **facts)
    comma = COMMA_SEPARATOR.in_(language)
    if answer.bought:
        yield _BOUGHT_LINE.in_(language, products=comma.join(one.product for one in answer.bought))
    if answer.to_offer:
        head = _OFFER_BY_PRODUCT if answer.alike_by == "product" else _OFFER_BY_INDUSTRY
        offers = [_OFFER_LINE.in_(language, product=one.product, count=one.customers) for one in answer.to_offer]
        yield head.in_(language, count=answer.alike_customers, products=comma.join(offers))


def _format_day(day: date | None) -> str:
    return day.isoformat() if day else "—"
