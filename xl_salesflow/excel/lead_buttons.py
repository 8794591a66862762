"""The button New deal: what was typed into its form becomes a customer, a person and a deal, as by the verb lead."""

from __future__ import annotations

from collections.abc import Sequence

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin_declarations import NEW_DEAL_PROMPTS
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.imports.leads.lead_files import make_lead
from xl_salesflow.imports.leads.lead_intake import take_leads
from xl_salesflow.imports.leads.lead_values import Lead
from xl_salesflow.locale.texts import Text
from xl_salesflow.verbs import bring_in

_ALL_THE_SAME = Text("{known} Make a new deal all the same?")
_NOTHING_MADE = Text("Nothing was written; {company} is in the workbook already.")


def press_new_deal(context: ButtonContext) -> Text:
    """Make a new deal of what was typed; if the workbook has the customer's deal, or one like it, ask first."""
    lead = _read_typed_lead(context.typed)
    if lead.missing:
        raise UsageError(
            "A new deal needs a company, a person, and an e-mail address or a phone number; nothing was written."
        )
    pipeline = context.read()
    taken = take_leads(pipeline, [lead], with_remedy=False)
    if taken.answer.leads[0].fate == "taken":
        return _NOTHING_MADE.with_facts(company=lead.company)
    if taken.blocks:
        if not context.confirm(_ALL_THE_SAME.in_(context.language, known=taken.findings[0].message)):
            return _NOTHING_MADE.with_facts(company=lead.company)
        taken = take_leads(pipeline, [lead], anyway=True)
    row, (new,) = context.next_row("Deals"), taken.answer.leads
    context.book.write(bring_in(pipeline, taken, context.run))
    context.show_table("Deals", row, "deal")
    return Text("{deal}: {account}; {owner} answers by {day}.").with_facts(
        deal=new.deal, account=new.account, owner=new.owner or "\N{EM DASH}", day=new.answer_by
    )


def _read_typed_lead(typed: Sequence[str]) -> Lead:
    told = dict(zip(NEW_DEAL_PROMPTS, typed, strict=False))
    reach = told.pop("reach", "")
    return make_lead({**told, "email" if "@" in reach else "phone": reach})
