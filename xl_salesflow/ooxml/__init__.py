"""Excel packages edited in place: every byte that nobody asked to change stays as it is.

The workbook and the team templates of documents may enter; it knows nothing of sales and imports nothing of ours but
errors.

Public names, by file:

    cell_contents: CachedValue, CellFormula, ErrorValue
    cell_references: Area, cell_address, CellPlace, column_letters, map_references, shift_formula,
        unquote_sheet_name
    formula_cells: KnownFormulas
    new_columns: add_table_columns, copy_column_pattern
    overwritten_formulas: normalize_formula
    package_draft: PackageDraft
    recalculation: ARRAY_FORMULA, DEPENDS_ON_ANOTHER, NOT_CALCULABLE, Recalculation, TOO_MANY_FORMULAS,
        UNCONFIRMED_RESULT
    sheet_transfer: rename_sheets, SheetGraft
    workbook_editor: Workbook
    workbook_parts: ExcelTable, find_main_part, read_relationships
"""
