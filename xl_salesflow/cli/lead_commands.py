"""The command lead: take new leads typed as options, asked for on a terminal, or saved by a form; or write that form."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, LANGUAGES, Language, Text

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.intake_answers import TakenLead, TakenLeads
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import RunAnswer
    from xl_salesflow.imports.leads.lead_values import Lead

_TEXT = {"default": "", "metavar": "TEXT"}
_ASKED_FIELDS = ("company", "contact", "email")


@verb_command("lead")
@BOOK_ARGUMENT
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
@translated_option("--company", "The company that asks.", **_TEXT)
@translated_option("--contact", "The person who asks.", **_TEXT)
@translated_option("--email", "Their e-mail address.", **_TEXT)
@translated_option("--phone", "Their phone number.", **_TEXT)
@translated_option("--title", "Their job title.", **_TEXT)
@translated_option("--website", "The company's web site.", **_TEXT)
@translated_option("--region", "The sales region.", **_TEXT)
@translated_option("--source", "Where the lead comes from.", **_TEXT)
@translated_option("--product", "The product they ask for.", **_TEXT)
@translated_option("--amount", "The amount it may be worth.", **_TEXT)
@translated_option("--name", "What the deal is about, in a few words.", **_TEXT)
@translated_option("--need", "What they need, in their words.", **_TEXT)
@translated_option("--notes", "Anything else.", **_TEXT)
@translated_option("--owner", "Who gets it; default: by the assignment rule of the settings.", **_TEXT)
@translated_option("--anyway", "Take leads as new that the workbook may have.", is_flag=True)
@translated_option(
    "--form", "Write a form for leads to this page instead.", type=click.Path(path_type=Path), metavar="PAGE.html"
)
@translated_option("--lang", "The language in which the form opens.", type=click.Choice(LANGUAGES))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def lead_command(book: Path, files: tuple[Path, ...], **options: Any) -> int:
    if options["form"] is not None:
        return _write_lead_form(book, options["form"], options["lang"], options["json"])
    return _take_leads(book, files, options)


def _take_leads(path: Path, files: tuple[Path, ...], options: dict[str, Any]) -> int:
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.imports.leads.lead_files import list_lead_files, read_lead_files
    from xl_salesflow.imports.leads.lead_intake import take_leads
    from xl_salesflow.verbs import bring_in

    leads = [*read_lead_files(list_lead_files(files)), *_read_lead_options(options, asks=not files)]
    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])

    def take(pipeline: Pipeline) -> ChangeSet[RunAnswer[TakenLeads]]:
        return bring_in(pipeline, take_leads(pipeline, leads, options["anyway"]), session.run)

    plan = session.write(take)
    if not options["json"]:
        print_taken_leads(plan.answer.result.leads)
    print_change_set(path, plan, options["dry_run"], options["json"], session.pipeline)
    return 1 if plan.blocks else 0


def _read_lead_options(options: dict[str, Any], asks: bool) -> list[Lead]:
    """Return the lead of the options, if there is one; on a terminal, ask for what is needed and missing."""
    from xl_salesflow.imports.leads.lead_files import make_lead
    from xl_salesflow.imports.leads.lead_values import LEAD_FIELDS, LEAD_LABELS

    told = {name: options[name] for name in LEAD_FIELDS if options.get(name)}
    if not told and not asks:
        return []
    if asks and sys.stdin.isatty():
        for name in make_lead(told).missing:
            told[name] = click.prompt(terminal_text(LEAD_LABELS[name]), type=str)
    lead = make_lead(told)
    if lead.missing:
        labels = terminal_text(COMMA_SEPARATOR).join(f"--{name}" for name in lead.missing)
        raise UsageError("A lead needs {options}, or files that a form saved.", options=labels)
    return [lead]


def print_taken_leads(leads: tuple[TakenLead, ...]) -> None:
    """Print the new deals: what is theirs, who got them, and by when they are to be answered; and how many were taken before."""
    from xl_salesflow.cli.screen_layout import print_screen_table

    rows = [
        (one.account, one.deal, one.contact, one.owner, str(one.answer_by or ""))
        for one in leads
        if one.fate == "added"
    ]
    if rows:
        headers = (Text("Account"), Text("Deal"), Text("Contact"), Text("Owner"), Text("Answer by", context="leads"))
        print_screen_table(tuple(map(terminal_text, headers)), rows)
    if before := sum(one.fate == "taken" for one in leads):
        click.echo(terminal_text(LABEL_AND_VALUE, label=Text("Taken before", context="leads"), value=before))


def _write_lead_form(path: Path, page: Path, language: Language | None, as_json: bool) -> int:
    """Write the form with the regions, products and sources of the workbook."""
    from xl_salesflow.cli.printed_answers import WrittenFiles
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.documents.lead_form import render_lead_form
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(date.today())
    lists, products = pipeline["Lists"], pipeline["Products"]["product"]
    choices = {name: [text for text in lists[name] if text] for name in ("region", "source")}
    choices["product"] = [product for product in products if product]
    content = render_lead_form(pipeline.settings.text("company"), language or pipeline.language, choices)
    save_file_atomically(page, content, path)
    if as_json:
        print_json(WrittenFiles((str(page),)))
    else:
        click.echo(str(page))
    return 0
