"""Buttons for names: carry a name typed anew along to every row, and make two customers one."""

from __future__ import annotations

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Text, TextList
from xl_salesflow.process.duplicate_rows import find_duplicate_pairs
from xl_salesflow.process.renamed_names import TypedRename, list_typed_renames
from xl_salesflow.verbs import merge_customers, rename


def press_rename(context: ButtonContext) -> Text:
    """Carry the rename that was typed in the selected row along to every row that names the old name."""
    pipeline = context.read()
    one = _choose_typed_rename(context, list_typed_renames(pipeline))
    plan = rename(pipeline, one.old, one.new, context.run, one.place)
    context.book.write(plan)
    count = sum(plan.answer.result.rows.values())
    return Text("“{old}” is “{new}” in {count} {count:row|rows}; Undo run reverts it.").with_facts(
        old=one.old, new=one.new, count=count
    )


def _choose_typed_rename(context: ButtonContext, typed: list[TypedRename]) -> TypedRename:
    if not typed:
        raise UsageError("Type the new name over the old one, in the sheet that declares it, and press Rename then.")
    if len(typed) == 1:
        return typed[0]
    for one in typed:
        if one.new in (context.value_in_row(one.column), context.value_in_row("key")):
            return one
    raise UsageError(
        "Several names were changed: {names}; select the cell of one of them.",
        names=TextList(tuple(one.new for one in typed)),
    )


def press_merge_customers(context: ButtonContext) -> Text:
    """Merge the customer of the selected row into the one that it may be the same as."""
    pipeline = context.read()
    duplicate = context.value_in_row("account") or context.value_in_row("key")
    kept = _find_kept_account(pipeline, duplicate)
    plan = merge_customers(pipeline, duplicate, kept, context.run)
    context.book.write(plan)
    return Text("“{old}” is “{new}” now, with all its rows; Undo run reverts it.").with_facts(old=duplicate, new=kept)


def _find_kept_account(pipeline: Pipeline, duplicate: str) -> str:
    accounts = pipeline["Accounts"]
    for pair in find_duplicate_pairs("Accounts", accounts):
        if accounts.at[pair.row, "account"] == duplicate:
            return str(accounts.at[pair.other, "account"])
    raise UsageError(
        "Select the row of a customer that Findings reports as a duplicate; any two can be merged with: salesflow "
        "merge-accounts."
    )
