"""Edit Excel packages in place: every byte that no edit concerns stays as it is.

The package workbook may import this package, and documents may import the module `office_templates`, for templates of a
team. Nothing here depends on sales, and of ours it imports only errors.

Public names, by file:

    cell_contents: CachedValue, CellFormula, ErrorValue
    cell_references: Area, cell_address, CellPlace, MAX_COLUMN, MAX_ROW
    column_formulas: normalize_formula
    column_looks: leave_blanks_to_columns
    excel_notation: address_on_sheet, bare_sheet_name, column_letters, column_number, date_to_serial, LAST_DAY_SERIAL,
        quote_sheet_name, serial_to_datetime, split_sheet_reference, unquote_sheet_name
    formula_cells: KnownFormulas
    inline_texts: InlineTextSharing
    new_columns: add_table_columns, copy_column_pattern, NewColumn
    office_templates: FilledCell, parse_office_part, PrintedRow, read_office_parts, StoredTemplateRow, TemplateWorkbook
    package_draft: PackageDraft
    recalculation: ARRAY_FORMULA, DEPENDS_ON_ANOTHER, NOT_CALCULABLE, Recalculation, TOO_MANY_FORMULAS,
        UNCONFIRMED_RESULT
    regular_files: open_regular_file, read_regular_file
    shared_texts: NO_SHARED_STRINGS, SHARED_STRINGS_KIND, SHARED_STRINGS_PART, SHARED_STRINGS_TYPE, SharedTexts
    sheet_stream: SheetStream
    sheet_transfer: rename_sheets, SheetGraft
    table_resizer: CellRelocation, make_raw_cell
    workbook_editor: Workbook
    workbook_parts: child_elements, DefinedName, ExcelTable, find_main_part, local_name, read_relationships
"""
