"""Who is credited with a deal, the plans that pay commission for it, and what each person is credited with in a period.

A deal without a split is credited to its owner. The commission itself is computed by the verb `commission`: it depends on
the order of the deals in a period, which no formula of a cell can say in words.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_FORMULA, BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

CREDITS_TABLE = TableSchema(
    "Credits", Text("Credit split"), Text("Who is credited with a deal that several people won together"), SheetGroup.MANAGE,
    (
        declare_column("credit", Text("Credit no.", context="Credits"), T.KEY, "Counts up; filled in when blank", required=True, width=12),
        declare_column("deal", "Deal", T.REF, "The deal that is divided; a deal without a row here is its owner's", options="Deals", required=True),
        declare_column("account", "Account", T.REF, "The customer of the deal", options="Accounts", writer=BY_PRODUCT, width=22),
        declare_column("person", Text("Person", context="Credits"), T.REF, "Who is credited with a part of it", options="Team", required=True, width=18),
        declare_column("share", Text("Share", context="Credits"), T.PERCENT, "Of the deal; the shares of a deal add up to 100 %, or nobody is credited with it", required=True, width=10),
        declare_column("role", Text("Part in it", context="Credits"), T.LIST, "What the person did for the deal, such as rep or manager", options="role", width=14),
        declare_column("credited", Text("Credited value", context="Credits"), T.MONEY, "The person's part of the deal's value, by running totals, so that the parts of a deal add up to the cent", writer=BY_PRODUCT),
        declare_column("deal_value", Text("Deal value"), T.MONEY, "The amount of the deal, without tax", writer=BY_PRODUCT),
        declare_column("won_on", Text("Won on", context="Credits"), T.DATE, "The day the deal was won; blank while it is not", writer=BY_PRODUCT, width=12),
        declare_column("owner", "Owner", T.REF, "Who works the deal", options="Team", writer=BY_PRODUCT, width=16),
        declare_column("shares_before", Text("Shares before", context="Credits"), T.NUMBER, "The shares of the rows of the deal with lower numbers; blank if the shares do not add up to 100 %", writer=BY_PRODUCT, width=10),
        declare_column("taken", Text("Taken from the owner", context="Credits"), T.MONEY, "The value of the deal in its first row, 0 in the others: the owner is credited with the parts instead", writer=BY_PRODUCT),
    ), key="credit", added="0.2", shows=("Commission",),
)  # fmt: skip

COMMISSION_PLANS_TABLE = TableSchema(
    "CommissionPlans", Text("Commission plans"), Text("What pays commission to whom: when, on what, up to how much"), SheetGroup.MANAGE,
    (
        declare_column("plan", Text("Plan", context="CommissionPlans"), T.KEY, "A name of your own; the sheet Commission tiers has its rates", required=True, width=22),
        declare_column("person", Text("Person", context="CommissionPlans"), T.REF, "Only for this person; goes before the plans of a role", options="Team", width=18),
        declare_column("role", Text("Role"), T.LIST, "For everybody with this role on the sheet Team; blank here and in Person: for everybody else", options="role", width=14),
        declare_column("from", Text("Valid from", context="CommissionPlans"), T.DATE, "The first day whose deals or payments it pays for; blank: always", width=12),
        declare_column("to", Text("Valid to", context="CommissionPlans"), T.DATE, "The last day; blank: until further notice", width=12),
        declare_column("basis", Text("Earned on", context="CommissionPlans"), T.CHOICE, "When the deal is won, or with each instalment that is paid in full", options="commission_basis", required=True, width=16),
        declare_column("period", Text("Period", context="CommissionPlans"), T.CHOICE, "Tiers and cap start anew in each", options="subscription_period", required=True, width=11),
        declare_column("mode", Text("A higher rate applies to", context="CommissionPlans"), T.CHOICE, "Only the part above its start (blank too), or everything of the period once it is reached", options="commission_mode", width=18),
        declare_column("series", Text("Product family"), T.TEXT, "Only deals of products of this family on the sheet Products; blank: all", width=16),
        declare_column("cap", Text("At most", context="CommissionPlans"), T.MONEY, "The most that is earned in a period; blank: no limit"),
        declare_column("clawback_days", Text("Taken back within days", context="CommissionPlans"), T.INTEGER, "If a deal is lost or reopened, or money is credited back, within so many days after it was won, its commission is taken back; blank: never", width=12),
        declare_column("notes", "Notes", T.LONG, "Further rules in your own words; the statement shows them"),
    ), key="plan", added="0.2", shows=("CommissionTiers", "Commission"),
)  # fmt: skip

COMMISSION_TIERS_TABLE = TableSchema(
    "CommissionTiers", Text("Commission tiers"), Text("The rates of each plan, and from which value on each applies"), SheetGroup.MANAGE,
    (
        declare_column("plan", Text("Plan", context="CommissionPlans"), T.REF, "The plan on the sheet Commission plans", options="CommissionPlans", required=True, width=22),
        declare_column("from_attainment", Text("From attainment", context="CommissionTiers"), T.NUMBER, "Credited value ÷ the person's target of the period; 0 % or blank: from the first cent", width=14),
        declare_column("from_value", Text("From value", context="CommissionTiers"), T.MONEY, "Or the credited value of the period from which the rate applies; goes before the attainment"),
        declare_column("commission_rate", Text("Rate", context="CommissionTiers"), T.PERCENT, "Of the credited value", required=True, width=10),
    ), named_by="plan", added="0.2",
)  # fmt: skip

COMMISSION_PERSON_ROWS = 24
"""The rows of people on the sheet Commission."""

COMMISSION_TABLE = TableSchema(
    "Commission", Text("Commission"), Text("What each person is credited with in the period of the target"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "The first 24 names of Team", writer=BY_PRODUCT, width=9),
        declare_column("name", "Name", T.TEXT, "From the sheet Team; blank while nothing is divided and no plan exists", writer=BY_FORMULA, width=20),
        declare_column("owned_value", Text("Won by own deals", context="Commission"), T.MONEY, "Amounts of the person's own deals won in the period, up to the as-of date", writer=BY_FORMULA, width=17),
        declare_column("given_value", Text("Given to others", context="Commission"), T.MONEY, "What the credit split credits to others of these deals, or to nobody while its shares do not add up", writer=BY_FORMULA, width=17),
        declare_column("received_value", Text("Received from others", context="Commission"), T.MONEY, "The person's parts of deals of others, or of deals without an owner", writer=BY_FORMULA, width=17),
        declare_column("credited_value", Text("Credited value", context="Commission"), T.MONEY, "Own deals − given to others + received from others: what commission plans count on signature", writer=BY_FORMULA, width=17),
        declare_column("target", "Target", T.MONEY, "Targets of exactly this person within the period, for no product or channel; blank is none", writer=BY_FORMULA, width=16),
        declare_column("attainment", Text("Attainment", context="Commission"), T.PERCENT, "Credited value ÷ target", writer=BY_FORMULA, width=12),
    ), key="position", added="0.2",
)  # fmt: skip
