"""Find the people of messages in the workbook: by their address, and companies by the domain of an address.

An index is made once for all messages. A domain belongs to the customers whose web site or contacts have it, unless it is one
where anybody gets an address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.messages.mail_text import read_mail_marks
from xl_salesflow.imports.messages.message_values import Correspondent
from xl_salesflow.process.duplicate_rows import fold_email_address, fold_web_site


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A row of Contacts: the *contact* and where they work, "" if that is blank."""

    contact: str
    account: str


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Who of a message is known: *people* of customers, their *accounts* (also by domain), our *own* people, and the others."""

    people: tuple[KnownPerson, ...]
    accounts: tuple[str, ...]
    own: tuple[str, ...]
    unknown: tuple[Correspondent, ...]

    @property
    def is_external(self) -> bool:
        """Return whether somebody of a customer takes part."""
        return bool(self.people or self.accounts)


@dataclass
class AddressBook:
    """The addresses of the workbook, indexed."""

    _people: dict[str, list[KnownPerson]] = field(default_factory=lambda: defaultdict(list))
    _accounts: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _own: dict[str, str] = field(default_factory=dict)
    _own_domains: set[str] = field(default_factory=set)
    _free: frozenset[str] = field(default_factory=lambda: frozenset(read_mail_marks()["free_domains"]))

    @classmethod
    def index(cls, pipeline: Pipeline) -> AddressBook:
        """Return the index of the sheets Contacts, Accounts and Team and of our own address in Settings."""
        book = cls()
        contacts, accounts, team = pipeline["Contacts"], pipeline["Accounts"], pipeline["Team"]
        for contact, account, cell in zip(contacts["contact"], contacts["account"], contacts["email"], strict=True):
            for address in _list_cell_addresses(cell):
                book._people[address].append(KnownPerson(contact, account))
                book._add_domain(_domain_of(address), account)
        for account, site in zip(accounts["account"], accounts["website"], strict=True):
            if site:
                book._add_domain(fold_web_site(site), account)
        own = [*zip(team["person"], team["email"], strict=True), ("", pipeline.settings.text("email"))]
        for person, cell in own:
            for address in _list_cell_addresses(cell):
                book._own[address] = person
                if (domain := _domain_of(address)) not in book._free:
                    book._own_domains.add(domain)
        return book

    def _add_domain(self, domain: str, account: str) -> None:
        if domain and account and domain not in self._free:
            self._accounts[domain][account] = None

    def is_own(self, who: Correspondent) -> bool:
        """Return whether *who* is one of us: by address, or by the domain of our addresses unless a contact has it."""
        if who.address in self._own:
            return True
        return _domain_of(who.address) in self._own_domains and who.address not in self._people

    def find(self, everybody: Iterable[Correspondent]) -> FoundPeople:
        """Return who of *everybody* is known, in their order."""
        people, accounts, own, unknown = (
            dict[KnownPerson, None](),
            dict[str, None](),
            dict[str, None](),
            list[Correspondent](),
        )
        for who in everybody:
            if self.is_own(who):
                own[self._own.get(who.address, "")] = None
            elif known := self._people.get(who.address):
                people |= dict.fromkeys(known)
                accounts |= dict.fromkeys(person.account for person in known if person.account)
            else:
                accounts |= dict.fromkeys(self._find_accounts(_domain_of(who.address)))
                unknown.append(who)
        return FoundPeople(tuple(people), tuple(accounts), tuple(filter(None, own)), tuple(unknown))

    def _find_accounts(self, domain: str) -> Iterable[str]:
        # of mail.example.com, the company may have example.com
        while domain.count("."):
            if domain in self._accounts and domain not in self._own_domains:
                return self._accounts[domain]
            domain = domain.partition(".")[2]
        return ()


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _list_cell_addresses(cell: str) -> list[str]:
    """Return the addresses of a cell, which may hold several."""
    if not cell:
        return []
    parts = cell.replace(";", " ").replace(",", " ").replace("\uff1b", " ").replace("<", " ").replace(">", " ").split()
    return [address for part in parts if (address := fold_email_address(part))]
