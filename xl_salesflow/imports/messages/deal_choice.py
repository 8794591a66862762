"""Choose the deal of a message: by a number in its subject, by its thread, or as the only open one of the people in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import MAIL_MARK
from xl_salesflow.imports.messages.address_book import FoundPeople
from xl_salesflow.locale.texts import fold_text

_NUMBER_IN_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#-]{2,40}", re.ASCII)
_MOST_CHOICES = 6


@dataclass(frozen=True, slots=True)
class ChosenDeal:
    """The deal of a message and how it was found: deal, number, quote, thread, contact or account; "" if it is not known.

    *choices* are the open deals that it may be. *quote* is the quote whose number is in the subject.
    """

    deal: str
    how: str
    choices: tuple[str, ...] = ()
    quote: str = ""


@dataclass
class DealIndex:
    """The deals of the workbook by what tells them in a message."""

    titles: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    _by_number: dict[str, str] = field(default_factory=dict)
    _by_quote: dict[str, tuple[str, str]] = field(default_factory=dict)
    _by_contact: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_account: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_mail: dict[str, str] = field(default_factory=dict)

    @classmethod
    def index(cls, pipeline: Pipeline) -> DealIndex:
        """Return the index of the sheets Deals, Quotes and Activities."""
        found, deals, quotes = cls(), pipeline["Deals"], pipeline["Quotes"]
        columns = ("deal", "name", "account", "contact", "owner", "outcome")
        for deal, name, account, contact, owner, outcome in zip(*(deals[column] for column in columns), strict=True):
            if not deal:
                continue
            found.titles[deal], found.owners[deal] = deal_title(deal, name, account), owner
            found._by_number.setdefault(fold_text(deal), deal)
            if outcome in ("", "open"):
                for people, who in ((found._by_contact, contact), (found._by_account, account)):
                    if who:
                        people[fold_text(who)].append(deal)
        for quote, deal in zip(quotes["quote"], quotes["deal"], strict=True):
            if quote and deal in found.titles:
                found._by_quote.setdefault(fold_text(quote), (quote, deal))
        for message, deal in zip(pipeline["Activities"]["message"], pipeline["Activities"]["deal"], strict=True):
            if message.startswith(MAIL_MARK) and deal:
                found.note_mail(message.removeprefix(MAIL_MARK), deal)
        return found

    def note_mail(self, identity: str, deal: str) -> None:
        """Note that the mail *identity* is about *deal*, for the mails that answer it."""
        self._by_mail.setdefault(identity, deal)

    def choose(self, subject: str, references: Iterable[str], who: FoundPeople, named: str = "") -> ChosenDeal:
        """Return the deal of a message; *named* is the deal that a person named for it."""
        numbers = [text.rstrip("._/#-").casefold() for text in _NUMBER_IN_SUBJECT.findall(subject)]
        quote, quoted = next((self._by_quote[number] for number in numbers if number in self._by_quote), ("", ""))
        if named:
            return ChosenDeal(named, "deal", quote=quote)
        for number in numbers:
            if number in self._by_number and any(map(str.isdigit, number)) and not number.isdigit():
                return ChosenDeal(self._by_number[number], "number", quote=quote)
        if quoted:
            return ChosenDeal(quoted, "quote", quote=quote)
        for identity in references:
            if deal := self._by_mail.get(identity):
                return ChosenDeal(deal, "thread")
        choices = self._list_open(self._by_contact, [person.contact for person in who.people])
        if len(choices) == 1:
            return ChosenDeal(choices[0], "contact")
        of_account = self._list_open(self._by_account, who.accounts)
        if not choices and len(of_account) == 1:
            return ChosenDeal(of_account[0], "account")
        return ChosenDeal("", "", tuple(dict.fromkeys((*choices, *of_account)))[:_MOST_CHOICES])

    def _list_open(self, deals: Mapping[str, list[str]], names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(deal for name in names for deal in deals.get(fold_text(name), ())))
