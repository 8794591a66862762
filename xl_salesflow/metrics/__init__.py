"""All metrics, each with definition, live formula and Python function; the sales plan, the report, the audit, the roll-up.

The engine, the verbs, documents and workbook may import this package; the template builder only the module
`metric_sheets`.

Public names, by file:

    computed_columns: compute_deal_columns, compute_history_columns, compute_stage_columns
    funnel_answers: compare_metrics, compare_segments, compare_stage_metrics, compute_funnel, compute_metrics_by,
        compute_move_matrix
    group_metrics: find_grouping_column
    metric_cell_values: compute_sheet_values
    metric_declaration: Metric, MetricFormula, Unit
    metric_sheets: card_formulas, METRIC_ROW_KEYS, metric_row_formulas, metric_sheet_rows, working_blocks
    metric_tables: METRIC_TABLES, METRICS_BY_ID, MetricTable
    report_facts: build_report_document
    sales_audit: answer_audit_questions
    report_facts: compute_sales_plan
    team_rollup: join_workbooks, list_book_contributions, write_parquet
"""
