"""The open workbook: the Book over Excel, the buttons, the worksheet functions, and the add-in that brings them.

Nothing here is imported by a headless run; xlwings is imported only where Excel is spoken to.
"""
