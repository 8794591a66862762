"""Every number: its definition, its live formula and its Python; the sales plan, the report, the audit, the roll-up.

The engine, the verbs, documents and the template builder may enter.

Public names, by file:

    computed_columns: compute_deal_columns, compute_history_columns, compute_stage_columns
    day_comparison: COMPARED_METRICS, COMPARISON_CELLS
    funnel_answers: compare_metrics, compare_segments, compare_stage_metrics, compute_funnel, compute_metrics_by,
        compute_move_matrix
    group_metrics: find_grouping_column
    history_workings: STAGE_EXITS, Working, WORKINGS
    metric_cell_values: compute_sheet_values
    metric_declaration: MetricFormula, Unit
    metric_tables: card_formulas, column_formulas, metric_formulas, METRIC_SMALL_PRINT, METRICS_BY_ID,
        ROW_POSITIONS
    report_facts: build_report_document
    sales_audit: answer_audit_questions
    sales_plan_answer: compute_sales_plan
    team_rollup: join_workbooks, list_book_contributions, write_parquet
"""
