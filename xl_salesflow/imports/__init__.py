"""Other people's files: an import map is proposed, a person settles it, the rows are brought in.

The verbs and what lies above them may enter.

Public names, by file:

    import_changes: build_import_changes
    import_map: ImportMap
    import_sources: read_import_sources
    map_proposal: propose_import_map
"""
