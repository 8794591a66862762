"""The shared values: pipeline, query, change sets, findings, rules, playbooks, seals, saved files, written values.

Every package above the schema, except ooxml, may import this package.

Public names, by file:

    accuracy_answers: AccuracyAnswer, BestMethod, Calibration, CalibrationBin, ForecastMethod, MethodAccuracy,
        PastForecast, PastPeriod, PeriodKind, RangeCoverage
    answers: Answer, answer_to_json, AnswerT, INLINED, json_field_names, json_key, JsonCell, KeyedBy, list_json_rows,
        MeasuredIn, OPTIONAL, OwnFormulaResults, SomeAnswer, UncalculatedFormula
    approval_answers: ApprovalDecided, ApprovalsAnswer, SealedStays
    change_sets: Append, apply_change_set, Book, Change, ChangeSet, diff_pipelines, Document, Edit, Fill,
        find_equal_cells, NamedCellChange, Remove, RowOrder
    column_answers: DeclaredColumnRow
    commission_answers: CommissionAnswer, CommissionGain, CommissionLine, CommissionStatement, CommissionStep,
        CommissionWhatIf, DealCommission, RETURN_REASONS
    customer_answers: BoughtProduct, CustomerActivity, CustomerAnswer, CustomerContact, CustomerDeal, CustomerIssue,
        CustomerQuote, DealTotal, ProductToOffer
    deal_scope: DealRows
    deal_slices: find_slice, identify_filter_value, name_filters, name_slices, spread_slices
    deal_standing: compute_discounts, extend_score_trail, find_primary_quotes, find_primary_values,
        find_unapproved_discounts, format_discount_percent, LIVE_QUOTE_STATES, look_up_discount_limits,
        look_up_quote_owners, score_week_ago, select_open_deals
    deal_titles: deal_title, look_up_titles, name_finding_deals, name_row, TABLES_NAMING_DEALS
    declared_columns: DeclaredColumn, find_declared_column, find_missing_columns, list_declared_columns,
        match_declared_headers, read_declared_columns, split_semicolons
    digest_answers: DigestMeasure, DigestRisk, DigestsAnswer, DigestStep, GroupOutlook, ManagerDigest
    export_answers: ExportAnswer
    file_saving: hidden_file_beside, open_own_file, PendingFile, raise_as_cannot_save, safe_file_name,
        save_file_atomically, temporary_file_beside, TEMPORARY_SUFFIX
    flow_answers: FLOW_STEPS, FlowAnswer, FlowDeal, FlowGroup, FlowStep, FlowSteps, SIGNED_FLOW_STEPS
    forecast_answers: CommitCall, DecidingDeal, ForecastAnswer, ForecastCategories, ForecastCounts, ForecastPeriod,
        ForecastRange, ForecastSamples, OwnerForecast
    formula_repairs: blank_typed_over_cells, find_typed_over_formulas
    history_seal: are_signed_seals, find_broken_seals, read_seal_key, reseal_history, seal_history
    insight_answers: CoachingHint, CohortMonth, CohortsAnswer, FACTOR_COLUMNS, InsightsAnswer, LeadResponses,
        LossReasonQuarters, PeopleAnswer, PersonFigures, PersonRamp, PersonStage, RampRange, ResponseFigures,
        WinCombination, WinFactor, WinsAnswer
    inspection_answers: DealChange, InspectedDeal, InspectedOwner, InspectionAnswer, RecordedAmount
    intake_answers: InboxPass, LoggedMessage, LoggedMessages, MessageFate, RefusedFile, TakenLead, TakenLeads
    kept_values: keep_value
    key_numbers: COUNTED_TABLES, find_key_columns, find_key_format, followup_activity_key, KEY_FORMATS, KeyFormat,
        list_spare_keys, next_key_like, next_keys, next_run_number, order_by_number
    lazy_frames: is_frame_replaced, LazyFrames, LoadedFrames
    metric_answers: AuditAnswer, AuditReply, BookContribution, Bottleneck, ComparisonAnswer, describe_never_entered,
        FunnelAnswer, FunnelFigures, FunnelPeriod, FunnelStage, MetricChange, MetricGroup, MetricValue, SalesPlanAnswer,
        SalesPlanFigures, SalesPlanGroup, StageChange, StageMoveCount, TeamTotals
    name_spelling: find_spellings, list_name_sources, NameSource, restore_typed_texts, spell_filter_cells, Spellings,
        unify_names
    name_suggestions: find_nearest, find_similar, ratio, suggest_names, token_set_ratio, token_sort_ratio,
        unknown_key_error
    own_columns: describe_own_column, EXTENSIBLE_TABLES
    owner_names: identify_owner
    payment_answers: CashMonth, Collections, PaymentsAnswer, Receivable
    person_identity: is_same_person, is_somebody_besides, list_active_people
    pipelines: build_pipeline, Finding, Gate, LazyFindings, NameColumn, Pipeline, Playbook, Stage, TablePosition,
        TypedTexts
    recurring_answers: RecurringAnswer, RecurringFigures, RecurringMonth
    row_places: NewRowPlaces, PlaceInFile
    rule_declarations: BLANK_LABEL, EVENT_MARK, find_activities_done, find_bad_limit, find_planned_visits,
        format_column_values, format_short_number, gate_items, gate_limit, GateCheck, GateFinding, GateResult,
        identify_list_values, identify_option, list_rule_findings, MAIL_MARK, MoveRule, read_gate_number, RowMessages,
        Rule, RuleMatch, split_written_list, suggest_for_each, write_sentences
    share_answers: CollectedCopies, CollectedFile, SharedFile
    team_rights: find_team_member, has_right, is_right_in_use, join_people, list_discount_approvers, list_overriders,
        list_people_with_right, NOBODY_NAMED, require_right
    toml_files: is_toml_value, parse_toml_text, read_toml_file, read_toml_text, TOML_LIST, TOML_NUMBER, TOML_SWITCH,
        TOML_TABLE, TOML_TABLES, TOML_TEXT, TOML_WHOLE_NUMBER
    verb_answers: AppliedChanges, BarredDocument, CardTaken, CellDifference, CheckAnswer, DealPaper, DifferencesAnswer,
        FollowUpsAnswer, ImportedAmounts, ImportedFiles, ImportedRowCounts, LeftOutRows, LoggedActivity, LostCells,
        MergedCopy, MoveVerdict, NumberedQuote, OpenQuestions, PrintedPaper, PrintedPapers, PrintedQuote, RenamedRows,
        RevisedQuote, RolledUpBooks, RowDifference, RunAnswer, StageSwitch, SwitchedPlaybook, UndoneRun, UnfinishedRows,
        VisitChecklist
    written_columns: ColumnEvidence, is_open_choice, judge_date_order, judge_decimal_mark, judge_missing_year,
        open_choices, OPEN_DECIMAL, OPEN_YEAR, read_date_column, read_number_column
    written_dates: DATE_ORDERS, DateStyle, find_unlikely_dates, FIRST_DAY_COLUMNS, is_day_or_yearless_day,
        is_fiscal_period, is_written_day, LIKELY_DATE_SERIALS, parse_date_reading, read_written_date, YEAR_FIRST
    written_money: currency_codes_of_text, CurrencyCodes, HeaderUnit, is_common_currency_code, is_currency_header,
        is_rate_header, is_same_currency, join_currency_codes, NO_CURRENCY, parse_unit_text, read_header_unit
    written_numbers: DOT_DECIMAL, is_number_range, is_written_number, NUMBER_LIMIT, NumberReading, NumberStyle,
        parse_number_reading, read_written_number
    written_periods: is_named_period
    written_times: DAY_COUNT_COLUMNS
    written_values: read_currency_words, read_number_words, words_for_no_day, words_for_nobody, words_for_nothing,
        words_for_undecided, WrittenDate, WrittenNumber, yes_no_of_word
    yearless_dates: PAST_DAY_COLUMNS
"""
