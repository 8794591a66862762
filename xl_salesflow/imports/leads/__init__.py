"""New leads: read them, recognise the ones that are known, and make their rows.

A lead is somebody who may buy. It becomes an account, a contact and a deal at the first stage, unless the workbook has them.

Public names, by file:

    lead_files: LEAD_FORM_MARK, LEAD_SUFFIXES, list_lead_files, make_lead, read_lead_files
    lead_intake: take_leads
    lead_values: Lead, LEAD_FIELDS, LEAD_LABELS
"""
