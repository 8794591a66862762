"""What builds workbook_template.xlsx, and the small workbooks that are handed out; the only user of openpyxl.

The workbook, documents and the terminal may enter.

Public names, by file:

    handout_files: build_bant_card_file, build_change_sheet_file, build_list_file
    starter_content: template_cell_value
    template_builder: build_template
"""
