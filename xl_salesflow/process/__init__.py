"""The sales process: playbooks as data, stage moves, gates, checks, warnings, scores, follow-ups, assignment, work days.

Packages above this one may import it. Rules do not import one another, and nothing here knows the numbers on a sheet.

Public names, by file:

    account_scores: classify_accounts, compute_prospects
    approval_decisions: answer_waiting_requests, ApprovalChoice, decide_request, find_request_deals,
        select_waiting_requests
    approval_requests: request_discount_approvals
    bant_cards: BANT_DIMENSIONS, CardAddress, compute_bant_columns, fill_bant_from_answers, make_bant_card,
        take_in_bant_card
    commission_plans: choose_plans, CommissionPlan, compute_commission, find_calendar_period, find_personal_target,
        find_rate, FirstAndLastDay, RateBand, read_plans, split_into_bands
    credit_upkeep: add_share, compute_part, mark_credits, read_cents, read_fraction, round_half_up
    customer_fit: score_customers
    deal_tasks: prepare_visit
    deal_upkeep: count_spin_kinds, fill_derived_cells, is_cell_filled, number_new_rows, SPIN_KINDS
    due_followups: answer_followups, find_followups_beyond_limit, list_followups, split_document_by_owner
    duplicate_rows: DUPLICATE_MESSAGES, DUPLICATE_SIGNS, find_duplicate_pairs, find_duplicates, fold_company_name,
        fold_email_address, fold_person_name, fold_phone_number, fold_web_site
    followup_logging: log_followups
    history_rules: check_seals
    imported_moves: find_move_findings, judge_imported_deals
    instalment_plans: make_instalments, PART_NAMES, split_into_cents
    invoice_numbers: next_invoice_number
    invoice_taxes: compute_invoice_tax, find_contract_tax
    lead_answers: FIRST_ANSWER, list_waiting_leads
    move_judging: judge_stage_moves
    name_rules: find_spelling_variants
    noted_values: note_deal_values
    own_column_setup: declare_own_column
    owner_assignment: assign_owners, ASSIGNMENT_MESSAGES, distribute_deals
    payment_reminders: REMINDER_STEPS, select_due_reminders
    payment_upkeep: find_due_days, mark_payments
    pending_moves: MOVE_STATUS_RULES
    playbook_files: copy_playbook_source, identify_playbook, list_playbook_names, load_playbook, make_file_text,
        make_shipped_setup, playbook_purpose, playbook_title, QUESTIONS_FILE, read_own_playbook, read_playbook_file
    playbook_switch: add_playbook_rows, PlaybookSwitch, switch_playbook
    process_review: count_process_version, find_measured_stage, look_up_measured_metric
    recorded_effects: give_next_steps, open_referred_leads
    renamed_names: list_typed_renames, TypedRename
    renaming: merge_accounts, rename_everywhere
    renewal_deals: open_renewals
    rule_catalogue: ALL_RULES, check_pipeline, find_playbook_findings, find_unsealed_stays, list_finding_rows,
        list_warning_sentences, word_early_warnings, write_early_warnings
    stage_renumbering: find_renumbered_stages, renumber_stages, RENUMBERING_MESSAGES
    subscription_columns: compute_subscription_columns, find_day_a_year_before
    win_probability: estimate_win_probability, fill_win_probability
    working_days: add_missing_holidays, make_country_holidays, make_shipped_holidays, read_workdays
    working_order: arrange_deals, arrange_new_deals
"""
