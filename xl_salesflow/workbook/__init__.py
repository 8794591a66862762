"""The closed workbook: a pipeline in an Excel file on disk, without Excel."""
