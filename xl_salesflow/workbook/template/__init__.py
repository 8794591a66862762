"""Build workbook_template.xlsx and the small workbooks that are handed out; the only user of openpyxl.

The packages workbook, documents and cli may import this package.

Public names, by file:

    handout_files: build_bant_card_file, build_change_sheet_file, build_list_file
    stage_dropdowns: stage_dropdown_formula
    starter_content: START_TITLE, template_cell_value
    template_builder: build_template
"""
