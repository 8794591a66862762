"""Recognise leads that are known: as a customer, as a person, or with a deal that is open.

Equal cells are looked up in an index that is made once. Similar names are compared only with those of the same beginning, as the
check for duplicates does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.core.name_suggestions import ratio
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.leads.lead_values import Lead
from xl_salesflow.imports.messages.mail_text import read_mail_marks
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.duplicate_rows import (
    fold_company_name,
    fold_email_address,
    fold_person_name,
    fold_phone_number,
    fold_web_site,
)

_LEAST_LIKENESS = 88
_SHARED_START = 2  # letters
BY_NAME, BY_SITE = Text("the same name"), Text("the same web site or mail domain")
BY_PERSON, BY_PHONE = Text("the same e-mail address"), Text("the same phone number")


@dataclass(frozen=True, slots=True)
class KnownLead:
    """What the workbook has of a lead: its *account* and why, its *contact*, their open *deals*, and a *similar* account."""

    account: str = ""
    why: Text = BY_NAME
    contact: str = ""
    deals: tuple[str, ...] = ()
    similar: str = ""


@dataclass
class LeadIndex:
    """The customers, people and open deals of the workbook, by what a lead tells of itself."""

    titles: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _sites: dict[str, str] = field(default_factory=dict)
    _account_phones: dict[str, str] = field(default_factory=dict)
    _emails: dict[str, tuple[str, str]] = field(default_factory=dict)
    _phones: dict[str, tuple[str, str]] = field(default_factory=dict)
    _people: dict[tuple[str, str], str] = field(default_factory=dict)
    _open: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _starts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _free: frozenset[str] = field(default_factory=lambda: frozenset(read_mail_marks()["free_domains"]))

    @classmethod
    def index(cls, pipeline: Pipeline) -> LeadIndex:
        """Return the index of the sheets Accounts, Contacts and Deals."""
        found, accounts, contacts, deals = cls(), pipeline["Accounts"], pipeline["Contacts"], pipeline["Deals"]
        for account, site, phone in zip(accounts["account"], accounts["website"], accounts["phone"], strict=True):
            found.add_account(account, site, phone)
        columns = ("contact", "account", "email", "phone")
        for contact, account, email, phone in zip(*(contacts[column] for column in columns), strict=True):
            found.add_contact(contact, account, email, phone)
        columns = ("deal", "name", "account", "outcome")
        for deal, name, account, outcome in zip(*(deals[column] for column in columns), strict=True):
            if deal and account and outcome in ("", "open"):
                found.add_deal(deal, name, account)
        return found

    def add_account(self, account: str, site: str = "", phone: str = "") -> None:
        """Add a customer, for the leads that follow."""
        if not account:
            return
        folded = fold_company_name(account)
        self._names.setdefault(folded, account)
        self._starts[folded[:_SHARED_START]].append(account)
        if host := fold_web_site(site):
            self._sites.setdefault(host, account)
        if number := fold_phone_number(phone):
            self._account_phones.setdefault(number, account)

    def add_contact(self, contact: str, account: str, email: str, phone: str) -> None:
        """Add a person, for the leads that follow."""
        if address := fold_email_address(email):
            self._emails.setdefault(address, (contact, account))
            if account and (domain := address.rpartition("@")[2]) not in self._free:
                self._sites.setdefault(domain, account)
        if number := fold_phone_number(phone):
            self._phones.setdefault(number, (contact, account))
        self._people.setdefault((fold_person_name(contact), fold_text(account)), contact)

    def add_deal(self, deal: str, name: str, account: str) -> None:
        """Add an open deal, for the leads that follow."""
        self.titles[deal] = deal_title(deal, name, account)
        self._open[fold_text(account)].append(deal)

    def holds_contact(self, contact: str) -> bool:
        """Return whether somebody of this name is in the sheet Contacts."""
        folded = fold_person_name(contact)
        return any(name == folded for name, _ in self._people)

    def recognise(self, lead: Lead) -> KnownLead:
        """Return what the workbook has of *lead*."""
        contact, account, why = self._find_person(lead)
        if not account:
            account, why = self._find_account(lead)
        if not account:
            return KnownLead(contact=contact, similar=self._find_similar(lead.company))
        contact = contact or self._people.get((fold_person_name(lead.contact), fold_text(account)), "")
        return KnownLead(account, why, contact, tuple(self._open.get(fold_text(account), ())))

    def _find_person(self, lead: Lead) -> tuple[str, str, Text]:
        if known := self._emails.get(fold_email_address(lead.email) or "\0"):
            return *known, BY_PERSON
        if known := self._phones.get(fold_phone_number(lead.phone) or "\0"):
            return *known, BY_PHONE
        return "", "", BY_NAME

    def _find_account(self, lead: Lead) -> tuple[str, Text]:
        if account := self._names.get(fold_company_name(lead.company) or "\0"):
            return account, BY_NAME
        domain = fold_email_address(lead.email).rpartition("@")[2]
        for host in (fold_web_site(lead.website), "" if domain in self._free else domain):
            if account := self._sites.get(host or "\0"):
                return account, BY_SITE
        return self._account_phones.get(fold_phone_number(lead.phone) or "\0", ""), BY_PHONE

    def _find_similar(self, company: str) -> str:
        folded = fold_company_name(company)
        near = (name for name in self._starts.get(folded[:_SHARED_START], ()) if _digits(name) == _digits(company))
        alike = ((ratio(folded, fold_company_name(name), score_cutoff=_LEAST_LIKENESS), name) for name in near)
        likeness, name = max(alike, default=(0.0, ""))
        return name if likeness else ""


def _digits(name: str) -> str:
    # "Plant 2" and "Plant 3" differ
    return "".join(filter(str.isdigit, name))
