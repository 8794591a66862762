"""The workbook open in Excel, accessed through xlwings: buttons, worksheet functions, the add-in and its doctor.

Excel and the command line may import this package, which is the only user of xlwings.
"""
