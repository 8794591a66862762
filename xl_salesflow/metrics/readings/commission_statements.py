"""Answer with the commission statements of some days, and with what an open deal would bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Document
from xl_salesflow.core.commission_answers import (
    CommissionAnswer,
    CommissionGain,
    CommissionLine,
    CommissionStatement,
    CommissionStep,
    CommissionWhatIf,
    DealCommission,
)
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.owner_names import identify_owner
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language, fold_text
from xl_salesflow.metrics.readings.commission_ledger import Account, Earning, Ledger, Return, build_ledger
from xl_salesflow.metrics.readings.commission_words import word_gain, word_rule
from xl_salesflow.process.commission_plans import find_calendar_period
from xl_salesflow.process.credit_upkeep import mark_credits
from xl_salesflow.schema.table_frames import fold_keys


@dataclass(frozen=True, slots=True)
class CommissionRequest:
    """What is asked: of whom, of which days, and what a deal would bring; blank: everybody, the current quarter, none."""

    person: str = ""
    start: date | None = None
    end: date | None = None
    what_if: str = ""
    amount: float | None = None
    on: date | None = None


def answer_commission(
    pipeline: Pipeline, asked: CommissionRequest, made: datetime | None
) -> ChangeSet[CommissionAnswer]:
    """Return the statements of *pipeline*, recomputed, as an answer and as one document dated *made* for each person.

    Raises:
        UsageError: the person or the deal is unknown, the deal is not open, or it has no amount.
    """
    pipeline = mark_credits(pipeline)
    person = identify_owner(pipeline, asked.person)
    first, last = find_calendar_period("quarter", pipeline.as_of)
    first, last = asked.start or min(first, asked.end or first), asked.end or max(last, asked.start or last)
    if last < first:
        raise UsageError("The period ends ({end}) before it begins ({start}); swap the two.", end=last, start=first)
    ledger = build_ledger(pipeline, pipeline.as_of)
    statements = tuple(
        _make_statement(account, pipeline.language) for account in _choose_accounts(ledger, person, first, last)
    )
    answer = CommissionAnswer(
        pipeline.as_of,
        first,
        last,
        _sum_money(one.total for one in statements),
        statements,
        _sum_by_deal(statements),
        () if person else ledger.not_credited,
        tuple(dict.fromkeys(name for name, day in ledger.planless if first <= day <= last and _is_asked(name, person))),
        _answer_what_if(pipeline, asked, person) if asked.what_if else None,
    )
    return ChangeSet(answer=answer, documents=tuple(_list_statement_documents(pipeline, answer, made)))


def _is_asked(name: str, person: str) -> bool:
    return not person or fold_text(name) == fold_text(person)


def _choose_accounts(ledger: Ledger, person: str, first: date, last: date) -> list[Account]:
    chosen = [
        account
        for account in ledger.accounts
        if account.days[0] <= last and first <= account.days[1] and _is_asked(account.person, person)
    ]
    return sorted(chosen, key=lambda one: (fold_text(one.person), fold_text(one.plan.name), one.days))


def _to_money(cents: int) -> float:
    return cents / 100


def _sum_money(amounts: Iterable[float]) -> float:
    # whole cents are summed as whole numbers, so that the sum is exact
    return sum(round(amount * 100) for amount in amounts) / 100


def _make_statement(account: Account, language: Language) -> CommissionStatement:
    lines = [_make_line(one, account) for one in account.earnings] + [_make_return(one) for one in account.returns]
    credited, earned = account.credited, sum(one.amount for one in account.earnings)
    return CommissionStatement(
        person=account.person,
        plan=account.plan.name,
        from_=account.days[0],
        to=account.days[1],
        rule=tuple(word_rule(account, language)),
        target=None if account.target is None else _to_money(account.target),
        credited=_to_money(credited),
        attainment=credited / account.target if account.target else None,
        earned=_to_money(earned),
        capped=_to_money(sum(one.capped for one in account.earnings)),
        taken_back=_to_money(account.total - earned),
        total=_to_money(account.total),
        lines=tuple(sorted(lines, key=lambda line: line.day)),
    )


def _make_line(earning: Earning, account: Account) -> CommissionLine:
    deal, starts = earning.deal, [band.start for band in account.bands]
    steps = [
        CommissionStep(
            _to_money(band.start),
            None
            if account.plan.retroactive
            else next((_to_money(start) for start in starts if start > band.start), None),
            float(band.rate),
            _to_money(value),
            _to_money(amount),
        )
        for band, value, amount in earning.steps
    ]
    return CommissionLine(
        "earned",
        earning.day,
        deal.deal,
        deal.name,
        deal.account,
        earning.payment,
        None,
        _to_money(earning.deal_value),
        float(earning.share),
        _to_money(earning.credited),
        _to_money(earning.running),
        tuple(steps),
        _to_money(earning.capped),
        _to_money(earning.amount),
    )


def _make_return(back: Return) -> CommissionLine:
    earning, deal = back.earning, back.earning.deal
    return CommissionLine(
        back.why,
        back.day,
        deal.deal,
        deal.name,
        deal.account,
        earning.payment,
        earning.day,
        _to_money(earning.deal_value),
        float(earning.share),
        0.0,
        0.0,
        (),
        0.0,
        -_to_money(back.amount),
    )


def _sum_by_deal(statements: Iterable[CommissionStatement]) -> tuple[DealCommission, ...]:
    sums: dict[tuple[str, str], int] = {}
    for line in (line for statement in statements for line in statement.lines):
        key = (line.deal, line.account)
        sums[key] = sums.get(key, 0) + round(line.amount * 100)
    return tuple(DealCommission(*key, _to_money(cents)) for key, cents in sorted(sums.items()))


def _answer_what_if(pipeline: Pipeline, asked: CommissionRequest, person: str) -> CommissionWhatIf:
    row = _find_open_deal(pipeline, asked.what_if)
    (deal,) = pipeline["Deals"].loc[[row]].to_dict("records")
    amount = deal["amount"] if asked.amount is None else asked.amount
    if pd.isna(amount):
        raise UsageError("{deal} has no amount; give one with --amount.", deal=deal["deal"])
    day = asked.on or pipeline.today
    as_of = max(day, pipeline.as_of)
    without = {_name_account(one): one for one in build_ledger(pipeline, as_of).accounts}
    won = mark_credits(_win_deal(pipeline, row, float(amount), day))
    changed = [
        account
        for account in build_ledger(won, as_of, {fold_text(deal["deal"]): day}).accounts
        if _is_asked(account.person, person) and any(one.deal.deal == deal["deal"] for one in account.earnings)
    ]
    gains = tuple(
        _make_gain(without.get(_name_account(account)), account, str(deal["deal"]), pipeline.language)
        for account in changed
    )
    total = _sum_money(gain.more for gain in gains)
    return CommissionWhatIf(
        str(deal["deal"]), str(deal["name"]), str(deal["account"]), float(amount), day, total, gains
    )


def _find_open_deal(pipeline: Pipeline, wanted: str) -> int:
    deals = pipeline["Deals"]
    found = deals.index[fold_keys(deals["deal"]) == fold_text(wanted)]
    if not len(found):
        hint = suggest_names(wanted, [str(key) for key in deals["deal"] if key])
        raise UsageError("There is no deal {deal}; {hint}", deal=wanted, hint=hint)
    if deals["outcome"][found[0]] not in ("", "open"):
        raise UsageError("{deal} is not open; ask what an open deal would bring.", deal=deals["deal"][found[0]])
    return int(found[0])


def _win_deal(pipeline: Pipeline, row: int, amount: float, day: date) -> Pipeline:
    deals = pipeline["Deals"].copy()
    deals.loc[row, "outcome"] = "won"
    deals.loc[row, "amount"] = amount
    deals.loc[row, "closed"] = pd.Timestamp(day)
    return pipeline.with_tables(Deals=deals)


def _name_account(account: Account) -> tuple[str, str, date]:
    return fold_text(account.person), fold_text(account.plan.name), account.days[0]


def _make_gain(before: Account | None, after: Account, deal: str, language: Language) -> CommissionGain:
    then = 0 if before is None else before.total
    own = sum(one.amount for one in after.earnings if one.deal.deal == deal)
    return CommissionGain(
        after.person,
        after.plan.name,
        *after.days,
        _to_money(then),
        _to_money(after.total),
        _to_money(after.total - then),
        _to_money(own),
        tuple(word_gain(before, after, deal, language)),
    )


def _list_statement_documents(
    pipeline: Pipeline, answer: CommissionAnswer, made: datetime | None
) -> Iterator[Document]:
    """Yield one document for each person, with all of the person's statements."""
    settings = pipeline.settings
    people = {fold_text(statement.person): statement.person for statement in answer.statements}
    for name, person in people.items():
        own = tuple(one for one in answer.statements if fold_text(one.person) == name)
        facts = {
            "statements": own,
            "person": person,
            "made": made or datetime.combine(pipeline.today, time()),
            "source": pipeline.source,
            "company": settings.text("company"),
            "currency": settings.text("currency").strip().upper(),
        }
        dates = f"{answer.from_.isoformat()} {answer.to.isoformat()}"
        yield Document("commission", f"commission {dates} {person}", facts)
