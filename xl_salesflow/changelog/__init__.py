"""Record what runs changed: the change log, undo, change sheets (a dry run with ticks), and the merge of two copies.

The engine, the verbs and the packages above them may import this package. It does not import process.

Public names, by file:

    change_decisions: list_change_lines, select_ticked_changes
    change_log: log_changes
    change_sheet_table: CHANGE_SHEET_FACTS, CHANGE_SHEET_HELP, CHANGE_SHEET_MESSAGES, CHANGE_SHEET_TABLE, ChangeLine,
        ChangeSheet
    copy_differences: describe_difference, find_copy_differences
    copy_merge: merge_copies
    merge_conflicts: CONFLICT_MESSAGES, resolve_conflicts
    three_way_merge: find_ancestor
    undo_entries: is_logged_row, read_removed_rows
    undo_run: revert_run, UNDO_MESSAGES
"""
