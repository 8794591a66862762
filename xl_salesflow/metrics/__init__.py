"""All metrics, each with definition, live formula and Python function; the sales plan, the report, the audit, the roll-up.

The engine, the verbs, documents and workbook may import this package; the template builder only the module
`metric_sheets`.

Public names, by file:

    computed_columns: compute_deal_columns, compute_history_columns, compute_stage_columns
    deal_cube: build_cube
    funnel_answers: answer_comparison, answer_funnel, metric_table_rows
    funnel_notes: CARD_FEET
    group_metrics: find_grouping_column
    measure_effects: fill_measure_values
    metric_cell_values: compute_sheet_values
    metric_declaration: MetricFormula, Unit
    metric_sheets: card_formulas, COMPARED_CARDS, comparison_formats, metric_card_format, metric_name,
        metric_number_format, metric_row_formulas, METRIC_ROW_KEYS, metric_sheet_rows, working_blocks, WorkingBlock
    metric_tables: METRIC_TABLES, METRICS_BY_ID
    segment_metrics: VERDICT_CHOICES
    written_sheets: fill_written_sheet, refresh_written_sheets
"""
