"""Deal documents, lists and the report as files: templates, typesetting, mail and calendars.

The packages batch, excel and cli may import this package, which is the only user of Jinja2 and Typst.

Public names, by file:

    digest_page: digest_fields, list_digest_lines
    document_texts: texts_in_language
    document_writer: DocumentWriter, render_document, write_document_file, write_document_files
    inspection_texts: INSPECTION_TEXTS
    lead_form: render_lead_form
    sample_deal: template_field_paths, template_fields
    template_findings: inspect_template
    template_lookup: DEAL_DOCUMENT_FORMATS, DEAL_DOCUMENT_KINDS, DocumentTemplate, find_template, read_template,
        shipped_template, team_templates, template_folders, TEMPLATE_SUFFIXES
    template_safety: pack_document
    template_values: DocumentLanguage
"""
