"""Check rows of deals and their quotes: stage, reasons, discounts, primary quote, rates and numbers.

A quote with an unapproved discount does not count as sent for the gates, gives the deal no amount, and is not printed
again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.deal_standing import (
    compute_discounts,
    find_primary_quotes,
    find_primary_values,
    find_unapproved_discounts,
    format_discount_percent,
    look_up_discount_limits,
    look_up_quote_owners,
)
from xl_salesflow.core.key_numbers import KeyFormat
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL, Rule, RuleMatch, format_short_number, suggest_for_each
from xl_salesflow.core.team_rights import is_right_in_use
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.renamed_stages import find_renamed_stages
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def _find_unknown_stages(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = pipeline["Deals"]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    for playbook_id, playbook in pipeline.playbooks.items():
        names = list(playbook.by_name)
        spelled = {fold_text(name) for name in names}
        stages = deals.loc[named == playbook_id, "stage"]
        renamed = {fold_text(one.old) for one in find_renamed_stages(pipeline) if one.playbook == playbook_id}
        unknown = stages[~fold_keys(stages).isin({*spelled, *renamed, ""})]
        hint = suggest_for_each(unknown, names, pipeline.language)
        yield RuleMatch("Deals", unknown.index, "stage", {"stage": unknown, "playbook": playbook_id, "hint": hint})


UNKNOWN_STAGE = Rule(
    "unknown_stage",
    Text("A stage the playbook does not have"),
    Text("The playbook {playbook} has no stage “{stage}”; {hint} Choose from the list or add it to Stages."),
    "block",
    _find_unknown_stages,
    needs=("Deals",),
)


def _find_unknown_playbooks(pipeline: Pipeline) -> Iterable[RuleMatch]:
    named = pipeline["Deals"]["playbook"].str.strip()
    lost = named[(named != "") & ~named.isin(pipeline.playbooks)]
    hint = suggest_for_each(lost, pipeline.playbooks, pipeline.language)
    yield RuleMatch("Deals", lost.index, "playbook", {"playbook": lost, "hint": hint})


UNKNOWN_PLAYBOOK = Rule(
    "unknown_playbook",
    Text("A playbook that is not set up"),
    Text("There is no playbook “{playbook}”; {hint} Clear the cell for the default."),
    "block",
    _find_unknown_playbooks,
    needs=("Deals",),
)


def _find_unexplained_probabilities(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = pipeline["Deals"]
    bare = deals["probability_override"].notna() & (deals["probability_reason"].str.strip() == "")
    yield RuleMatch("Deals", deals.index[bare & ~deals["outcome"].isin(["won", "lost"])], "probability_reason")


UNEXPLAINED_PROBABILITY = Rule(
    "unexplained_probability",
    Text("A deal's own probability without a reason"),
    Text("The deal has its own probability; give the reason in “{column}”, or clear it."),
    "warn",
    _find_unexplained_probabilities,
    needs=("Deals",),
)


def _find_unexplained_overrides(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name in ("Deals", "History"):
        frame, table = pipeline[name], TABLES[name]
        named, explained = frame["override_by"].str.strip() != "", frame["override_reason"].str.strip() != ""
        if name == "Deals" and is_right_in_use(pipeline, "may_override"):
            explained &= named  # a reason alone asks everybody who may override
        for given, lacking, missing in (
            (named, explained, "override_reason"),
            (explained, named, "override_by"),
        ):
            yield RuleMatch(
                name, frame.index[given & ~lacking], missing, {"missing": table.header(missing, pipeline.language)}
            )


UNEXPLAINED_OVERRIDE = Rule(
    "unexplained_override",
    Text("Half an override"),
    Text("An override needs a person and a reason; “{missing}” is blank."),
    "warn",
    _find_unexplained_overrides,
)


def _find_lost_without_reason(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = pipeline["Deals"]
    rows = deals.index[(deals["outcome"] == "lost") & (deals["loss_reason"].str.strip() == "")]
    yield RuleMatch("Deals", rows[:1], "loss_reason", {"count": len(rows)})


LOST_WITHOUT_REASON = Rule(
    "lost_without_reason",
    Text("Lost deals without a loss reason"),
    Text(
        "{count} lost {count:deal has|deals have} no “{column}”; fill it in where you know it, to see why deals are lost."
    ),
    "note",
    _find_lost_without_reason,
    needs=("Deals",),
)


def _find_closed_without_date(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = pipeline["Deals"]
    rows = deals.index[deals["outcome"].isin(["won", "lost"]) & deals["closed"].isna()]
    yield RuleMatch("Deals", rows[:1], "closed", {"count": len(rows)})


CLOSED_WITHOUT_DATE = Rule(
    "closed_without_date",
    Text("Closed deals without a closing date"),
    Text(
        "{count} won or lost deals have no day in “{column}”, so no period counts them; fill in the day where you know it, "
        "or import it."
    ),
    "note",
    _find_closed_without_date,
    needs=("Deals",),
)


def _find_discount_unapproved(pipeline: Pipeline) -> Iterable[RuleMatch]:
    quotes = pipeline["Quotes"]
    rows = quotes.index[find_unapproved_discounts(pipeline) & quotes["status"].isin(["sent", "accepted"])]
    owner = look_up_quote_owners(pipeline)
    facts = {
        "quote": quotes.loc[rows, "quote"],
        "given": compute_discounts(pipeline)[rows].map(format_discount_percent),
        "limit": look_up_discount_limits(pipeline, owner)[rows].map(format_discount_percent),
        "who": quotes.loc[rows, "approved_by"].str.strip().replace("", BLANK_LABEL.in_(pipeline.language)),
    }
    yield RuleMatch("Quotes", rows, "approved_by", facts)


DISCOUNT_UNAPPROVED = Rule(
    "discount_unapproved",
    Text("A discount that nobody has approved"),
    Text(
        "Quote {quote} gives a discount of {given}, the deal's owner may grant {limit}, and "
        "“{column}” ({who}) may not grant that much either; have it approved by somebody on the Team "
        "sheet who may, or lower the discount."
    ),
    "block",
    _find_discount_unapproved,
    needs=("Quotes",),
)


def _find_two_primaries(pipeline: Pipeline) -> Iterable[RuleMatch]:
    found = find_primary_quotes(pipeline)
    several = found[found["deal"].duplicated(keep=False)]
    count = several["deal"].map(several["deal"].value_counts())
    quotes = pipeline["Quotes"].loc[several.index]
    yield RuleMatch("Quotes", several.index, "primary", {"deal": quotes["deal"], "count": count})


TWO_PRIMARY_QUOTES = Rule(
    "two_primaries",
    Text("More than one primary quote"),
    Text("Deal {deal} has {count} primary quotes; leave Yes in “{column}” for the one its amount follows."),
    "block",
    _find_two_primaries,
    needs=("Quotes",),
)


def _find_missing_rates(pipeline: Pipeline) -> Iterable[RuleMatch]:
    quotes = pipeline["Quotes"]
    base = pipeline.settings.text("currency").strip().upper()
    currency = quotes["currency"].str.strip().str.upper()
    bare = ~currency.isin(["", base]) & ~(quotes["rate"] > 0) & quotes["status"].isin(["sent", "accepted"])
    yield RuleMatch("Quotes", quotes.index[bare], "rate", {"quote": quotes["quote"][bare], "currency": currency[bare]})


MISSING_EXCHANGE_RATE = Rule(
    "rate_missing",
    Text("A quote without its exchange rate"),
    Text("Quote {quote} was sent in {currency}; fill in the “{column}” that was used, which then stays."),
    "warn",
    _find_missing_rates,
    needs=("Quotes",),
)


def _find_amount_differs(pipeline: Pipeline) -> Iterable[RuleMatch]:
    found = find_primary_values(pipeline)
    held = pipeline["Deals"]["amount"].reindex(found["row"]).set_axis(found.index)
    off = found[held.notna() & ((held - found["value"]).abs() > 0.004)]
    rows = pd.Index(off["row"])
    facts = {
        "quote": pipeline["Quotes"]["quote"].reindex(off.index).set_axis(rows),
        "worth": off["value"].map(format_short_number).set_axis(rows),
        "amount": pipeline["Deals"]["amount"].reindex(rows).map(format_short_number),
    }
    yield RuleMatch("Deals", rows, "amount", facts)


AMOUNT_DIFFERS = Rule(
    "amount_differs",
    Text("An amount that differs from the quote"),
    Text(
        "The amount is {amount}, the primary quote {quote} comes to {worth} without tax; correct the one that is wrong."
    ),
    "note",
    _find_amount_differs,
    needs=("Deals", "Quotes"),
)


def _find_quote_number_gaps(pipeline: Pipeline) -> Iterable[RuleMatch]:
    quotes = pipeline["Quotes"]["quote"]
    start, mark = (re.escape(pipeline.settings.text(name).strip()) for name in ("quote_prefix", "number_mark"))
    if mark:  # the numbers without it were given in the workbook that this one was shared from, where the others are
        mark += "-"
    parts = quotes.str.strip().str.extract(rf"^(?i:(?P<year>{start}\d{{4}}-{mark}))(?P<number>\d{{1,9}})$").dropna()
    numbered = parts.assign(count=parts["number"].astype("int64"), year=parts["year"].str.lower()).sort_values(
        ["year", "count"]
    )
    before = numbered.groupby("year")["count"].shift(1)
    gap = numbered[(numbered["count"] - before) > 1]
    first = before[gap.index].astype("int64") + 1
    missing = [
        KeyFormat(start, 4).write(low) + (KeyFormat("–", 4).write(high) if high > low else "")
        for start, low, high in zip(parts.loc[gap.index, "year"], first, gap["count"] - 1, strict=True)
    ]
    facts = {"quote": quotes[gap.index], "missing": pd.Series(missing, index=gap.index, dtype=object)}
    yield RuleMatch("Quotes", gap.index, "quote", facts)


QUOTE_NUMBER_GAP = Rule(
    "quote_number_gap",
    Text("A gap in the quote numbers"),
    Text(
        "Before {quote} the number {missing} is missing; numbers are assigned without gaps, so look "
        "for the deleted row."
    ),
    "note",
    _find_quote_number_gaps,
    needs=("Quotes",),
)
