"""The contracts that bring the same amount every period, and what they come to: recurring value and its bridge by month.

The value of a contract is its amount per year and per month. What changes is counted by customer and by day: a customer who
had no contract the day before is new, one who has none the day after has left, and anything else makes an existing
customer larger or smaller.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_FORMULA, BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

_ENDLESS = "DATE(9999,12,31)"
_LAST_DAY = (
    f'MIN(IF(OR({{end}}="",{{automatic}}={{yes_no:yes}}),{_ENDLESS},{{end}}),IF({{ended}}="",{_ENDLESS},{{ended}}),'
    f'IF({{continued}}="",{_ENDLESS},{{continued}}-1))'
)
_PERIODS = (
    "IF({period}={subscription_period:month},12,IF({period}={subscription_period:quarter},4,"
    "IF({period}={subscription_period:half_year},2,IF({period}={subscription_period:year},1,0))))"
)
_NEVER_COUNTS = f'OR({{start}}="",{{amount}}<=0,{_PERIODS}=0,AND({{last}}<>"",{{last}}<{{start}}))'
_STATUS = (
    'IF({monthly}="","",IF({start}>Today,{subscription_status:upcoming},IF(AND({last}<>"",{last}<Today),'
    'IF({continued}="",{subscription_status:ended},{subscription_status:renewed}),IF({ended}<>"",{subscription_status:leaving},'
    'IF(OR({last}="",{continued}<>"",{last}>Today+RenewalDays),{subscription_status:running},{subscription_status:ending})))))'
)

# sums of the customer of the row; a contract that never counts has a text as its value, which no sum takes
_OF_CUSTOMER = '{Subscriptions.account},"="&{account}'
_START, _LAST, _MONTHLY = "{Subscriptions.start}", "{Subscriptions.last}", "{Subscriptions.monthly}"
_YEAR_BEFORE = "EDATE(AsOf,-12)"
_STARTED_THAT_DAY = f'{_OF_CUSTOMER},{_START},{{start}},{_MONTHLY},">=0"'


# DAY and FORMULA are replaced where these are used
_CUSTOMER_VALUE = (
    f'ROUND(SUMIFS({_MONTHLY},{_OF_CUSTOMER},{_START},"<="&DAY)-SUMIFS({_MONTHLY},{_OF_CUSTOMER},{_LAST},"<"&DAY),2)'
)
_CHANGE_THAT_DAY = f'ROUND(SUMIFS({_MONTHLY},{_OF_CUSTOMER},{_START},"="&{{start}})-SUMIFS({_MONTHLY},{_OF_CUSTOMER},{_LAST},"="&({{start}}-1)),2)'
_ACTIVE = '{start}<=DAY,OR({last}="",{last}>=DAY)'
_IF_COUNTED = 'IF({monthly}="","",FORMULA)'

SUBSCRIPTIONS_TABLE = TableSchema(
    "Subscriptions", Text("Subscriptions"), Text("The contracts that bring an amount every period, from start to end"), SheetGroup.WORK,
    (
        declare_column("subscription", Text("Contract no.", context="Subscriptions"), T.KEY, "Counts up; filled in when blank", required=True, width=13),
        declare_column("account", "Account", T.REF, "The customer; filled in from the deal when blank", options="Accounts", width=22),
        declare_column("name", Text("Service", context="Subscriptions"), T.TEXT, "What the customer pays for", width=22),
        declare_column("start", Text("Start", context="Subscriptions"), T.DATE, "The first day of the contract", width=12),
        declare_column("end", Text("End", context="Subscriptions"), T.DATE, "The last day that was agreed; blank: until it is ended", width=12),
        declare_column("amount", "Amount per period", T.MONEY, "What the customer pays each period, without tax"),
        declare_column("period", Text("Period", context="Subscriptions"), T.CHOICE, "How often the amount is paid", options="subscription_period", width=10),
        declare_column("status", "Status", T.CHOICE, "To be renewed: it ends within the days of Settings and nothing continues it", options="subscription_status",
               formula=_STATUS, width=13),
        declare_column("days_left", "Days left", T.INTEGER, "Days from today to the last day that counts",
               formula='IF({last}="","",IF({last}<Today,"",{last}-Today))', width=9),
        declare_column("automatic", "Renews by itself", T.CHOICE, "Yes: it runs on after its end until it is ended, and gets no renewal deal", options="yes_no", width=10),
        declare_column("notice_days", "Notice in days", T.INTEGER, "How many days before the end notice can be given at the latest", width=10),
        declare_column("notice", "Notice day", T.DATE, "Or the last day for it; goes before the days", width=12),
        declare_column("notice_by", "Notice by", T.DATE, "The notice day, or else the days before the end",
               formula='IF({notice}<>"",{notice},IF(OR({end}="",{notice_days}=""),"",{end}-{notice_days}))', width=12),
        declare_column("renewed_by", "Renewed by", T.REF, "The deal that renews it; updates open one before the end. The contract of that deal continues this one", options="Deals", width=12),
        declare_column("ended", "Ended on", T.DATE, "The last day, if it ends earlier or is not renewed", width=12),
        declare_column("churn_reason", "Why it ended", T.LIST, "The customer's reason", options="loss_reason", width=18),
        declare_column("deal", "Deal", T.REF, "The deal that was won with it", options="Deals", width=12),
        declare_column("owner", "Owner", T.REF, "Who looks after it; filled in from the deal when blank", options="Team", width=16),
        declare_column("notes", "Notes", T.LONG, "For the team; never printed"),
        declare_column("continued", "Continued on", T.DATE, "The first day of the contract that continues it", writer=BY_PRODUCT, width=12),
        declare_column("last", "Counts until", T.DATE, "The last day that counts: the end unless it renews by itself, the day it ended, or the day before it is continued; blank: it runs on",
               formula=f'IF({_LAST_DAY}={_ENDLESS},"",{_LAST_DAY})', width=12),
        declare_column("yearly", "Per year", T.MONEY, "Amount per period × periods of a year",
               formula=f'IF({_NEVER_COUNTS},"",ROUND({{amount}}*{_PERIODS},2))'),
        declare_column("monthly", "Per month", T.MONEY, "Per year ÷ 12, rounded to cents",
               formula='IF({yearly}="","",ROUND({yearly}/12,2))'),
        declare_column("before", "Customer before", T.MONEY, "What the customer's contracts came to per month on the day before this one began",
               formula=_IF_COUNTED.replace("FORMULA", _CUSTOMER_VALUE.replace("DAY", "({start}-1)"))),
        declare_column("start_change", "Change at the start", T.MONEY, "How the customer's value changed on that day; divided among the contracts that began on it",
               formula=_IF_COUNTED.replace("FORMULA", f"{_CHANGE_THAT_DAY}/COUNTIFS({_STARTED_THAT_DAY})")),
        declare_column("after", "Customer after", T.MONEY, "What the customer's contracts came to per month on the day after this one",
               formula=f'IF(OR({{monthly}}="",{{last}}=""),"",{_CUSTOMER_VALUE})'.replace("DAY", "({last}+1)")),
        declare_column("end_change", "Change at the end", T.MONEY, "What the customer lost with it; 0 if another contract began the day after",
               formula=f'IF({{after}}="","",IF(COUNTIFS({_OF_CUSTOMER},{_START},{{last}}+1,{_MONTHLY},">=0")>0,0,-{{monthly}}))'),
        declare_column("year_ago", "Customer a year ago", T.MONEY, "What the customer's contracts came to per month a year before the as-of date",
               formula=_IF_COUNTED.replace("FORMULA", _CUSTOMER_VALUE.replace("DAY", _YEAR_BEFORE))),
        declare_column("now_value", "Customer now", T.MONEY, "What they come to per month on the as-of date",
               formula=_IF_COUNTED.replace("FORMULA", _CUSTOMER_VALUE.replace("DAY", "AsOf"))),
        declare_column("kept", "Kept of a year ago", T.MONEY, "Its part of the smaller one of the two; 0 if it did not count a year before",
               formula=_IF_COUNTED.replace("FORMULA", f"IF(AND({{year_ago}}>0,{_ACTIVE}),{{monthly}}*MIN(1,{{now_value}}/{{year_ago}}),0)".replace("DAY", _YEAR_BEFORE))),
        declare_column("customer_part", "Part of the customer", T.NUMBER, "Its part of what the customer's contracts come to on the as-of date; the parts of a customer add up to 1",
               formula=_IF_COUNTED.replace("FORMULA", f"IF(AND({{now_value}}>0,{_ACTIVE}),{{monthly}}/{{now_value}},0)".replace("DAY", "AsOf")), width=10),
    ), key="subscription", added="0.2", shows=("Recurring",),
)  # fmt: skip

_RECURRING = Text("Recurring revenue")

RECURRING_TABLE = TableSchema(
    "Recurring", _RECURRING, Text("Recurring value on the as-of date"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "One row: all contracts", writer=BY_PRODUCT, width=9),
        declare_column("monthly_value", "Per month (MRR)", T.MONEY, "Per month, of the contracts that count on the as-of date", writer=BY_FORMULA),
        declare_column("yearly_value", "Per year (ARR)", T.MONEY, "Per year, of the same contracts: their amounts, not 12 × rounded months", writer=BY_FORMULA),
        declare_column("customer_count", "Customers", T.INTEGER, "Customers with at least one of them", writer=BY_FORMULA, width=10),
        declare_column("customer_value", "Per customer", T.MONEY, "Per month ÷ customers", writer=BY_FORMULA),
        declare_column("year_ago_value", "A year ago", T.MONEY, "Per month, of the contracts that counted a year before the as-of date", writer=BY_FORMULA),
        declare_column("gross_retention", "Gross retention", T.PERCENT, "Of the customers of a year ago: the smaller of their value then and now ÷ their value then; never above 100 %", writer=BY_FORMULA, width=11),
        declare_column("net_retention", "Net retention", T.PERCENT, "Of the customers of a year ago: their value now, expansion included ÷ their value then", writer=BY_FORMULA, width=11),
        declare_column("ending_value", "To be renewed", T.MONEY, "Per month, of the contracts that count until a day within the days of Settings after the as-of date, and that nobody ended or continued", writer=BY_FORMULA),
    ), key="position", sheet="Recurring", added="0.2",
)  # fmt: skip

RECURRING_MONTHS_TABLE = TableSchema(
    "RecurringMonths", _RECURRING, Text("Bridge by month (per month, MRR)"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "12 is the month of the as-of date, up to that day", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", T.DATE, "First day of the month; the period is ignored here", writer=BY_FORMULA),
        declare_column("opening", Text("Opening", context="flow"), T.MONEY, "What all contracts came to on the last day before the month", writer=BY_FORMULA),
        declare_column("new_value", Text("New", context="RecurringMonths"), T.MONEY, "Of customers who had no contract the day before", writer=BY_FORMULA),
        declare_column("expansion", "Expansion", T.MONEY, "What existing customers pay more: further contracts, higher renewals", writer=BY_FORMULA),
        declare_column("contraction", "Contraction", T.MONEY, "What customers who stay pay less: lower renewals, one contract of several ended", writer=BY_FORMULA),
        declare_column("churn", "Churn", T.MONEY, "What customers paid who have no contract the day after", writer=BY_FORMULA),
        declare_column("closing", Text("Closing", context="flow"), T.MONEY, "Opening + new + expansion − contraction − churn; what all contracts come to on the last day", writer=BY_FORMULA),
        declare_column("gross_retention", "Gross retention", T.PERCENT, "(Opening − contraction − churn) ÷ opening", writer=BY_FORMULA, width=11),
        declare_column("net_retention", "Net retention", T.PERCENT, "(Opening + expansion − contraction − churn) ÷ opening", writer=BY_FORMULA, width=11),
    ), key="position", sheet="Recurring", added="0.2",
)  # fmt: skip
