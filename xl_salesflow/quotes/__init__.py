"""Quotes and deal documents: arithmetic, versions, approvals, the printed facts, the record of what was sent.

The engine, the verbs and documents may import this package. The layout of documents is in the package documents.

Public names, by file:

    document_record: fingerprint_content, PAYMENT_DOCUMENT_KINDS, PrintedFile, QUOTE_DOCUMENT_KINDS, Sending
    document_requests: choose_document_keys, PRINTABLE_DOCUMENT_KINDS, PrintJob
    payment_columns: compute_payment_columns
    quote_arithmetic: compute_deal_line_columns, compute_line_columns, compute_quote_columns, round_to_cents,
        spell_chinese_amount
    quote_findings: find_changed_documents, report_changed_documents
    quote_lookup: find_deals_of_keys
    quote_upkeep: take_deal_lines, take_quote_amounts, update_quotes
    quote_versions: offer_quote, revise_quote
"""
