"""An Excel workbook as the store of a sales pipeline."""
