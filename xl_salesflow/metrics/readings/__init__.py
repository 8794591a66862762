"""What the reading verbs return about one question: flow, inspection, customer, payments, sales plan, report and audit.

Public names, by file:

    cohort_sheets: make_cohort_tables
    commission_statements: answer_commission, CommissionRequest
    commission_words: format_rate
    customer_summary: summarize_customer
    deal_inspection: answer_inspection, build_inspection_document, InspectionRequest
    flow_sheet: make_flow_tables
    insight_parts: answer_insights
    payment_listing: answer_payments
    people_ramp: FEWEST_ESTABLISHED
    pipeline_flow: answer_flow, FlowRequest
    recurring_listing: answer_recurring
    report_facts: answer_sales_plan, build_report_document
    sales_audit: answer_audit_questions, AUDIT_QUESTIONS
    weekly_digest: answer_digests
"""
