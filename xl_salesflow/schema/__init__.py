"""The declaration of the workbook: tables, columns, lists, settings, named cells and verbs, each declared once.

Every package except errors and locale may import this package. Nothing here depends on a file format.

Public names, by file:

    cell_declaration: ALL_VALUES_LABEL, NamedCell
    choice_lists: choice_label, CHOICES, Choices, CHOICES_ADDED_LATER, find_option_text, identify_choice, list_options,
        LISTS
    commission_tables: COMMISSION_PERSON_ROWS
    deal_tables: OPEN_STAY_END, USABLE_YEARS
    forecast_tables: COHORT_MONTHS
    manager_tables: METRICS_TABLE
    named_values: BOTTLENECK_LINE, METRIC_NAME_PREFIXES, NAMED_CELLS, NEVER_ENTERED_LINE, PLAN_LINE, Query,
        QUERY_FILTERS, Settings, SETTINGS_BY_ID, SettingSchema, SettingValue
    plain_values: is_blank, is_missing, json_value, LOST_CHARACTER, plain_number, plain_value, replace_half_characters
    planning_tables: TEAM_OWNER_ROWS
    row_names: fill_row_name, ROW_NAMES, uses_row_name
    sheet_layouts: arrange_columns, columns_that_style_blanks, find_columns_to_open, group_columns, SHEET_LAYOUTS,
        SheetLayout
    sheet_modules: find_tables_shown_by, MODULE_COLUMNS, MODULE_TABLES
    start_cells: START_CALLS
    table_columns: BY_PRODUCT, Column, ColumnType, ColumnWriter, declare_column, extend_table, find_own_column,
        own_column_id, OWN_COLUMN_TABLES, own_column_title, SheetGroup, TableSchema
    table_frames: blank_value, complete_columns, DATE_DTYPE, fold_keys, look_up_values, make_column_series,
        make_table_frame, OPEN_STAY_LEFT, TEXTS_IN_PYTHON
    table_registry: render_formula, TABLES
    verb_catalogue: RIBBON_GROUPS, Verb, VERBS
    work_tables: BANT_CARD_ANSWER_COLUMNS, BANT_CARD_TABLE
"""
