"""The declaration of the workbook: tables, columns, lists, settings, named cells and verbs, each declared once.

Every package except errors and locale may import this package. Nothing here depends on a file format.

Public names, by file:

    choice_lists: choice_label, CHOICES, Choices, find_option_text, identify_choice, list_options, LISTS
    deal_tables: OPEN_STAY_END
    named_values: ALL_VALUES_LABEL, METRIC_NAME_PREFIXES, NAMED_CELLS, NamedCell, Query, QUERY_FILTERS, Settings,
        SETTINGS_BY_ID, SettingSchema, SettingValue
    plain_values: is_blank, is_missing, json_value, plain_number, plain_value
    table_columns: Column, ColumnType, ColumnWriter, declare_column, SheetGroup, TableSchema
    table_frames: blank_value, complete_columns, DATE_DTYPE, fold_keys, look_up_values, make_column_series,
        make_table_frame
    table_registry: render_formula, TABLES
    verb_catalogue: RIBBON_GROUPS, Verb, VERBS
    work_tables: BANT_CARD_ANSWER_COLUMNS, BANT_CARD_TABLE
"""
