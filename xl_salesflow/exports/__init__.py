"""The tables of a workbook as files and databases for other programs: CSV, JSON, JSON lines, SQLite, DuckDB, Parquet.

The package cli may import this package, which is the only user of SQLite and DuckDB.

Public names, by file:

    export_files: EXPORT_FORMATS, write_export
"""
