"""Excel packages edited in place: every byte that nobody asked to change stays as it is.

The workbook may enter, and documents by one door, `office_templates`, for the templates of a team. The package knows nothing
of sales and imports nothing of ours but errors.

Public names, by file:

    cell_contents: CachedValue, CellFormula, ErrorValue
    cell_references: Area, cell_address, CellPlace, column_letters, unquote_sheet_name
    formula_cells: KnownFormulas
    new_columns: add_table_columns, copy_column_pattern
    office_templates: FilledCell, parse_office_part, PrintedRow, read_office_parts, StoredTemplateRow,
        TemplateWorkbook
    overwritten_formulas: normalize_formula
    package_draft: PackageDraft
    recalculation: ARRAY_FORMULA, DEPENDS_ON_ANOTHER, NOT_CALCULABLE, Recalculation, TOO_MANY_FORMULAS,
        UNCONFIRMED_RESULT
    sheet_transfer: rename_sheets, SheetGraft
    workbook_editor: Workbook
    workbook_parts: ExcelTable, find_main_part, read_relationships
"""
