"""Record what runs changed: the change log, undo, change sheets (a dry run with ticks), and the merge of two copies.

The engine, the verbs and the packages above them may import this package. It does not import process.

Public names, by file:

    change_decisions: list_change_lines, select_ticked_changes
    change_log: keep_row_reasons, log_changes
    change_sheet_table: CHANGE_SHEET_FACTS, CHANGE_SHEET_HELP, CHANGE_SHEET_MESSAGES, CHANGE_SHEET_TABLE, ChangeLine,
        ChangeSheet
    copy_differences: describe_difference, find_copy_differences, index_by_identity
    copy_merge: merge_copies
    merge_conflicts: CONFLICT_MESSAGES, resolve_conflicts
    returned_copies: find_needed_rows, list_merge_steps, NEEDED_TABLES, ReturnedCopy
    shared_rows: COLLECTED_TABLES, COMMISSION_TABLES, count_unnumbered_rows, fill_shared_book, find_share_run,
        log_sharing, select_shared_rows, SETUP_COPIES
    three_way_merge: find_ancestor, is_surely_ancestor
    undo_entries: is_logged_row, read_removed_rows
    undo_run: revert_run, UNDO_MESSAGES
"""
