"""What every room speaks: the pipeline and its query, change sets and findings, rules, playbooks, seals, saved files.

Every room above the schema may enter, except ooxml.

Public names, by file:

    change_sets: Append, apply_change_set, Change, ChangeSet, diff_pipelines, Document, Edit, Fill,
        find_equal_cells, NamedCellChange, Remove
    deal_standing: compute_discounts, extend_score_trail, find_primary_quotes, find_primary_values,
        find_unapproved_discounts, format_discount_percent, LIVE_QUOTE_STATES, look_up_discount_limits,
        look_up_quote_owners, score_week_ago, select_open_deals
    file_saving: hidden_file_beside, PendingFile, raise_as_cannot_save, safe_file_name, save_file_atomically,
        temporary_file_beside
    history_seal: find_broken_seals, seal_history
    name_suggestions: find_nearest, ratio, token_set_ratio
    pipelines: build_pipeline, Finding, Gate, Pipeline, Playbook, Stage, TablePosition
    rule_declarations: BLANK_LABEL, find_bad_limit, find_bad_subject, format_column_values, format_short_number,
        gate_items, gate_limit, GateCheck, GateFinding, GateResult, identify_activity_type, identify_option,
        list_rule_findings, MoveRule, RowMessages, Rule, RuleMatch, subject_column, write_sentences
"""
