"""The roll-up: the rows of many workbooks joined under keys of their own, reviewed like an import, and their totals.

Public names, by file:

    rollup_review: is_typed_column, LOST_VALUE_RULES, ROLLUP_MESSAGES, RollupReview
    team_rollup: ADDITIVE_METRICS, compute_team_totals, join_workbooks, list_book_contributions, write_parquet
"""
