"""The current state of deals: recorded stage, recent scores, primary quote and its discount.

The score trail of a deal holds its recent scores with their days, such as ``2026-03-02 75; 2026-03-09 60``; it goes
back far enough to know the score of a week ago.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.kept_values import keep_value
from xl_salesflow.core.person_identity import is_same_person
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys, look_up_values


@keep_value
def select_open_deals(pipeline: Pipeline) -> pd.DataFrame:
    """Return the deals whose outcome is open, with their stage's `position`, `day_limit`, `buyer_due` and `chance`.

    `buyer_due` is the buyer's stage that the seller's stage expects; `chance` is the deal's own probability, or else
    that of its stage. These are blank if the deal's stage is not in its playbook.
    """
    deals = pipeline["Deals"]
    deals = deals[deals["outcome"] == "open"]
    stages = [(playbook_id, stage) for playbook_id, playbook in pipeline.playbooks.items() for stage in playbook.stages]
    keys = pd.Index([f"{playbook_id}|{stage.name}" for playbook_id, stage in stages], dtype=object)
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    at = keys.drop_duplicates().get_indexer(pd.Index(named + "|" + deals["recorded_stage"], dtype=object))
    first = [stage for (_, stage), again in zip(stages, keys.duplicated(), strict=True) if not again]
    chance = _take_or_nan([stage.probability for stage in first], at)
    return deals.assign(
        position=_take_or_nan([stage.position for stage in first], at),
        day_limit=_take_or_nan([np.nan if stage.day_limit is None else stage.day_limit for stage in first], at),
        buyer_due=np.array([*(stage.buyer_stage for stage in first), ""], object)[at],
        chance=deals["probability_override"].fillna(pd.Series(chance, index=deals.index)),
    )


def _take_or_nan(values: list[float], at: np.ndarray) -> np.ndarray:
    # get_indexer returns -1 for unknown stages, which selects the last element
    taken: np.ndarray = np.array([*values, np.nan], float)[at]
    return taken


SCORE_TRAIL_SPAN = timedelta(days=7)


def extend_score_trail(deals: pd.DataFrame, score: pd.Series, today: date) -> pd.Series:
    """Return the trails with today's *score* appended where it differs from the last one.

    When a score is appended, scores older than the one of a week ago are dropped.
    """
    trails = deals["score_trail"]
    if trails.empty:
        return trails
    last = pd.to_numeric(trails.str.rpartition(" ")[2], errors="coerce")
    new = (score != last) & ~(score.isna() & last.isna())
    added = [_add_trail_note(trail, now, today) for trail, now in zip(trails[new], score[new], strict=True)]
    return trails.mask(new, pd.Series(added, index=trails.index[new], dtype=object))


def score_week_ago(trails: pd.Series, today: date) -> pd.Series:
    """Return the score of a week ago per deal, or the earliest one if the trail is shorter; blank without a trail."""
    score_by_trail = {
        trail: _score_on_day(_read_score_trail(trail), today - SCORE_TRAIL_SPAN) for trail in trails.drop_duplicates()
    }
    return trails.map(score_by_trail).astype("float64")


def _add_trail_note(trail: str, score: float, today: date) -> str:
    notes = [note for note in _read_score_trail(trail) if note[0] != today]
    old = [note for note in notes if note[0] <= today - SCORE_TRAIL_SPAN]
    notes = [*old[-1:], *(note for note in notes if note[0] > today - SCORE_TRAIL_SPAN), (today, score)]
    return "; ".join(f"{day.isoformat()} {'-' if is_missing(value) else f'{value:g}'}" for day, value in notes)


def _score_on_day(notes: list[tuple[date, float]], day: date) -> float:
    old = [value for noted, value in notes if noted <= day]
    return old[-1] if old else notes[0][1] if notes else np.nan


def _read_score_trail(trail: str) -> list[tuple[date, float]]:
    # skip entries that somebody damaged; the trail is an aid, not a record
    notes = []
    for note in trail.split(";"):
        day, _, value = note.strip().partition(" ")
        try:
            notes.append((date.fromisoformat(day), float("nan" if value == "-" else value)))
        except ValueError:
            continue
    return notes


LIVE_QUOTE_STATES = ("", "draft", "sent", "accepted")
"""Statuses in which a quote is an offer."""


@keep_value
def find_primary_quotes(pipeline: Pipeline) -> pd.DataFrame:
    """Return deal (casefolded), row of Deals and value of every live primary quote, by row of Quotes.

    The value is the formula column net of Quotes in the workbook's currency; it is NaN without a rate or if the quote
    has no lines.
    """
    quotes, deals = pipeline["Quotes"], pipeline["Deals"]
    live = quotes[(quotes["primary"] == "yes") & quotes["status"].isin(LIVE_QUOTE_STATES) & (quotes["deal"] != "")]
    if live.empty:
        deals = deals.iloc[:0]  # none of them is looked up
    known = pd.Series(deals.index, index=fold_keys(deals["deal"]).to_numpy())
    known = known[~known.index.duplicated()]
    deal = fold_keys(live["deal"])
    lines = fold_keys(pipeline["QuoteLines"]["quote"])
    base = pipeline.settings.text("currency").strip().upper()
    foreign = ~live["currency"].str.strip().str.upper().isin(["", base])
    value = (live["net"] * live["rate"].where(live["rate"] > 0).where(foreign, 1.0)).round(2)
    return pd.DataFrame(
        {"deal": deal, "row": deal.map(known), "value": value.where(fold_keys(live["quote"]).isin(lines))},
        index=live.index,
    )


def find_primary_values(pipeline: Pipeline) -> pd.DataFrame:
    """Return row of Deals and value for the open deals with exactly one primary quote, by row of Quotes."""
    found = find_primary_quotes(pipeline)
    found = found[~found["deal"].duplicated(keep=False) & found["row"].notna() & found["value"].notna()]
    outcome = pipeline["Deals"]["outcome"].reindex(found["row"]).set_axis(found.index)
    found = found[~outcome.isin(["won", "lost"])]
    return found.assign(row=found["row"].astype("int64"))


DISCOUNT_SETTING_OF_ROLE: Mapping[str, str] = MappingProxyType(
    {"manager": "discount_manager", "director": "discount_director"}
)
"""Role → the setting with its limit; any other role has the general limit."""

DISCOUNT_TOLERANCE = 1e-9  # shares are typed in per cent, and their sums may differ by rounding
_APPROVER_SEPARATORS = re.compile(r"\s*[,\uff0c\u3001;\uff1b/&+]\s*")  # with Chinese commas and semicolons


@keep_value
def compute_discounts(pipeline: Pipeline) -> pd.Series:
    """Return the discount of each quote as a fraction, by row of Quotes: its most reduced line, including overall discounts.

    A line price below the list price is a discount too, compared without included tax and in the workbook's currency. A line at
    price 0 that is marked as a gift is none.
    """
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    quoted = fold_keys(lines["quote"])
    left = (1 - lines["discount"].fillna(0)) * _price_to_list_ratio(pipeline, quoted)
    left = left.mask((lines["gift"] == "yes") & (lines["price"] == 0), 1.0)
    least = look_up_values(fold_keys(quotes["quote"]), left[quoted != ""].groupby(quoted[quoted != ""]).min()).fillna(
        1.0
    )
    return 1 - least * (1 - quotes["discount"].fillna(0))


def look_up_discount_limits(pipeline: Pipeline, people: pd.Series) -> pd.Series:
    """Return the discount that each of *people* may grant alone: their own limit, their role's, or the general one."""
    team, settings = pipeline["Team"], pipeline.settings
    general = settings.number("discount_limit")
    of_role = (
        team["role"]
        .map({role: settings.number(setting) for role, setting in DISCOUNT_SETTING_OF_ROLE.items()})
        .fillna(general)
    )
    held = team["discount_limit"].fillna(of_role).set_axis(fold_keys(team["person"]).to_numpy())
    return look_up_values(fold_keys(people), held[~held.index.duplicated()]).fillna(general)


@keep_value
def look_up_quote_owners(pipeline: Pipeline) -> pd.Series:
    """Return the owner of each quote's deal, by row of Quotes; "" if the deal is unknown."""
    quotes, deals = pipeline["Quotes"], pipeline["Deals"]
    if quotes.empty:
        return pd.Series("", quotes.index, dtype=object)
    held = deals["owner"].set_axis(fold_keys(deals["deal"]).to_numpy())
    return look_up_values(fold_keys(quotes["deal"]), held[~held.index.duplicated()]).fillna("").astype(object)


@keep_value
def find_unapproved_discounts(pipeline: Pipeline) -> pd.Series:
    """Return, by row of Quotes, whether the discount exceeds the owner's limit without approval by an entitled person."""
    off = compute_discounts(pipeline)
    above = off > look_up_discount_limits(pipeline, look_up_quote_owners(pipeline)) + DISCOUNT_TOLERANCE
    owner, names = look_up_quote_owners(pipeline), pipeline["Quotes"]["approved_by"]
    approved = pd.Series(
        [_has_discount_approval(pipeline, names[row], off[row], owner[row]) for row in above.index[above]],
        above.index[above],
        bool,
    )
    return above & ~approved.reindex(above.index, fill_value=False)


def _has_discount_approval(pipeline: Pipeline, typed: str, share: float, owner: str) -> bool:
    # an active member of the team with a sufficient limit; if there is no team, anybody but the owner
    names = [name for name in _APPROVER_SEPARATORS.split(typed.strip()) if name and not is_same_person(name, owner)]
    team = pipeline["Team"]
    if not (team["person"] != "").any():
        return bool(names)
    # a second row of the owner has the same e-mail
    addresses = fold_keys(team["email"])
    own = {mail for person, mail in zip(team["person"], addresses, strict=True) if is_same_person(person, owner)}
    others = team[(team["active"] != "no") & ~addresses.isin(own - {""})]
    known = set(fold_keys(others["person"])) - {""}
    people = pd.Series([name for name in names if fold_text(name) in known], dtype=object)
    return bool(len(people)) and bool((look_up_discount_limits(pipeline, people) >= share - DISCOUNT_TOLERANCE).any())


def _price_to_list_ratio(pipeline: Pipeline, quoted: pd.Series) -> pd.Series:
    # the line's own price divided by the list price, at most 1; 1 if they cannot be compared
    quotes, lines, products = pipeline["Quotes"], pipeline["QuoteLines"], pipeline["Products"]
    prices = products["price"].set_axis(fold_keys(products["product"]).to_numpy())
    listed = look_up_values(fold_keys(lines["product"]), prices[~prices.index.duplicated()])
    # the value of one unit of each quote's prices in the currency of the price list; NaN if unknown
    base = pipeline.settings.text("currency").strip().upper()
    foreign = ~quotes["currency"].str.strip().str.upper().isin(["", base])
    rate = quotes["rate"].where(foreign, 1.0).where(lambda rates: rates > 0)
    tax = quotes["tax_rate"].fillna(pipeline.settings.number("tax_rate"))
    contained = np.where(quotes["tax_mode"] == "inclusive", 1 + tax, 1.0)
    factor: pd.Series = (rate / np.where(contained > 0, contained, np.nan)).set_axis(
        fold_keys(quotes["quote"]).to_numpy()
    )
    own = lines["price"] * look_up_values(quoted, factor[~factor.index.duplicated()])
    ratio = (own / listed.where(listed > 0)).clip(lower=0.0, upper=1.0)
    return ratio.fillna(1.0)


def format_discount_percent(share: float) -> str:
    return f"{share * 100:.4g} %"
