"""Make the rows of new leads: customer, person and a deal at the first stage, with its owner and the day of the first answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set
from xl_salesflow.core.intake_answers import TakenLead, TakenLeads
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.imports.import_changes import extend_open_lists
from xl_salesflow.imports.leads.lead_doubles import KnownLead, LeadIndex
from xl_salesflow.imports.leads.lead_values import LEAD_LABELS, Lead
from xl_salesflow.locale.texts import (
    COMMA_SEPARATOR,
    LABEL_AND_VALUE,
    SEMICOLON_SEPARATOR,
    TWO_SENTENCES,
    Text,
    fold_text,
)
from xl_salesflow.process.lead_answers import FIRST_ANSWER
from xl_salesflow.process.owner_assignment import assign_owners
from xl_salesflow.process.working_days import read_workdays
from xl_salesflow.schema.choice_lists import LISTS, identify_choice
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

BECAUSE_OF_LEAD = "lead"
"""Why rows are added, in the Journal; of a deal, with the mark of its lead behind it."""

_LACKS = Text("The lead “{who}” lacks {fields}; it is left out.")
_HAS_DEAL = Text("{company} is the customer {account} ({why}) and has an open deal: {deals}.")
_SIMILAR = Text("{company} may be the customer {account}, whose name is nearly the same.")
_ADD_TO_DEAL = Text("Add this to it, or take it as a new deal with --anyway.")
_NAME_CUSTOMER = Text("Name the customer as it stands in Accounts, or take it as a new one with --anyway.")
_ATTACHED = Text("{company} is the customer {account} ({why}); the deal is theirs.")
_UNKNOWN_VALUE = Text("{company}: {header} “{text}” is not in the workbook; it stands in the notes.")
_LONGEST_DEAL_NAME = 60


def take_leads(
    pipeline: Pipeline, leads: Iterable[Lead], anyway: bool = False, with_remedy: bool = True
) -> ChangeSet[TakenLeads]:
    """Return the change set that takes *leads*: new rows for those that are new, findings for those that are known.

    A lead of a known customer becomes a deal of theirs. If they have an open deal, or if a customer has nearly the same
    name, the lead is refused unless *anyway*; the findings say so *with_remedy*, a form asks instead. A lead that an earlier run
    took, by the Journal, is passed over while its deal is there.
    """
    work = _LeadsUnderWay(pipeline, anyway, with_remedy)
    for lead in leads:
        work.take(lead)
    return work.to_change_set()


@dataclass
class _LeadsUnderWay:
    """What taking leads collects."""

    pipeline: Pipeline
    anyway: bool
    with_remedy: bool
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"Accounts": [], "Contacts": [], "Deals": []})
    findings: list[Finding] = field(default_factory=list)
    taken: list[TakenLead] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.index = LeadIndex.index(self.pipeline)
        self.before, self.marks = _find_taken_leads(self.pipeline), dict[str, str]()
        self.team = {fold_text(person): person for person in self.pipeline["Team"]["person"]}
        self.products = {fold_text(product): product for product in self.pipeline["Products"]["product"]}
        days = int(self.pipeline.settings.number("lead_answer_days"))
        today = np.array([np.datetime64(self.pipeline.today, "D")])
        self.due = read_workdays(self.pipeline).after(today, days)[0].astype("datetime64[D]").item()

    def take(self, lead: Lead) -> None:
        """Make the rows of one lead, or report why not."""
        language = self.pipeline.language
        if lead.missing:
            labels = COMMA_SEPARATOR.in_(language).join(LEAD_LABELS[name].in_(language) for name in lead.missing)
            told = lead.company or lead.contact or lead.email or lead.phone
            self._turn_away(lead, "lacks", _LACKS, "left_out", who=told, fields=labels)
            return
        if not self.anyway and (deal := self.before.get(lead.digest(), "")):
            self.taken.append(TakenLead(lead.place, "taken", lead.company, deal, "", "", "", None))
            return
        known = self.index.recognise(lead)
        if known.deals and not self.anyway:
            deals = (f"{deal} ({self.index.titles[deal]})" for deal in known.deals[:6])
            listed = SEMICOLON_SEPARATOR.in_(language).join(deals)
            facts = {"company": lead.company, "account": known.account, "why": known.why, "deals": listed}
            message = self._offer(_HAS_DEAL.with_facts(**facts), _ADD_TO_DEAL)
            self._turn_away(lead, "open_deal", message, "known", known)
        elif known.similar and not self.anyway:
            similar = _SIMILAR.with_facts(company=lead.company, account=known.similar)
            message = self._offer(similar, _NAME_CUSTOMER)
            self._turn_away(lead, "similar", message, "known", replace(known, account=known.similar))
        else:
            self._add(lead, known)

    def _offer(self, message: Text, remedy: Text) -> Text:
        return TWO_SENTENCES.with_facts(first=message, second=remedy) if self.with_remedy else message

    def _add(self, lead: Lead, known: KnownLead) -> None:
        account, contact = known.account or lead.company, known.contact or self._name_contact(lead)
        if known.account:
            self._find(lead, "customer", "note", _ATTACHED, company=lead.company, account=account, why=known.why)
        else:
            self.rows["Accounts"].append({"account": account, "website": lead.website, "region": self._region(lead)})
            self.index.add_account(account, lead.website)
        if not known.contact:
            self.rows["Contacts"].append(
                {"contact": contact, "account": account, "title": lead.title, "email": lead.email, "phone": lead.phone}
            )
            self.index.add_contact(contact, account, lead.email, lead.phone)
        (key,) = next_keys(self.pipeline, "Deals", 1, [row["deal"] for row in self.rows["Deals"]])
        deal = self._make_deal(lead, key, account, contact)
        self.rows["Deals"].append(deal)
        self.marks[key] = lead.digest()
        self.before[self.marks[key]] = key
        self.index.add_deal(key, deal["name"], account)
        self.taken.append(TakenLead(lead.place, "added", lead.company, key, account, contact, deal["owner"], self.due))

    def _make_deal(self, lead: Lead, key: str, account: str, contact: str) -> dict[str, Any]:
        playbook = self.pipeline.playbooks.get(self.pipeline.default_playbook)
        about = lead.name or lead.need.partition("\n")[0] or lead.product or lead.company
        notes = [lead.notes]
        product = self.products.get(fold_text(lead.product), "")
        owner = self.team.get(fold_text(lead.owner), "")
        for text, value, column in ((lead.product, product, "product"), (lead.owner, owner, "owner")):
            if text and not value:
                header = TABLES["Deals"].header(column, self.pipeline.language)
                self._find(
                    lead, "unknown_value", "note", _UNKNOWN_VALUE, company=lead.company, header=header, text=text
                )
                notes.append(text)
        created = min(lead.received or self.pipeline.today, self.pipeline.today)
        return {
            "deal": key, "name": about[:_LONGEST_DEAL_NAME], "account": account, "contact": contact, "owner": owner,
            "stage": playbook.first.name if playbook and playbook.open_stages else "", "amount": lead.amount, "created": created,
            "next_step": FIRST_ANSWER.in_(self.pipeline.language), "next_step_date": self.due, "source": self._source(lead),
            "product": product, "region": self._region(lead), "explicit_needs": lead.need,
            "notes": "\n".join(filter(None, notes)),
        }  # fmt: skip

    def _name_contact(self, lead: Lead) -> str:
        """Return the name of a new person; with the company if somebody else of that name is known."""
        return f"{lead.contact} ({lead.company})" if self.index.holds_contact(lead.contact) else lead.contact

    def _source(self, lead: Lead) -> str:
        return (identify_choice(LISTS["source"], lead.source) or lead.source) if lead.source else ""

    def _region(self, lead: Lead) -> str:
        return (identify_choice(LISTS["region"], lead.region) or lead.region) if lead.region else ""

    def _turn_away(
        self, lead: Lead, rule: str, message: Text, fate: Any, known: KnownLead | None = None, **facts: object
    ) -> None:
        self._find(lead, rule, "block", message, **facts)
        account, contact = (known.account, known.contact) if known else ("", "")
        self.taken.append(TakenLead(lead.place, fate, lead.company, "", account, contact, "", None))

    def _find(self, lead: Lead, rule: str, severity: str, message: Text, **facts: object) -> None:
        said = message.in_(self.pipeline.language, **facts)
        words = LABEL_AND_VALUE.in_(self.pipeline.language, label=lead.place, value=said) if lead.place else said
        self.findings.append(Finding(f"lead_{rule}", severity, words, "Deals", cell=lead.place))

    def to_change_set(self) -> ChangeSet[TakenLeads]:
        """Return the rows with their owners, and the answer."""
        frames = {name: make_table_frame(TABLES[name], rows) for name, rows in self.rows.items() if rows}
        appends = tuple(self._append(frames))
        owners, findings = self._assign(appends)
        if owners:
            deals = frames["Deals"]
            chosen = deals["deal"].map(owners).fillna(deals["owner"]).astype(object)
            assigned = deals["assigned"].mask(deals["deal"].isin(owners), np.datetime64(self.pipeline.today, "s"))
            frames["Deals"] = deals.assign(owner=chosen, assigned=assigned)
            appends = tuple(self._append(frames))
        lists = extend_open_lists(self.pipeline, {name: [frame] for name, frame in frames.items()}, (), BECAUSE_OF_LEAD)
        taken = tuple(replace(one, owner=owners.get(one.deal, one.owner)) for one in self.taken)
        answer = TakenLeads(taken, judged=len(self.rows["Deals"]))
        return (ChangeSet(appends=appends, findings=(*self.findings, *findings)) + lists).with_answer(answer)

    def _append(self, frames: Mapping[str, pd.DataFrame]) -> Iterator[Append]:
        for name, frame in frames.items():
            if name != "Deals":
                yield Append(name, frame, BECAUSE_OF_LEAD)
                continue
            for at, deal in enumerate(frame["deal"]):
                yield Append(name, frame.iloc[[at]], f"{BECAUSE_OF_LEAD} {self.marks[deal]}")

    def _assign(self, appends: tuple[Append, ...]) -> tuple[dict[str, str], tuple[Finding, ...]]:
        """Return deal → owner by the rule of the settings, for the new deals without one, and what is said about them."""
        if not self.rows["Deals"]:
            return {}, ()
        plan = assign_owners(apply_change_set(self.pipeline, ChangeSet(appends=appends)))
        new = {row["deal"] for row in self.rows["Deals"]}
        owners = {
            str(change.key): str(change.after)
            for change in plan.changes
            if change.column == "owner" and change.key in new
        }
        return owners, tuple(finding for finding in plan.findings if finding.key in new)


def _find_taken_leads(pipeline: Pipeline) -> dict[str, str]:
    """Return mark of a lead → the deal that an earlier run made of it, for the deals that are still there."""
    journal = pipeline["Journal"]
    added = journal[(journal["operation"] == "add") & (journal["table"] == "Deals")]
    made = added[added["because"].str.startswith(f"{BECAUSE_OF_LEAD} ") & added["key"].isin(pipeline["Deals"]["deal"])]
    return dict(zip(made["because"].str.removeprefix(f"{BECAUSE_OF_LEAD} "), made["key"], strict=True))
