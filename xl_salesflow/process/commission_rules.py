"""Rules about credit splits and commission plans; workbooks without any are not asked."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, format_short_number
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.commission_plans import choose_plans, find_personal_target, read_plans
from xl_salesflow.process.credit_upkeep import SHARE_TOLERANCE, is_rep_copy, sum_shares
from xl_salesflow.schema.table_frames import fold_keys


def _find_wrong_splits(pipeline: Pipeline) -> Iterable[RuleMatch]:
    credit_rows = pipeline["Credits"]
    if credit_rows.empty or is_rep_copy(pipeline):
        return
    deal = fold_keys(credit_rows["deal"])
    off = {key: total for key, total in sum_shares(credit_rows).items() if abs(total - 1) > SHARE_TOLERANCE}
    rows = credit_rows.index[deal.isin(off) & ~deal.duplicated()]
    shown = [format_short_number(float(off[key] * 100)) for key in deal[rows]]
    yield RuleMatch(
        "Credits", rows, "share", {"deal": credit_rows["deal"][rows], "total": pd.Series(shown, rows, dtype=object)}
    )


WRONG_SPLIT = Rule(
    "credit_sum",
    Text("Shares of a deal that do not add up"),
    Text("The shares of {deal} add up to {total} %, so nobody is credited with it; correct them to 100 %."),
    "warn",
    _find_wrong_splits,
    needs=("Credits",),
)


def _find_nameless_shares(pipeline: Pipeline) -> Iterable[RuleMatch]:
    credit_rows = pipeline["Credits"]
    for column, other in (("person", "deal"), ("deal", "person")):
        rows = credit_rows.index[
            (credit_rows[column] == "") & (credit_rows[other] != "") & credit_rows["share"].notna()
        ]
        yield RuleMatch("Credits", rows, column)


NAMELESS_SHARE = Rule(
    "credit_person",
    Text("A share of nobody, or of no deal"),
    Text("“{column}” is blank, so this share is credited to nobody; fill it in, or delete the row."),
    "warn",
    _find_nameless_shares,
    needs=("Credits",),
)


def _find_unusable_plans(pipeline: Pipeline) -> Iterable[RuleMatch]:
    plans = pipeline["CommissionPlans"]
    named = plans["plan"] != ""
    told = ~named
    for column in ("basis", "period"):
        yield RuleMatch("CommissionPlans", plans.index[(plans[column] == "") & ~told], column)
        told |= plans[column] == ""


UNUSABLE_PLAN = Rule(
    "plan_unusable",
    Text("A commission plan that pays nothing"),
    Text("“{column}” is blank, so the plan pays nothing; choose one."),
    "warn",
    _find_unusable_plans,
    needs=("CommissionPlans",),
)


def _find_tierless_plans(pipeline: Pipeline) -> Iterable[RuleMatch]:
    plans, tiers = pipeline["CommissionPlans"], pipeline["CommissionTiers"]
    if plans.empty:
        return
    rated = set(fold_keys(tiers["plan"])[tiers["commission_rate"].notna()])
    rows = plans.index[(plans["plan"] != "") & ~fold_keys(plans["plan"]).isin(rated)]
    yield RuleMatch("CommissionPlans", rows, "plan", {"plan": plans["plan"][rows]})


PLAN_WITHOUT_TIERS = Rule(
    "plan_without_rates",
    Text("A commission plan without rates"),
    Text("The sheet Commission tiers has no rate of the plan {plan}, so it pays nothing; add its rates there."),
    "warn",
    _find_tierless_plans,
    needs=("CommissionPlans",),
)


def _find_missing_targets(pipeline: Pipeline) -> Iterable[RuleMatch]:
    everything = read_plans(pipeline)
    if not any(plan.uses_target for plan in everything) or is_rep_copy(pipeline):
        return
    missing: dict[str, list[str]] = {}
    today, team = pipeline.today, pipeline["Team"]
    team = team[(team["person"] != "") & (team["active"] != "no")]
    for person, role in zip(team["person"], team["role"], strict=True):
        name = fold_text(person)
        for plan in choose_plans(everything, name, fold_text(role), today):
            if plan.uses_target and find_personal_target(pipeline["Targets"], name, plan.period_of(today)) is None:
                missing.setdefault(fold_text(plan.name), []).append(str(person))
    names = fold_keys(pipeline["CommissionPlans"]["plan"])
    rows = names.index[names.isin(missing) & ~names.duplicated()]
    people = pd.Series([", ".join(missing[name]) for name in names[rows]], rows, dtype=object)
    yield RuleMatch("CommissionPlans", rows, "plan", {"people": people})


PERSON_WITHOUT_TARGET = Rule(
    "plan_without_target",
    Text("Tiers of a target that is missing"),
    Text(
        "The tiers of the plan begin at a share of the target, and the sheet Targets has none for the current period of "
        "{people}: only the rate from 0 % applies. Add their targets."
    ),
    "warn",
    _find_missing_targets,
    needs=("CommissionPlans",),
)

COMMISSION_RULES: tuple[Rule, ...] = (
    WRONG_SPLIT,
    NAMELESS_SHARE,
    UNUSABLE_PLAN,
    PLAN_WITHOUT_TIERS,
    PERSON_WITHOUT_TARGET,
)
