"""The settings, the query of the sheet Funnel, and the named cells that hold it.

Every setting of the sheet Settings is declared once; formulas refer to its value by the name of its cell. The query
consists of the as-of date, the period, the filters and the switches between definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language, Text, as_text
from xl_salesflow.schema.cell_declaration import ALL_VALUES_LABEL, NamedCell, declare_named_cell
from xl_salesflow.schema.start_cells import START_CELLS
from xl_salesflow.schema.table_columns import ColumnType, T

SettingValue = str | float
SettingDefault = SettingValue | Text | Callable[[Language], SettingValue]
"""A default may be a text, or depend on the language in another way."""


@dataclass(frozen=True, slots=True)
class SettingSchema:
    """One row of the sheet Settings; *cell* is the defined name of its value, for formulas."""

    id: str
    name: Text
    type: ColumnType
    default: SettingDefault
    tip: Text
    cell: str | None = None
    options: str | None = None

    def default_in(self, language: Language) -> SettingValue:
        """Return the default value in a new workbook of *language*."""
        if isinstance(self.default, Text):
            return self.default.in_(language)
        return self.default(language) if callable(self.default) else self.default


def _declare_setting(
    setting_id: str,
    name: str | Text,
    value_type: ColumnType,
    default: SettingDefault,
    tip: str,
    cell: str | None = None,
    options: str | None = None,
) -> SettingSchema:
    return SettingSchema(setting_id, as_text(name), value_type, default, Text(tip), cell, options)


_SETTING_SCHEMAS = (
    _declare_setting("company", "Company", T.TEXT, Text("Your company"), "Printed on quotes"),
    _declare_setting("address", "Address", T.TEXT, "", "Printed on quotes"),
    _declare_setting("phone", Text("Phone", context="Settings"), T.TEXT, "", "Printed on quotes"),
    _declare_setting("email", Text("E-mail", context="Settings"), T.TEXT, "", "Printed on quotes"),
    _declare_setting("bank", "Bank details", T.TEXT, "", "Printed on quotes"),
    _declare_setting("logo", "Logo file", T.TEXT, "", "A picture in the workbook's folder"),
    _declare_setting("templates", "Template folder", T.TEXT, "", "Folder of your own templates; the folder templates next to the workbook is searched too"),
    _declare_setting("language", "Language", T.CHOICE, lambda language: language_traits(language).name.in_(language), "Language of messages and documents", None, "language"),
    _declare_setting("currency", "Currency", T.TEXT, lambda language: language_traits(language).currency, "ISO code of the workbook's money"),
    _declare_setting("playbook", "Default playbook", T.TEXT, "crm", "Used by deals that name none", "DefaultPlaybook"),
    _declare_setting("tax_rate", "Tax rate", T.PERCENT, lambda language: language_traits(language).tax_rate, "Used by quotes that name none", "TaxRate"),
    _declare_setting("tax_name", "Name of the tax", T.TEXT, "", "Printed before the rate, such as VAT; blank: Tax"),
    _declare_setting("tax_id", "Your tax ID", T.TEXT, "", "Printed on quotes and contracts"),
    _declare_setting("bank_on_quotes", "Bank details on quotes", T.CHOICE, Text("No"), "Yes: quotes print them too; contracts always do", None, "yes_no"),
    _declare_setting("home_currency", "Total in your own currency", T.CHOICE, Text("No"), "Yes: a quote in another currency prints its total in yours too", None, "yes_no"),
    _declare_setting("quote_days", "Quote validity in days", T.INTEGER, 30.0, "Used when a quote has no last day"),
    _declare_setting("quote_prefix", "Quote number prefix", T.TEXT, "Q-", "The first characters of quote numbers"),
    _declare_setting("number_mark", "Mark in new numbers", T.TEXT, "", "Stands in the numbers of new rows (D-AL-00001), so that people with workbooks of their own never give one number twice; salesflow share fills it in"),
    _declare_setting("payment_terms", "Usual payment terms", T.TEXT, "", "Shares such as 30/60/10: deals won in the last month get them as instalments; blank: none"),
    _declare_setting("invoice_rule", "Invoice numbers", T.TEXT, "INV-YYYY-0000", "YYYY, YY, MM and DD stand for the day of the invoice, the zeros for the number that counts up"),
    _declare_setting("reminder_days", "Reminders after days overdue", T.TEXT, "5/15/30", "Days overdue for the friendly, the firm and the final reminder"),
    _declare_setting("renewal_days", "Renewal deal before the end, in days", T.INTEGER, 90.0, "So many days before a contract of Subscriptions ends, an update opens a deal for its renewal; 0: never", "RenewalDays"),
    _declare_setting("renewal_playbook", "Playbook of renewals", T.TEXT, "", "For renewal deals; blank: the playbook of the contract's deal"),
    _declare_setting("refusal", "A refused move", T.CHOICE, Text("Keep the cell as typed"), "Keep what was typed, or put the stage back", None, "refusal"),
    _declare_setting("bant_budget", "BANT weight: budget", T.NUMBER, 25.0, "Its share of the score", "BantBudget"),
    _declare_setting("bant_authority", "BANT weight: authority", T.NUMBER, 25.0, "Its share of the score", "BantAuthority"),
    _declare_setting("bant_need", "BANT weight: need", T.NUMBER, 30.0, "Its share of the score", "BantNeed"),
    _declare_setting("bant_timeline", "BANT weight: timeline", T.NUMBER, 20.0, "Its share of the score", "BantTimeline"),
    *(
        _declare_setting(f"grade_{grade}", Text("Grade {grade} from").with_facts(grade=grade.upper()), T.NUMBER, floor, "Lowest BANT score of the grade", f"Grade{grade.upper()}")
        for grade, floor in (("a", 83.3), ("b", 66.7), ("c", 50.0), ("d", 33.3))
    ),
    _declare_setting("qualified_points", "Qualified from points", T.INTEGER, 2.0, "Need, budget and authority each at least this"),
    _declare_setting("small_sample", "Small sample below", T.INTEGER, 30.0, "Numbers based on fewer deals are marked", "SmallSample"),
    _declare_setting("assumed_deal_size", "Assumed deal size", T.MONEY, 0.0, "The plan uses it until as many deals are won as a small sample asks for; 0: the team's own from the first deal", "AssumedDealSize"),
    _declare_setting("lead_answer_days", "First answer to a lead within working days", T.INTEGER, 1.0, "New leads get it as their next step; 0: the same day"),
    _declare_setting("idle_limit", "Idle limit in days", T.INTEGER, 14.0, "A longer time without activity gives an early warning", "IdleLimit"),
    _declare_setting("age_factor", "Too old: times the median won cycle", T.NUMBER, 2.0, "Older open deals get an early warning"),
    _declare_setting("try_limit", "Let it go after tries", T.INTEGER, 5.0, "So many attempts in a row without an answer give an early warning; 0: never"),
    _declare_setting("push_limit", "Close pushed at most", T.INTEGER, 2.0, "Deals pushed this often or more get an early warning", "PushLimit"),
    _declare_setting("contacts_from_stage", "Contacts needed from stage no.", T.INTEGER, 2.0, "From this stage on, a single contact or no decision-maker gives an early warning"),
    _declare_setting("expiry_notice", "Quote expiry notice in days", T.INTEGER, 7.0, "Quotes about to expire give an early warning"),
    _declare_setting("answer_days", "Answer to a quote expected within days", T.INTEGER, 5.0, "A quote or contract sent longer ago asks for a follow-up"),
    _declare_setting("concentration", "One deal's share of the forecast", T.PERCENT, 0.3, "A larger share gives an early warning"),
    _declare_setting("discount_limit", "Discount limit", T.PERCENT, 0.1, "Used if neither the Team sheet nor the role gives one"),
    _declare_setting("discount_manager", "Discount limit: sales manager", T.PERCENT, 0.2, "What the role may grant; a limit in the Team sheet takes precedence"),
    _declare_setting("discount_director", "Discount limit: director", T.PERCENT, 0.35, "What the role may grant; a limit in the Team sheet takes precedence"),
    _declare_setting("amount_follows_quote", "Amount follows the quote", T.CHOICE, Text("Yes"), "Yes: a deal's amount is its primary quote without tax; No: a difference is only reported", None, "yes_no"),
    _declare_setting("amount_follows_lines", "Amount follows the deal lines", T.CHOICE, Text("No"), "Yes: an open deal without a primary quote takes the sum of its deal lines as its amount", None, "yes_no"),
    _declare_setting("feedback_floor", "Satisfaction floor", T.NUMBER, 3.0, "Feedback below it asks for a follow-up"),
    _declare_setting("followups_per_day", "Follow-ups per person and day", T.INTEGER, 20.0, "Any more move to the next working day"),
    _declare_setting("followup_days", "Follow-up list: working days", T.INTEGER, 5.0, "How many days the list may fill; what does not fit is only counted"),
    _declare_setting("plan_next_contact", "Plan the next contact", T.CHOICE, Text("Yes"), "Yes: a follow-up done without a next step plans one by the stage's contact rhythm", None, "yes_no"),
    _declare_setting("workweek", "Working week", T.CHOICE, Text("Monday to Friday"), "Days off and make-up working days are on the sheet Holidays", None, "workweek"),
    _declare_setting("time_zone", "Time zone", T.TEXT, "", "Where your team works, such as Europe/Berlin or Asia/Shanghai: times of logged mails; blank: the computer's"),
    _declare_setting("due_ahead", "Show next steps ahead, in days", T.INTEGER, 1.0, "0: only what is due"),
    _declare_setting("assignment", "Deals without owner", T.CHOICE, Text("Leave them"), "Who gets them at an update: nobody, each in turn, or whoever has the fewest open deals; regions and limits of the Team sheet apply", None, "assignment"),
    _declare_setting("reclaim_days", "Back to the pool after days", T.INTEGER, 0.0, "An open deal nobody worked on for longer loses its owner; 0: never"),
    _declare_setting("reclaim_stages", "Back to the pool up to stage no.", T.INTEGER, 2.0, "Deals beyond this stage stay with their owner"),
    _declare_setting("backups", "Backups kept", T.INTEGER, 3.0, "Earlier versions that every run keeps next to the workbook, as NAME.backup-1.xlsx and so on; 0: none"),
    _declare_setting("adopted", "Mapping of adopted sheets", T.TEXT, "", "Filled by salesflow adopt: how your own sheets become rows; edit it, and adopt again"),
    _declare_setting("process_version", "Process version", T.TEXT, "1", "Counts up when the process changes"),
    _declare_setting("process_review", "Next process review", T.DATE, "", "When to look at the process again"),
    _declare_setting("process_seal", "Fingerprint of the process", T.TEXT, "", "Written by updates, to notice a change of Stages, Gates or Stage tasks"),
)  # fmt: skip

SETTINGS_BY_ID: Mapping[str, SettingSchema] = MappingProxyType({setting.id: setting for setting in _SETTING_SCHEMAS})


@dataclass(frozen=True)
class Settings:
    """The settings of one workbook, with defaults for missing values. Choices are ids, numbers floats, dates ISO texts."""

    values: Mapping[str, SettingValue]

    def text(self, setting_id: str) -> str:
        """Return setting *setting_id* as text."""
        return str(self._value(setting_id))

    def number(self, setting_id: str) -> float:
        """Return setting *setting_id* as a number; a percentage as a fraction, days as days."""
        return float(self._value(setting_id))

    def _value(self, setting_id: str) -> SettingValue:
        declared = SETTINGS_BY_ID[setting_id]
        value = self.values.get(setting_id, "")
        return value if value != "" else declared.default_in("en")


METRIC_NAME_PREFIXES = ("", "Card_", "Foot_", "Then_", "Change_")
"""Prefix of a metric's id in cell names: for its value, its card, the card's small print, its earlier value, and the change."""

BOTTLENECK_LINE, NEVER_ENTERED_LINE, PLAN_LINE = "BottleneckLine", "NeverEnteredLine", "PlanLine"
"""The named cells of the lines about the bottleneck, stages that nobody entered, and what the plan assumes."""

QUERY_FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "ViewOwner": "owner",
        "ViewProduct": "product",
        "ViewSource": "source",
        "ViewRegion": "region",
        "ViewChannel": "sales_channel",
        "ViewPlaybook": "playbook",
    }
)
"""Named dropdown cell → the column it filters, in Deals and in History."""


@dataclass(frozen=True)
class Query:
    """A query on the funnel; *filters* maps a column of QUERY_FILTERS to the one value wanted, dates are days or None.

    *reading* "snapshot" counts won and lost by closing date, "cohort" by creation date; *reach* is "implied" or
    "entered", as in the definitions of the metrics.
    """

    as_of: date | None = None
    start: date | None = None
    end: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    reading: Literal["snapshot", "cohort"] = "snapshot"
    reach: Literal["implied", "entered"] = "implied"

    @property
    def has_period(self) -> bool:
        """Return whether the query has a period, rather than covering all time."""
        return self.start is not None or self.end is not None


_FILTER_LABELS = {
    "ViewOwner": Text("Owner"),
    "ViewProduct": Text("Product"),
    "ViewSource": Text("Source"),
    "ViewRegion": Text("Region"),
    "ViewChannel": Text("Channel"),
    "ViewPlaybook": Text("Playbook"),
}
_FILTER_OFF_LABELS = {
    "ViewOwner": Text("Any owner"),
    "ViewProduct": Text("Any product"),
    "ViewSource": Text("Any source"),
    "ViewRegion": Text("Any region"),
    "ViewChannel": Text("Any channel"),
    "ViewPlaybook": Text("Any playbook"),
}

_GROUP_NUMBER_FORMULA = "1"
for _number, _column in reversed(list(enumerate(QUERY_FILTERS.values(), 1))):
    _GROUP_NUMBER_FORMULA = f"IF(GroupBy={{group:{_column}}},{_number},{_GROUP_NUMBER_FORMULA})"

NAMED_CELLS: Mapping[str, NamedCell] = MappingProxyType(
    {
        cell.name: cell
        for cell in (
            declare_named_cell("AsOfInput", Text("As of", context="Funnel"), T.DATE, "Blank is today; a past date shows what was true then"),
            declare_named_cell("PeriodFromInput", Text("From", context="Funnel"), T.DATE, "First day of the period; blank is all time"),
            declare_named_cell("PeriodToInput", Text("To", context="Funnel"), T.DATE, "Last day of the period, included"),
            *(
                declare_named_cell(name, _FILTER_LABELS[name], value_type, "Choose one; (All) or blank does not filter", options=options, default=ALL_VALUES_LABEL)
                for name, value_type, options in (
                    ("ViewOwner", T.REF, "Team"), ("ViewProduct", T.REF, "Products"), ("ViewSource", T.LIST, "source"),
                    ("ViewRegion", T.LIST, "region"), ("ViewChannel", T.LIST, "sales_channel"), ("ViewPlaybook", T.TEXT, None),
                )
            ),
            declare_named_cell("Reading", "Won and lost are", T.CHOICE, "Closed in the period (snapshot) or created in it (cohort)", options="reading", default=Text("Closed in the period")),
            declare_named_cell("Reach", "A stage counts when", T.CHOICE, "Reached or passed (implied), or really entered", options="reach", default=Text("Reached or passed")),
            declare_named_cell("CompareInput", "Compare with", T.DATE, "A day before the as-of date: shows headline numbers and stages on that day, and the change since; blank: no comparison"),
            declare_named_cell("Today", "Today", T.DATE, "The only volatile formula of the workbook", "Settings", formula="TODAY()"),
            declare_named_cell("BantTotal", "Sum of BANT weights", T.NUMBER, "The sum of the four weights", "Settings", formula="BantBudget+BantAuthority+BantNeed+BantTimeline"),
            declare_named_cell("ViewEverything", "No filter", T.TEXT, "What a dropdown shows when it does not filter", "Settings", default=ALL_VALUES_LABEL),
            declare_named_cell("AsOf", Text("As of", context="Settings"), T.DATE, "The as-of date, or today", "Settings", formula='IF(AsOfInput="",Today,AsOfInput)'),
            declare_named_cell("IsToday", "Today's snapshot", T.INTEGER, "1 when the as-of date is today or later", "Settings", formula="IF(AsOf>=Today,1,0)"),
            declare_named_cell("BegunFrom", "Known from", T.INTEGER, "1 for a past date, which leaves out everything without a known start; 0 for today", "Settings", formula="IF(IsToday=1,0,1)"),
            declare_named_cell("BegunTo", "Begun by", T.DATE, "What had begun by the as-of date; today counts everything", "Settings", formula="IF(IsToday=1,DATE(9999,12,31),AsOf)"),
            declare_named_cell("PeriodFrom", "Period from", T.DATE, "First day, or the beginning of time", "Settings", formula='IF(PeriodFromInput="",0,PeriodFromInput)'),
            declare_named_cell("PeriodTo", "Period to", T.DATE, "Last day, or the end of time", "Settings", formula='IF(PeriodToInput="",DATE(9999,12,31),PeriodToInput)'),
            declare_named_cell("HasPeriod", "A period is set", T.INTEGER, "1 when From or To is filled in", "Settings", formula='IF(AND(PeriodFromInput="",PeriodToInput=""),0,1)'),
            *(
                declare_named_cell(f"Any{name[4:]}", label, T.INTEGER, "1 when this filter is off", "Settings", formula=f'IF(OR({name}="",{name}=ViewEverything),1,0)')
                for name, label in _FILTER_OFF_LABELS.items()
            ),
            declare_named_cell("ViewAll", "Nothing is filtered", T.INTEGER, "1 when every filter is off", "Settings", formula="*".join(f"Any{name[4:]}" for name in QUERY_FILTERS)),
            declare_named_cell("StagePlaybook", "Playbook of the stage table", T.TEXT, "The chosen playbook, or the default", "Settings", formula="IF(AnyPlaybook=1,DefaultPlaybook,ViewPlaybook)"),
            declare_named_cell("IsCohort", "Cohort reading", T.INTEGER, "1 when won and lost are counted by creation", "Settings", formula="IF(Reading={reading:cohort},1,0)"),
            declare_named_cell("IsEntered", "Entered reading", T.INTEGER, "1 when only stages really entered count", "Settings", formula="IF(Reach={reach:entered},1,0)"),
            declare_named_cell("GroupBy", "Compare by", T.CHOICE, "What the rows of the table are", "Trends", options="group", default=Text("Owner")),
            declare_named_cell("SegmentA", Text("First", context="Trends"), T.TEXT, "One of the rows of the table, to compare with the second", "Trends"),
            declare_named_cell("SegmentB", "Second", T.TEXT, "Another row of the table", "Trends"),
            declare_named_cell("GroupNumber", "Number of the grouping", T.INTEGER, "The column of names that “Compare by” selects", "Settings", formula=_GROUP_NUMBER_FORMULA),
            declare_named_cell("CompareTo", "Compared with", T.DATE, "The day to compare with; blank if it is after the as-of date", "Settings", formula='IF(CompareInput="","",IF(CompareInput>AsOf,"",CompareInput))'),
            declare_named_cell("PlanTarget", Text("Target", context="Plan"), T.MONEY, "The target; what is won in its period counts towards it; blank takes the Targets sheet", "Plan"),
            declare_named_cell("PlanBy", "By", T.DATE, "The last day to win it; blank is the end of the year", "Plan"),
            *START_CELLS,
        )
    }
)  # fmt: skip
