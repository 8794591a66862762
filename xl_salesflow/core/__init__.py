"""The shared values: pipeline, query, change sets, findings, rules, playbooks, seals, saved files, written values.

Every package above the schema, except ooxml, may import this package.

Public names, by file:

    answers: Answer, answer_to_json, INLINED, JsonCell, list_json_rows, NO_ANSWER, OPTIONAL, OwnFormulaResults,
        read_json_cell
    change_sets: Append, apply_change_set, Change, ChangeSet, diff_pipelines, Document, Edit, Fill,
        find_equal_cells, NamedCellChange, Remove
    deal_scope: DealRows
    deal_standing: compute_discounts, extend_score_trail, find_primary_quotes, find_primary_values,
        find_unapproved_discounts, format_discount_percent, LIVE_QUOTE_STATES, look_up_discount_limits,
        look_up_quote_owners, score_week_ago, select_open_deals
    file_saving: hidden_file_beside, PendingFile, raise_as_cannot_save, safe_file_name, save_file_atomically,
        temporary_file_beside
    history_seal: find_broken_seals, seal_history
    lazy_frames: is_frame_replaced, LazyFindings, LazyFrames, LoadedFrames, PipelineFrames
    metric_answers: the answers of funnel, plan, compare and audit
    name_suggestions: find_nearest, ratio, token_set_ratio
    pipelines: build_pipeline, Finding, Gate, Pipeline, Playbook, Stage, TablePosition
    rule_declarations: BLANK_LABEL, find_bad_limit, find_bad_subject, format_column_values, format_short_number,
        gate_items, gate_limit, GateCheck, GateFinding, GateResult, identify_activity_type, identify_option,
        list_rule_findings, MoveRule, RowMessages, Rule, RuleMatch, subject_column, write_sentences
    verb_answers: RunAnswer, and the answers of the other verbs
    written_columns: ColumnEvidence, DAY_OR_MONTH_FIRST, is_open_choice, judge_date_order, judge_decimal_mark,
        open_choices, OPEN_DECIMAL, read_date_column, read_number_column
    written_dates: DATE_ORDERS, DateStyle, find_unlikely_dates, FIRST_DAY_COLUMNS, is_written_day,
        LIKELY_DATE_SERIALS, parse_date_reading, read_written_date, YEAR_FIRST
    written_times: DAY_COUNT_COLUMNS, read_duration_days
    written_money: read_header_unit
    written_money: currency_codes_of_text, CurrencyCodes, is_currency_header, is_same_currency,
        join_currency_codes, NO_CURRENCY
    written_numbers: COMMA_DECIMAL, DOT_DECIMAL, is_written_number, NumberStyle, parse_number_reading,
        read_written_number
    written_values: WrittenDate, WrittenNumber
    written_values: words_for_nobody, words_for_nothing, yes_no_of_word
"""
