"""The Excel add-in, built from text: VBA and ribbon of macros/, texts from the declarations, xlwings as installed."""
