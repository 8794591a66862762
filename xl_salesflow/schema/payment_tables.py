"""The instalments that customers pay for the deals they bought, and what they come to: receivables, and cash by month."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_FORMULA, BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

_STATUS_FORMULA = (
    'IF({due_amount}="","",IF({open_amount}=0,{payment_status:paid},'
    'IF(AND({due_on}<>"",{due_on}<Today),{payment_status:overdue},'
    'IF({paid}>0,{payment_status:partly},IF(AND({invoice}="",{invoiced}=""),{payment_status:planned},{payment_status:invoiced})))))'
)

PAYMENTS_TABLE = TableSchema(
    "Payments", Text("Payments"), Text("The instalments of each deal: due, invoiced, paid, overdue"), SheetGroup.WORK,
    (
        declare_column("payment", Text("Payment no.", context="Payments"), T.KEY, "Counts up; filled in when blank", required=True, width=12),
        declare_column("deal", "Deal", T.REF, "The deal that is paid for", options="Deals", required=True),
        declare_column("account", "Account", T.REF, "The customer of the deal", options="Accounts", writer=BY_PRODUCT, width=22),
        declare_column("name", Text("Instalment", context="Payments"), T.TEXT, "What it is called, such as deposit or balance; printed on the invoice", width=18, printed=True),
        declare_column("share", Text("Share", context="Payments"), T.PERCENT, "Of the contract amount; or fill in the amount", width=9, printed=True),
        declare_column("amount", "Amount", T.MONEY, "What the customer pays, with tax; goes before the share", printed=True),
        declare_column("due_amount", "To pay", T.MONEY, "The amount, or else the share of the contract amount, rounded to cents",
               formula='IF({amount}<>"",{amount},IF(OR({share}="",{contract}=""),"",ROUND({share}*{contract},2)))', printed=True),
        declare_column("due", Text("Due", context="Payments"), T.DATE, "The last day to pay; blank if it depends on an event", printed=True),
        declare_column("event", "Due after", T.CHOICE, "What has to happen before it is due", options="payment_event", width=15),
        declare_column("event_days", "Days after it", T.INTEGER, "How many days after the event; blank: on the day", width=12),
        declare_column("happened", "It happened on", T.DATE, "The day of the event: the deal's contract or closing, its delivery among the activities, or the invoice", writer=BY_PRODUCT, width=16),
        declare_column("due_on", "Due on", T.DATE, "The day filled in, or else that of the event and the days after it",
               formula='IF({due}<>"",{due},IF({happened}="","",{happened}+{event_days}))', printed=True),
        declare_column("invoice", "Invoice no.", T.TEXT, "The next update numbers what was invoiced on a day, by the rule in Settings", width=16, printed=True),
        declare_column("invoiced", "Invoiced on", T.DATE, "The day on the invoice", printed=True),
        declare_column("tax", Text("Tax in it", context="Payments"), T.MONEY, "The tax in the invoice; stays as it is once the invoice has been printed", writer=BY_PRODUCT, printed=True),
        declare_column("paid", Text("Paid", context="Payments"), T.MONEY, "What came in so far", printed=True),
        declare_column("paid_on", "Paid on", T.DATE, "When the last part of it came in"),
        declare_column("open_amount", "Still to pay", T.MONEY, "To pay less paid, never below 0",
               formula='IF({due_amount}="","",MAX(0,ROUND({due_amount}-{paid},2)))', printed=True),
        declare_column("status", "Status", T.CHOICE, "Planned, invoiced, partly paid, paid, or overdue: not fully paid after the day it is due", options="payment_status",
               formula=_STATUS_FORMULA, width=12),
        declare_column("days_overdue", "Days overdue", T.INTEGER, "Days since an overdue instalment was due",
               formula='IF({status}={payment_status:overdue},Today-{due_on},"")', width=9),
        declare_column("reminder", Text("Reminder", context="Payments"), T.INTEGER, "The last reminder that was sent: 1 friendly, 2 firm, 3 final", width=10),
        declare_column("reminded", "Reminded on", T.DATE, "When it was sent"),
        declare_column("owner", "Owner", T.REF, "Who works the deal", options="Team", writer=BY_PRODUCT, width=18),
        declare_column("contract", "Contract amount", T.MONEY, "What the customer pays for the deal: its primary quote with tax, or else the deal's amount", writer=BY_PRODUCT),
        declare_column("notes", "Notes", T.LONG, "For the team; never printed"),
    ), key="payment", added="0.2", shows=("Collections",),
)  # fmt: skip

_RECEIVABLES = Text("Receivables")

COLLECTIONS_TABLE = TableSchema(
    "Collections", _RECEIVABLES, Text("What came in against what was due"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "One row: all instalments", writer=BY_PRODUCT, width=9),
        declare_column("due_value", "Due in the period", T.MONEY, "To pay, of the instalments due in the period up to the as-of date", writer=BY_FORMULA),
        declare_column("collected", "Collected", T.MONEY, "Paid, of the instalments whose last payment came in the period up to the as-of date", writer=BY_FORMULA),
        declare_column("collected_rate", "Collected ÷ due", T.PERCENT, "Collected ÷ due in the period; above 100 % when older debts came in", writer=BY_FORMULA, width=10),
        declare_column("open_value", "Still to pay", T.MONEY, "What customers still have to pay, due or not; only today's snapshot knows", writer=BY_FORMULA),
        declare_column("overdue_value", "Overdue", T.MONEY, "Still to pay, of the instalments due before the as-of date", writer=BY_FORMULA),
        declare_column("days_to_pay", "Days to pay", T.NUMBER, "Mean days from the day on the invoice to the last payment, of the instalments fully paid in the period up to the as-of date", writer=BY_FORMULA, width=10),
        declare_column("paid_count", "Instalments behind it", T.INTEGER, "How many instalments the mean is based on", writer=BY_FORMULA, width=10),
    ), key="position", sheet="Receivables", added="0.2",
)  # fmt: skip

RECEIVABLES_TABLE = TableSchema(
    "Receivables", _RECEIVABLES, Text("Receivables by age"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Not due, four ages, no day, all", writer=BY_PRODUCT, width=9),
        declare_column("age", Text("Age", context="Receivables"), T.TEXT, "Days from the day it was due to the as-of date", writer=BY_FORMULA, width=18),
        declare_column("payment_count", "Instalments", T.INTEGER, "Instalments that are not fully paid; only today's snapshot knows", writer=BY_FORMULA, width=11),
        declare_column("open_value", "Still to pay", T.MONEY, "What is still to pay of them", writer=BY_FORMULA),
        declare_column("share", "Share", T.PERCENT, "Of all that is still to pay", writer=BY_FORMULA, width=10),
    ), key="position", sheet="Receivables", added="0.2",
)  # fmt: skip

CASH_MONTHS_TABLE = TableSchema(
    "CashMonths", _RECEIVABLES, Text("Cash month by month"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "6 is the month of the as-of date", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", T.DATE, "First day of the month; the period is ignored here", writer=BY_FORMULA),
        declare_column("due_value", "Due in the month", T.MONEY, "To pay, of the instalments due in the month", writer=BY_FORMULA),
        declare_column("collected", "Collected", T.MONEY, "Paid, of the instalments whose last payment came in the month", writer=BY_FORMULA),
        declare_column("collected_rate", "Collected ÷ due", T.PERCENT, "Collected ÷ due in the month", writer=BY_FORMULA, width=10),
        declare_column("expected", "Expected cash", T.MONEY, "Still to pay, due in the month; the month of the as-of date has everything overdue too", writer=BY_FORMULA),
        declare_column("cumulative", "Expected so far", T.MONEY, "Expected cash from the month of the as-of date on", writer=BY_FORMULA),
    ), key="position", sheet="Receivables", added="0.2",
)  # fmt: skip
