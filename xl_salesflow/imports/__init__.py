"""Import other programs' files: propose an import map, let a person complete it, bring the rows in.

The verbs and the packages above them may import this package.

Public names, by file:

    import_changes: build_import_changes
    import_map: ImportMap
    import_sources: read_import_sources
    map_proposal: propose_import_map
    new_row_places: with_row_source
    proposed_styles: currency_of_sources
    unfinished_rows: write_unfinished_rows
"""
