"""The workbook on disk: read, written, checked, repaired and made without Excel.

The verbs and the packages above them may import this package.

Public names, by file:

    atomic_save: find_system_account, refuse_if_open, save_workbook, sole_writer
    book_reader: WorkbookReading
    book_upgrade: template_for_workbook, upgrade_workbook
    cell_conversion: cells_to_values, Dialect, ErrorValue, format_cell_as_text, read_frame, values_to_cells
    cell_findings: CELL_FINDING_KINDS, CellFinding, collect_typed_texts, describe_cell_findings
    closed_book: ClosedBook
    common_backups: find_common_backup
    empty_workbook: template_file_name
    former_formulas: digest_formula, FORMER_FORMULAS_FILE, list_changed_formulas, LOOSE_CELL_PLACE, read_former_formulas
    input_cells: check_named_cells, message_language, query_from_named_cells, read_workbook_settings, setting_to_cell
    locked_sheets: lock_record_sheets
    loose_cells: BookCell, BookCells, find_lost_formulas, read_template_loose_cells, TemplateLooseCells
    metric_formulas: find_live_formulas, find_missing_metric_rows, LiveFormulas
    needed_columns: find_opened_columns
    new_stores: build_adopted_store, build_new_workbook, is_store_file, new_workbook, upgrade_store_file
    own_cells: OwnCells, OwnTableCells
    returned_files: read_bant_card_file, read_change_sheet_file
    workbook_layout: find_table_headers, find_workbook_layout, language_of_headers, with_declared_columns,
        WorkbookLayout
"""
