"""The sales process: playbooks as data, stage moves, gates, checks, warnings, scores, follow-ups, assignment, work days.

Packages above this one may import it. Rules do not import one another, and nothing here knows the numbers on a sheet.

Public names, by file:

    account_scores: classify_accounts, compute_prospects, score_account_traits
    bant_cards: CardAddress, make_bant_card, take_in_bant_card
    bant_cards: BANT_DIMENSIONS, compute_bant_columns, fill_bant_from_answers
    deal_tasks: prepare_visit
    deal_upkeep: count_spin_kinds, fill_derived_cells, SPIN_KINDS
    due_followups: find_followups_beyond_limit, list_followups, make_followup_document, split_document_by_owner
    duplicate_rows: DUPLICATE_SIGNS, find_duplicate_pairs, find_duplicates
    followup_logging: log_followups
    move_judging: judge_stage_moves
    playbook_files: read_own_playbook
    owner_assignment: distribute_deals
    playbook_files: copy_playbook_source, list_playbook_names, make_shipped_setup, playbook_purpose,
        playbook_title
    playbook_switch: PlaybookSwitch, switch_playbook
    rule_catalogue: check_pipeline, find_early_warnings, find_playbook_findings, find_unsealed_stays
    win_probability: fill_win_probability
    working_days: make_country_holidays, make_shipped_holidays
"""
