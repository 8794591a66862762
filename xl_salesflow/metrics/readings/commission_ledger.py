"""The commission of each person, plan and period: what every credited value earned, and what was taken back.

Amounts are differences of a running total, each rounded: what the period has earned up to a line less what it had earned
before it. So the lines of a period add up to what the whole period earns, to the cent, and so do the parts of a line that lie
in several tiers. What is taken back is what the line had earned; it changes neither the tiers nor the cap of any period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.readings.commission_credits import CreditedDeal, Instalment, Win, list_credited_deals
from xl_salesflow.process.commission_plans import (
    CommissionPlan,
    FirstAndLastDay,
    RateBand,
    choose_plans,
    compute_commission,
    find_personal_target,
    find_rate,
    read_plans,
    split_into_bands,
)
from xl_salesflow.process.credit_upkeep import round_half_up


@dataclass(slots=True, eq=False)
class Earning:
    """A credited value of one day, and what it earned; all values in cents."""

    deal: CreditedDeal
    payment: str
    day: date
    won: date
    deal_value: int
    share: Fraction
    credited: int
    running: int = 0
    steps: tuple[tuple[RateBand, int, int], ...] = ()
    capped: int = 0
    amount: int = 0
    left: int = 0
    """The part of the amount that was not taken back."""


@dataclass(frozen=True, slots=True)
class Return:
    """What was taken back of an earning: when, why, and how much in cents, above 0."""

    earning: Earning
    day: date
    why: str
    amount: int


@dataclass(slots=True)
class Account:
    """What one person earned under one plan in one period."""

    person: str
    plan: CommissionPlan
    days: FirstAndLastDay
    target: int | None
    bands: tuple[RateBand, ...]
    earnings: list[Earning] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)

    @property
    def credited(self) -> int:
        """Return the credited value of the period."""
        return sum(one.credited for one in self.earnings)

    @property
    def total(self) -> int:
        """Return what was earned less what was taken back."""
        return sum(one.amount for one in self.earnings) - sum(one.amount for one in self.returns)


@dataclass(frozen=True)
class Ledger:
    """All accounts, the won deals that nobody is credited with, and who is credited with something and has no plan."""

    accounts: tuple[Account, ...]
    not_credited: tuple[str, ...]
    planless: tuple[tuple[str, date], ...]


def build_ledger(pipeline: Pipeline, as_of: date, paid: Mapping[str, date] | None = None) -> Ledger:
    """Return what everybody earned up to *as_of*; *paid* are deals (folded) that are taken as paid in full on a day."""
    plans = read_plans(pipeline)
    if not plans:
        return Ledger((), (), ())
    deals, not_credited = list_credited_deals(pipeline, paid or {})
    book = _Book(pipeline, plans, as_of)
    for deal in deals:
        for person, span in deal.parts:
            book.credit(deal, person, span)
    for account in book.accounts.values():
        _compute_amounts(account)
    for reversal in sorted(book.reversals, key=lambda one: one.day):
        book.take_back(reversal)
    return Ledger(tuple(book.accounts.values()), tuple(not_credited), tuple(dict.fromkeys(book.planless)))


@dataclass(frozen=True, slots=True)
class _Reversal:
    """An event that takes back a share of an earning's amount; at 1, all that is left of it."""

    account: Account
    earning: Earning
    day: date
    why: str
    before: Fraction
    after: Fraction


class _Book:
    """The accounts while they are filled."""

    def __init__(self, pipeline: Pipeline, plans: list[CommissionPlan], as_of: date) -> None:
        team = pipeline["Team"]
        self._roles = dict(zip(map(fold_text, team["person"]), map(fold_text, team["role"]), strict=True))
        self._targets, self._plans, self._as_of = pipeline["Targets"], plans, as_of
        self.accounts: dict[tuple[str, str, date], Account] = {}
        self.reversals: list[_Reversal] = []
        self.planless: list[tuple[str, date]] = []

    def credit(self, deal: CreditedDeal, person: str, span: tuple[Fraction, Fraction]) -> None:
        """Enter what *person* is credited with for *deal*: each win once, and again only after it was taken back."""
        earned: set[tuple[str, str]] = set()
        for win in deal.wins:
            for basis in ("signature", "payment"):
                for payment, paid_on, value, credited in deal.credit_steps(basis, span):
                    day = max(win.day, paid_on or win.day)
                    if (basis, payment) not in earned and day <= self._as_of and not (win.lost and day >= win.lost):
                        earning = Earning(deal, payment, day, win.day, value, span[1] - span[0], credited)
                        kept = [
                            self._enter(plan, person, earning, win) for plan in self._choose(person, deal, day, basis)
                        ]
                        earned |= {(basis, payment)} if any(kept) else set()

    def _choose(self, person: str, deal: CreditedDeal, day: date, basis: str) -> Iterator[CommissionPlan]:
        name = fold_text(person)
        own = choose_plans(self._plans, name, self._roles.get(name, ""), day)
        if not own:
            self.planless.append((person, day))
        for plan in own:
            if plan.basis == basis and plan.series in ("", deal.series):
                yield plan

    def _enter(self, plan: CommissionPlan, person: str, earning: Earning, win: Win) -> bool:
        """Enter an earning with what takes it back later; return whether it is kept."""
        earning = Earning(
            earning.deal, earning.payment, earning.day, earning.won, earning.deal_value, earning.share, earning.credited
        )
        account = self._open(plan, person, earning.day)
        account.earnings.append(earning)
        if plan.basis == "signature":
            back = Fraction(0)
            for day, part in list_money_back(earning.deal.instalments):
                if (
                    win.day <= day <= self._as_of
                    and plan.takes_back(win.day, day)
                    and not (win.lost and day >= win.lost)
                ):
                    before, back = back, min(back + part, Fraction(1))
                    self.reversals.append(_Reversal(account, earning, day, "credited_back", before, back))
        if win.lost and win.lost <= self._as_of and plan.takes_back(win.day, win.lost):
            self.reversals.append(_Reversal(account, earning, win.lost, win.reversal, Fraction(0), Fraction(1)))
            return False
        return True

    def _open(self, plan: CommissionPlan, person: str, day: date) -> Account:
        days, name = plan.period_of(day), fold_text(person)
        key = (fold_text(plan.name), name, days[0])
        if key not in self.accounts:
            target = find_personal_target(self._targets, name, days)
            self.accounts[key] = Account(person, plan, days, target, plan.set_bands(target))
        return self.accounts[key]

    def take_back(self, reversal: _Reversal) -> None:
        """Enter what *reversal* takes back into the period in which it happens."""
        earning = reversal.earning
        amount = earning.left
        if reversal.why == "credited_back":
            amount = round_half_up(earning.amount * reversal.after) - round_half_up(earning.amount * reversal.before)
        earning.left -= amount
        account = self._open(reversal.account.plan, reversal.account.person, reversal.day)
        if amount:
            account.returns.append(Return(earning, reversal.day, reversal.why, amount))


def list_money_back(instalments: Iterable[Instalment]) -> Iterator[tuple[date, Fraction]]:
    """Yield the day and the share of the contract, above 0, of money that was credited back."""
    yield from ((one.day, -one.part) for one in instalments if one.part < 0)


def _compute_amounts(account: Account) -> None:
    """Compute what each earning of *account* earned, in the order of their days."""
    plan, bands = account.plan, account.bands
    account.earnings.sort(key=lambda one: (one.day, one.deal.deal, one.payment))
    total, running = account.credited, 0
    for earning in account.earnings:
        before, running = running, running + earning.credited
        ends = [round_half_up(compute_commission(bands, value, plan.retroactive, total)) for value in (before, running)]
        whole = ends[1] - ends[0]
        low, high = ends if plan.cap is None else (min(end, plan.cap) for end in ends)
        earning.running, earning.amount = running, high - low
        earning.left, earning.capped = earning.amount, whole - earning.amount
        earning.steps = tuple(_divide_among_tiers(account, before, running, total))


def _divide_among_tiers(account: Account, low: int, high: int, total: int) -> Iterator[tuple[RateBand, int, int]]:
    """Yield each tier that a step lies in, with its value and what it earns, by running totals like the lines."""
    plan, bands = account.plan, account.bands
    if plan.retroactive:
        reached = next((band for band in reversed(bands) if band.start <= total), None)
        parts = [(reached or RateBand(0, find_rate(bands, total)), high - low)]
    else:
        parts = split_into_bands(bands, low, high)
        unpaid = high - low - sum(value for _, value in parts)
        parts = [(RateBand(0, Fraction(0)), unpaid), *parts] if unpaid else parts
        parts = parts if high >= low else parts[::-1]
    at = low
    for band, value in parts:
        ends = [round_half_up(compute_commission(bands, end, plan.retroactive, total)) for end in (at, at + value)]
        at += value
        yield band, value, ends[1] - ends[0]
