"""The other tables that people work in: customers, activities, quotes, documents and the BANT card.

The BANT card of a deal is a separate file with one table, to be filled in outside the workbook and read back.
"""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.setup_tables import QUESTIONS_TABLE
from xl_salesflow.schema.table_columns import (
    BY_PRODUCT,
    DEAL_NAME_COLUMN,
    Column,
    ColumnWriter,
    SheetGroup,
    T,
    TableSchema,
    declare_column,
)

ACCOUNTS_TABLE = TableSchema(
    "Accounts", Text("Accounts"), Text("Companies you sell to, with their profile"), SheetGroup.WORK,
    (
        declare_column("account", "Account", T.KEY, "The customer's name", required=True, width=24, printed=True),
        declare_column("account_class", "Class", T.LIST, "Computed from traits and deals if left blank", options="account_class"),
        declare_column("owner", "Owner", T.REF, "Who looks after the customer", options="Team", width=18),
        declare_column("industry", "Industry", T.LIST, "Their line of business", options="industry"),
        declare_column("region", "Region", T.LIST, "Sales region", options="region"),
        declare_column("location", "Location", T.TEXT, "City or country"),
        declare_column("employees", "Employees", T.INTEGER, "Company size"),
        declare_column("revenue", "Revenue", T.NUMBER, "Yearly revenue, in the unit your team agreed on"),
        declare_column("founded", "Founded", T.INTEGER, "Year", width=9),
        declare_column("parent", "Parent company", T.TEXT, "The company it belongs to", width=22),
        declare_column("has_need", "Has a need", T.CHOICE, "Prospect must-have: a need", options="yes_no", width=9),
        declare_column("has_means", "Can buy", T.CHOICE, "Prospect must-have: the means", options="yes_no", width=9),
        declare_column("has_authority", "Can decide", T.CHOICE, "Prospect must-have: authority", options="yes_no", width=9),
        declare_column("prospect", "Prospect", T.CHOICE, "Yes when need, means and authority are all there; No when one is missing", options="yes_no",
               formula='IF(OR({has_need}={yes_no:no},{has_means}={yes_no:no},{has_authority}={yes_no:no}),{yes_no:no},IF(AND({has_need}={yes_no:yes},{has_means}={yes_no:yes},{has_authority}={yes_no:yes}),{yes_no:yes},""))', width=9),
        declare_column("won_deals", "Deals won", T.INTEGER, "How often the customer has bought; two or more counts as loyalty", writer=BY_PRODUCT, width=9),
        declare_column("trait_score", "Trait score", T.INTEGER, "Golden minus bad traits with evidence", writer=BY_PRODUCT, width=9),
        declare_column("habits", "Buying habits", T.LONG, "How and when they buy"),
        declare_column("preferences", "Preferences", T.LONG, "What they like and avoid"),
        declare_column("decision_process", "How they decide", T.LONG, "Factors, steps and people of a buying decision"),
        declare_column("website", "Website", T.TEXT, "Web address"),
        declare_column("phone", "Phone", T.TEXT, "Switchboard", printed=True),
        declare_column("address", Text("Address", context="Accounts"), T.TEXT, "For quotes and contracts", width=30, printed=True),
        declare_column("tax_id", "Tax ID", T.TEXT, "For invoices", printed=True),
        declare_column("notes", "Notes", T.LONG, "Anything else"),
        declare_column("fit_score", "Fit score", T.NUMBER, "Points of the criteria of the sheet Ideal customer that the customer meets; blank while nothing is known", writer=BY_PRODUCT, width=9, added="0.2"),
        declare_column("fit_reasons", "Fit: why", T.LONG, "The criteria that the customer meets, with their points, and what is not known", writer=BY_PRODUCT, added="0.2"),
    ), key="account",
)  # fmt: skip

CONTACTS_TABLE = TableSchema(
    "Contacts", Text("Contacts"), Text("People, their role in the decision and how to reach them"), SheetGroup.WORK,
    (
        declare_column("contact", "Contact", T.KEY, "Full name", required=True, width=20, printed=True),
        declare_column("account", "Account", T.REF, "Where they work", options="Accounts", width=22),
        declare_column("title", "Title", T.TEXT, "Job title", printed=True),
        declare_column("decision_role", "Decision role", T.CHOICE, "Their part in the decision", options="decision_role"),
        declare_column("phone", "Phone", T.TEXT, "Direct line or mobile", printed=True),
        declare_column("email", "E-mail", T.TEXT, "E-mail address", width=24, printed=True),
        declare_column("prefers", "Prefers", T.LIST, "How they like to be contacted", options="contact_channel"),
        declare_column("attitude", "Attitude", T.TEXT, "Towards us and the offer"),
        declare_column("notes", "Notes", T.LONG, "Anything else"),
    ), key="contact",
)  # fmt: skip

TRAITS_TABLE = TableSchema(
    "Traits", Text("Traits"), Text("Golden and bad traits of customers, with the evidence"), SheetGroup.WORK,
    (
        declare_column("account", "Account", T.REF, "The customer", options="Accounts", required=True, width=22),
        declare_column("kind", "Kind", T.CHOICE, "Golden or bad", options="trait_kind", required=True),
        declare_column("trait", "Trait", T.TEXT, "Which of the seven; the Lists sheet has them", required=True, width=34),
        declare_column("evidence", "Evidence", T.LONG, "What you saw or heard; only traits with evidence count"),
        declare_column("date", "Date", T.DATE, "When you noticed"),
        declare_column("by", Text("By", context="Traits"), T.REF, "Who noticed", options="Team"),
    ),
)  # fmt: skip

FEEDBACK_TABLE = TableSchema(
    "Feedback", Text("Feedback"), Text("Surveys, visits, issues, reviews and referrals after the sale"), SheetGroup.WORK,
    (
        declare_column("feedback", Text("Feedback", context="Feedback"), T.KEY, "A unique number", required=True),
        declare_column("deal", "Deal", T.REF, "The deal it is about", options="Deals"),
        declare_column("account", "Account", T.REF, "The customer", options="Accounts", width=22),
        declare_column("date", "Date", T.DATE, "When it came"),
        declare_column("kind", "Kind", T.CHOICE, "Survey, visit, issue, review or referral", options="feedback_kind"),
        declare_column("satisfaction", Text("Satisfaction", context="Feedback"), T.NUMBER, "1 very unhappy to 5 very happy", width=10),
        declare_column("recommend", "Would recommend", T.NUMBER, "0 not at all to 10 certainly", width=10),
        declare_column("comment", "Comment", T.LONG, "In the customer's words"),
        declare_column("resolved", "Resolved on", T.DATE, "When an issue was solved"),
        declare_column("referred", "Referred", T.TEXT, "Whom the customer recommended; the next update opens a lead for them", width=22),
        declare_column("referral_deal", "Referral deal", T.TEXT, "The lead that the recommendation became", writer=BY_PRODUCT),
        declare_column("owner", "Owner", T.REF, "Who is responsible for the deal, or for the customer", options="Team", writer=BY_PRODUCT, width=18, added="0.2"),
    ), key="feedback",
)  # fmt: skip

ACTIVITIES_TABLE = TableSchema(
    "Activities", Text("Activities"), Text("Calls, visits, demos: what was done and said"), SheetGroup.WORK,
    (
        declare_column("activity", "Activity", T.KEY, "A unique number; filled in when blank"),
        declare_column("date", "Date", T.DATE, "The day it happened", required=True),
        declare_column("at", "Time", T.TEXT, "The time of day, such as 14:30", width=8, added="0.2"),
        declare_column("deal", "Deal", T.REF, "The deal it belongs to", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("contact", "Contact", T.REF, "Whom you spoke with", options="Contacts"),
        declare_column("attendees", "Attendees", T.TEXT, "Who else took part, ours and theirs", added="0.2"),
        declare_column("type", "Type", T.LIST, "What kind of activity", options="activity_type", required=True),
        declare_column("contact_channel", Text("Channel", context="Activities"), T.LIST, "Phone, e-mail, in person…", options="contact_channel"),
        declare_column("direction", Text("Direction", context="Activities"), T.CHOICE, "Who wrote or called", options="direction", added="0.2"),
        declare_column("outcome", "Outcome", T.LIST, Text("The outcome", context="Activities"), options="activity_outcome"),
        declare_column("by", Text("By", context="Activities"), T.REF, "Who did it", options="Team", width=18),
        declare_column("subject", "Subject", T.TEXT, "The subject of the mail or the appointment", width=26, added="0.2"),
        declare_column("summary", "Summary", T.LONG, "What was said, in a few lines"),
        declare_column("situation", "Situation", T.LONG, "SPIN: facts about where they stand"),
        declare_column("problem", "Problem", T.LONG, "SPIN: difficulties they name"),
        declare_column("implication", "Implication", T.LONG, "SPIN: what the problem leads to"),
        declare_column("need_payoff", "Need-payoff", T.LONG, "SPIN: what solving it is worth to them"),
        declare_column("cost", "Cost", T.MONEY, "What it cost: travel, samples, a stand at a fair"),
        declare_column("attachments", "Attachments", T.TEXT, "The names of the files of a mail", writer=BY_PRODUCT, added="0.2"),
        declare_column("materials", "Materials sent", T.TEXT, "Brochures, cases, decks"),
        declare_column("verbal_terms", "Verbal terms", T.TEXT, "What was agreed verbally", printed=True),
        declare_column("next_step", "Next step", T.TEXT, "What was agreed to do next"),
        declare_column("next_step_date", "Next step on", T.DATE, Text("When", context="Activities")),
        declare_column("step_given", "Given to the deal as next step", T.TEXT, "The next step that the deal took from this activity, so that it is taken once", writer=BY_PRODUCT, added="0.2"),
        declare_column("sales_channel", "Sales channel", T.LIST, "The channel of the deal, for an activity with a cost", options="sales_channel", writer=BY_PRODUCT, added="0.2"),
        declare_column("first_meeting", "First meeting", T.INTEGER, "1 on the first meeting or customer visit with a customer that took place", writer=BY_PRODUCT, width=9, added="0.2"),
        declare_column("message", "Mail or appointment", T.TEXT, "The id of the mail or appointment it was logged from, so that it is logged once", writer=BY_PRODUCT, added="0.2"),
    ), key="activity", visible=True,
)  # fmt: skip

TASKS_TABLE = TableSchema(
    "Tasks", Text("Tasks"), Text("What each deal still needs in its stage"), SheetGroup.WORK,
    (
        declare_column("task_id", "Task no.", T.KEY, "A unique number", required=True),
        declare_column("deal", "Deal", T.REF, "The deal it belongs to", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("stage", "Stage", T.TEXT, "The stage it belongs to"),
        declare_column("task", "Task", T.TEXT, "What is to be done", required=True, width=34),
        declare_column("owner", "Owner", T.REF, "Who does it", options="Team", width=18),
        declare_column("due", "Due", T.DATE, Text("By when", context="Tasks")),
        declare_column("status", "Status", T.CHOICE, "Tick it off here", options="task_status"),
        declare_column("done", "Done on", T.DATE, "When it was done"),
        declare_column("required", "Required", T.CHOICE, "Required before the deal may move on", options="yes_no", width=9),
        declare_column("evidence", "Evidence", T.TEXT, "What shows it was done"),
    ), key="task_id",
)  # fmt: skip

ANSWERS_TABLE = TableSchema(
    "Answers", Text("Answers"), Text("Answers to the BANT questions, with points and evidence"), SheetGroup.WORK,
    (
        declare_column("deal", "Deal", T.REF, "The deal", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("question", "Question", T.REF, "From the Questions sheet, such as B1", options="Questions", required=True),
        declare_column("points", "Points", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong", width=9),
        declare_column("answer", "Answer", T.LONG, "What the customer said"),
        declare_column("evidence", "Evidence", T.LONG, "Where you know it from"),
        declare_column("date", "Date", T.DATE, "When you learned it"),
        declare_column("by", Text("By", context="Answers"), T.REF, "Who asked", options="Team"),
    ),
)  # fmt: skip

OBJECTIONS_TABLE = TableSchema(
    "Objections", Text("Objections"), Text("What holds customers back and the answer that worked"), SheetGroup.WORK,
    (
        declare_column("objection", Text("Objection", context="Objections"), T.KEY, "A unique number", required=True),
        declare_column("deal", "Deal", T.REF, "The deal", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("type", "Type", T.LIST, "Price, contract terms…", options="objection_type"),
        declare_column("concern", "Concern", T.LONG, "In the customer's words"),
        declare_column("answer", Text("Answer", context="Objections"), T.LONG, "What you answered"),
        declare_column("status", "Status", T.CHOICE, "Open, answered or resolved", options="objection_status"),
        declare_column("worked", "Worked", T.CHOICE, "Did the answer convince?", options="yes_no", width=9),
        declare_column("date", "Date", T.DATE, "When it was raised"),
    ), key="objection",
)  # fmt: skip

QUOTES_TABLE = TableSchema(
    "Quotes", Text("Quotes", context="Quotes"), Text("Quotes of every deal and their status"), SheetGroup.WORK,
    (
        declare_column("quote", "Quote", T.KEY, "The quote's number", required=True, printed=True),
        declare_column("deal", "Deal", T.REF, "The deal it is for", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("version", "Version", T.INTEGER, "Counts up when a quote is revised", width=8, printed=True),
        declare_column("supersedes", "Supersedes", T.TEXT, "The quote this one replaces", printed=True),
        declare_column("status", "Status", T.CHOICE, "Draft, sent, accepted, rejected, expired", options="quote_status"),
        declare_column("primary", "Primary", T.CHOICE, "The one the deal's amount follows", options="yes_no", width=8),
        declare_column("date", Text("Date", context="Quotes"), T.DATE, "The day on the quote", printed=True),
        declare_column("valid_until", "Valid until", T.DATE, "The last day on which it is valid", printed=True),
        declare_column("contact", "Contact", T.REF, "Whom it is addressed to", options="Contacts", printed=True),
        declare_column("currency", Text("Currency", context="Quotes"), T.TEXT, "Blank: the workbook's", width=9, printed=True),
        declare_column("rate", "Exchange rate", T.NUMBER, "Workbook currency for one unit, frozen when sent", width=10, printed=True),
        declare_column("tax_mode", "Tax mode", T.CHOICE, "Are the prices without or with tax?", options="tax_mode", printed=True),
        declare_column("tax_rate", Text("Tax rate", context="Quotes"), T.PERCENT, "Blank: the rate in Settings", width=9, printed=True),
        declare_column("discount", "Total discount", T.PERCENT, "Off the sum of the lines", width=10, printed=True),
        declare_column("shipping", "Shipping", T.MONEY, "Added before tax", printed=True),
        declare_column("subtotal", "Lines", T.MONEY, "Sum of the lines that are not optional",
               formula='ROUND(SUMIFS({QuoteLines.net},{QuoteLines.quote},{quote},{QuoteLines.optional},"<>"&{yes_no:yes}),2)'),
        declare_column("net", Text("Net", context="Quotes"), T.MONEY, "Lines less discount plus shipping, without tax",
               formula='ROUND({total}-{tax},2)'),
        declare_column("tax", "Tax", T.MONEY, "Tax contained in the total",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND({total}-ROUND({total}/(1+IF({tax_rate}="",TaxRate,{tax_rate})),2),2),ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2))'),
        declare_column("total", Text("Total", context="Quotes"), T.MONEY, "What the customer pays",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping},2),ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping}+ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2),2))'),
        declare_column("terms", "Terms", T.LONG, "Payment and delivery", printed=True),
        declare_column("payment_terms", "Instalments of the contract", T.TEXT, "Shares such as 30/60/10: won, the deal gets them as instalments; blank: as in Settings", added="0.2"),
        declare_column("approved_by", "Approved by", T.TEXT, "Who approved a discount above the limit"),
        declare_column("sent", "Sent on", T.DATE, "When it was sent"),
        declare_column("sent_to", "Sent to", T.TEXT, "To whom"),
        declare_column("decided", "Decided on", T.DATE, "When it was accepted or rejected"),
        declare_column("document", "Document", T.TEXT, "The file that was made last", writer=BY_PRODUCT, width=26),
        declare_column("digest", "Digest", T.TEXT, "Fingerprint of that file", writer=BY_PRODUCT),
        declare_column("notes", "Notes", T.LONG, "Printed under the totals: the customer reads it", printed=True),
        declare_column("followed", "Given to the deal", T.MONEY, "The amount that the deal took from this quote", writer=BY_PRODUCT),
        declare_column("situation", "Situation (printed)", T.LONG, "Where the customer stands, in the proposal", printed=True, added="0.2"),
        declare_column("asked_for", "Asked for (printed)", T.LONG, "What the customer asked for, in the proposal", printed=True, added="0.2"),
        declare_column("beyond", "What else matters (printed)", T.LONG, "Needs the customer has not named, in the proposal", printed=True, added="0.2"),
        declare_column("waiting_cost", "Cost of waiting (printed)", T.LONG, "What it costs the customer to change nothing, in the proposal", printed=True, added="0.2"),
        declare_column("next_steps", "Next steps (printed)", T.LONG, "What happens next, one step a line, in the proposal", printed=True, added="0.2"),
        declare_column("draft_texts", "Draft to copy from", T.LONG, "Your own notes about the deal: reword what the customer may read, and copy it into the printed columns; never printed", writer=BY_PRODUCT, added="0.2"),
    ), key="quote",
)  # fmt: skip

QUOTE_LINES_TABLE = TableSchema(
    "QuoteLines", Text("Quote lines"), Text("What each quote offers"), SheetGroup.WORK,
    (
        declare_column("quote", "Quote", T.REF, "The quote it belongs to", options="Quotes", required=True),
        declare_column("position", "Position", T.INTEGER, "Order on the quote", width=9, printed=True),
        declare_column("product", "Product", T.REF, "From the price list", options="Products", required=True, width=22, printed=True),
        declare_column("description", "Description", T.LONG, "Blank: the product's own", printed=True),
        declare_column("quantity", "Quantity", T.NUMBER, "How many", required=True, width=10, printed=True),
        declare_column("unit", "Unit", T.LIST, Text("Blank: the product's own", context="QuoteLines"), options="unit", width=9, printed=True),
        declare_column("price", "Unit price", T.MONEY, "Blank: the list price", printed=True),
        declare_column("discount", "Discount", T.PERCENT, "Off this line", width=10, printed=True),
        declare_column("optional", "Optional", T.CHOICE, "Shown but not summed", options="yes_no", width=9, printed=True),
        declare_column("net", "Line total", T.MONEY, "Quantity × price less discount, rounded to cents",
               formula='ROUND({quantity}*IF({price}="",IFERROR(INDEX({Products.price},MATCH({product},{Products.product},0)),0),{price})*(1-{discount}),2)'),
        declare_column("gift", "Gift", T.CHOICE, "Yes: a line at price 0 is a present, and no discount", options="yes_no", width=9, added="0.2"),
    ),
)  # fmt: skip

APPROVALS_TABLE = TableSchema(
    "Approvals", Text("Waiting for me"), Text("Overrides and discounts that somebody with the right approves or rejects"), SheetGroup.WORK,
    (
        declare_column("approval", "Request", T.KEY, "Counts up", writer=BY_PRODUCT, width=12),
        declare_column("kind", Text("Kind", context="Approvals"), T.CHOICE, "An override of gates, or a discount", options="approval_kind", writer=BY_PRODUCT),
        declare_column("deal", "Deal", T.REF, "The deal", options="Deals", writer=BY_PRODUCT),
        DEAL_NAME_COLUMN,
        declare_column("quote", "Quote", T.REF, "The quote with the discount", options="Quotes", writer=BY_PRODUCT),
        declare_column("stage", "Stage", T.TEXT, "The stage that the deal should enter", writer=BY_PRODUCT),
        declare_column("gates", Text("About", context="Approvals"), T.TEXT, "The gates that the deal does not pass, or the discount", writer=BY_PRODUCT, width=26),
        declare_column("why", Text("Why", context="Approvals"), T.LONG, "The reason of the person who asks", writer=BY_PRODUCT),
        declare_column("waits_for", "Waits for", T.TEXT, "Who may decide", writer=BY_PRODUCT, width=24),
        declare_column("asked_by", "Asked by", T.TEXT, "Who ran the update that asked", writer=BY_PRODUCT),
        declare_column("asked", "Asked on", T.DATE, "When it was asked", writer=BY_PRODUCT),
        declare_column("status", "Status", T.CHOICE, "Choose Approved or Rejected; the next update carries it out", options="approval_status"),
        declare_column("decided_by", "Decided by", T.REF, "Your name; it counts if you have the right", options="Team", width=18),
        declare_column("reason", "Reason", T.LONG, Text("Why you approved or rejected it", context="Approvals")),
        declare_column("decided", "Decided on", T.DATE, "When it was decided", writer=BY_PRODUCT),
        declare_column("used", "Carried out on", T.DATE, "When the move or the discount was accepted because of it", writer=BY_PRODUCT),
    ), key="approval", added="0.2",
)  # fmt: skip

PRODUCTS_TABLE = TableSchema(
    "Products", Text("Products"), Text("Price list, with feature, advantage and benefit"), SheetGroup.SETUP,
    (
        declare_column("product", "Product", T.KEY, "The product's name", required=True, width=24, printed=True),
        declare_column("series", "Series", T.TEXT, "Product family"),
        declare_column("price", "List price", T.MONEY, "Per unit, without tax", printed=True),
        declare_column("unit", "Unit", T.LIST, "What one is", options="unit", width=9, printed=True),
        declare_column("description", "Description", T.LONG, "Printed on the quote", printed=True),
        declare_column("feature", "Feature", T.LONG, "What it has", printed=True),
        declare_column("advantage", "Advantage", T.LONG, "What that does better", printed=True),
        declare_column("benefit", "Benefit", T.LONG, "What the customer gains", printed=True),
        declare_column("needs", "Answers the need", T.TEXT, "Words that customers use for the need, with commas between", width=26, printed=True),
        declare_column("active", "On sale", T.CHOICE, "No: kept for old deals only", options="yes_no", width=9),
    ), key="product",
)  # fmt: skip

DOCUMENTS_TABLE = TableSchema(
    "Documents", Text("Documents"), Text("Every document that was made, and what was sent to whom"), SheetGroup.RECORD,
    (
        declare_column("document", "Document", T.KEY, "The file, relative to the workbook's folder", writer=BY_PRODUCT, width=40),
        declare_column("paper", Text("Kind", context="Documents"), T.CHOICE, "Quote, proposal, contract, card, sheet or report", options="paper", writer=BY_PRODUCT),
        declare_column("subject", Text("About", context="Documents"), T.TEXT, "The quote, deal or activity it is about", writer=BY_PRODUCT, width=16),
        declare_column("deal", "Deal", T.TEXT, "The deal it belongs to", writer=BY_PRODUCT),
        DEAL_NAME_COLUMN,
        declare_column("made", "Made on", T.DATE, "When it was made last", writer=BY_PRODUCT),
        declare_column("digest", "Digest", T.TEXT, "Fingerprints of its content and of the file", writer=BY_PRODUCT, width=36),
        declare_column("sent", "Sent on", T.DATE, "When it was sent; from then on a change is a finding"),
        declare_column("sent_to", "Sent to", T.TEXT, "To whom", width=24),
    ), key="document",
)  # fmt: skip

BANT_CARD_QUESTION_COLUMNS = ("deal", "question", "dimension", "text", "weak", "fair", "strong")
"""The columns of the card that the product fills in; the rest is for people."""

BANT_CARD_ANSWER_COLUMNS = ("points", "answer", "evidence", "date", "by")
_BANT_CARD_WIDTHS = {
    "deal": 11,
    "question": 8,
    "text": 34,
    "weak": 24,
    "fair": 24,
    "strong": 24,
    "answer": 36,
    "evidence": 26,
}


def _bant_card_column(column_id: str) -> Column:
    declared = (ANSWERS_TABLE if column_id in ANSWERS_TABLE.by_id else QUESTIONS_TABLE)[column_id]
    writer = ColumnWriter.PRODUCT if column_id in BANT_CARD_QUESTION_COLUMNS else ColumnWriter.PERSON
    return replace(declared, writer=writer, required=False, width=_BANT_CARD_WIDTHS.get(column_id, declared.width))


BANT_CARD_TABLE = TableSchema(
    "BantCard",
    Text("BANT card"),
    Text("Ask, give points from 0 to 3, write down the answer; then read the card back"),
    SheetGroup.WORK,
    tuple(map(_bant_card_column, (*BANT_CARD_QUESTION_COLUMNS, *BANT_CARD_ANSWER_COLUMNS))),
)
