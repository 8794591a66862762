"""Data validations and conditional formats.

Closed lists reject other values, open lists and references only warn; the range grows with its table. Conditions refer
to columns like declared formulas:

{stage}                 this row's cell of the column
{move_status:refused}   the label of a choice, as text
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.datavalidation import DataValidation

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.excel_notation import LAST_DAY_SERIAL
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.forecast_tables import COHORT_MONTHS
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.defined_names import REFERENCE_LISTS
from xl_salesflow.workbook.template.stage_dropdowns import stage_dropdown_formula
from xl_salesflow.workbook.template.starter_content import (
    WRONG_CHOICE,
    WRONG_DATE,
    WRONG_KEY,
    WRONG_LIST,
    WRONG_NUMBER,
    WRONG_PERCENT,
    WRONG_POINTS,
    WRONG_REF,
    WRONG_STAGE,
    WRONG_TITLE,
)
from xl_salesflow.workbook.template.table_sheets import PlacedTable
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_PALE_COLOUR,
    AMBER_COLOUR,
    AMBER_INK_COLOUR,
    GREEN_INK_COLOUR,
    MUTED_COLOUR,
    RED_COLOUR,
    RED_INK_COLOUR,
    solid_fill,
)

ValidationKind = Literal["whole", "decimal", "list", "date", "custom"]
ValidationStyle = Literal["stop", "warning"]
_MAX_INLINE_LIST_LENGTH = 255  # characters of a list written into the validation itself
_OFFERED_LISTS = {
    ("Gates", "stage"): "list_stage",
    ("StageTasks", "stage"): "list_stage",
    ("Tasks", "stage"): "list_stage",
    ("Gates", "playbook"): "list_playbook",
    ("StageTasks", "playbook"): "list_playbook",
    ("Deals", "playbook"): "list_playbook",
    ("Deals", "referred_by"): "list_deal",
    ("Deals", "competitor"): "list_competitor",
    ("Team", "manager"): "list_owner",
    ("StageTasks", "done_by"): "list_activity_type",
    ("StageTasks", "outcomes"): "list_activity_outcome",
}
"""Columns with suggestions from another sheet, which may be ignored: the list of competitors is empty until a team fills it."""


def add_validations(placed: PlacedTable, language: Language) -> None:
    """Add the validation to every column of *placed* that a person writes."""
    for column in placed.table.columns:
        if column.writer is not ColumnWriter.PERSON:
            continue
        rule = _column_validation(placed, column, language)
        if rule is not None:
            rule.add(placed.body(column.id))
            placed.sheet.add_data_validation(rule)


def _column_validation(placed: PlacedTable, column: Column, language: Language) -> DataValidation | None:
    if (placed.table.name, column.id) == ("Deals", "stage"):
        source = stage_dropdown_formula(f"${placed.column_letter('playbook')}{placed.first}")
        return _stop_validation("list", language, WRONG_STAGE, f"={source}")
    also = _OFFERED_LISTS.get((placed.table.name, column.id))
    if also:
        return open_list_validation(f"={also}", language)
    if column.type is ColumnType.KEY:
        return _unique_key_validation(placed, column, language)
    if column.type is ColumnType.LIST and placed.table.name == "Lists":
        return None
    return type_validation(column.type, column.options, language)


def type_validation(cell_type: ColumnType, options: str | None, language: Language) -> DataValidation | None:
    """Return the validation for a cell of *cell_type*, or None if anything may be typed."""
    match cell_type:
        case ColumnType.CHOICE:
            return closed_list_validation(options or "", language)
        case ColumnType.LIST:
            return _warning_validation("list", language, WRONG_LIST, f"=list_{options}")
        case ColumnType.REF:
            return _reference_validation(options or "", language)
        case ColumnType.DATE:
            return _stop_validation("date", language, WRONG_DATE, "1", str(LAST_DAY_SERIAL))
        case ColumnType.POINTS:
            return _stop_validation("whole", language, WRONG_POINTS, "0", "3")
        case ColumnType.PERCENT:
            return _stop_validation("decimal", language, WRONG_PERCENT, "0", "1")
        case ColumnType.MONEY | ColumnType.NUMBER | ColumnType.INTEGER:
            return _stop_validation("decimal", language, WRONG_NUMBER, "-999999999999", "999999999999")
        case _:
            return None


def closed_list_validation(choice: str, language: Language) -> DataValidation:
    """Return the validation of a closed list, which accepts only its labels."""
    labels = [text.in_(language) for text in CHOICES[choice].values()]
    inline = ",".join(labels)
    if len(inline) > _MAX_INLINE_LIST_LENGTH or any("," in label for label in labels):
        raise ValueError(f"The labels of {choice} do not fit a dropdown: {inline}")
    return _stop_validation("list", language, WRONG_CHOICE, f'"{inline}"')


def open_list_validation(source: str, language: Language) -> DataValidation:
    """Return a validation that offers values and silently accepts any other."""
    return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)


def required_list_validation(source: str, language: Language) -> DataValidation:
    """Return a validation that accepts only the values of *source*, and no blank."""
    rule = _stop_validation("list", language, WRONG_CHOICE, source)
    rule.allow_blank = False
    return rule


def _reference_validation(table: str, language: Language) -> DataValidation:
    source = f"={REFERENCE_LISTS[table][1]}"
    if table == "Stages":
        return _stop_validation("list", language, WRONG_STAGE, source)
    message = WRONG_REF.with_facts(sheet=TABLES[table].title)
    return _warning_validation("list", language, message, source)


def _unique_key_validation(placed: PlacedTable, column: Column, language: Language) -> DataValidation:
    letter, first, last = placed.column_letter(column.id), placed.first, placed.last
    taken = f"COUNTIF(${letter}${first}:${letter}${last},{letter}{first})<=1"
    name = dict(REFERENCE_LISTS.values()).get(column.id)
    if name and REFERENCE_LISTS.get(placed.table.name, ("",))[0] == column.id:
        taken = f"COUNTIF({name},{letter}{first})<=1"
    return _stop_validation("custom", language, WRONG_KEY, taken)


def _stop_validation(
    kind: ValidationKind, language: Language, message: Text, first: str, second: str | None = None
) -> DataValidation:
    return _build_validation(kind, "stop", language, message, first, second)


def _warning_validation(kind: ValidationKind, language: Language, message: Text, source: str) -> DataValidation:
    return _build_validation(kind, "warning", language, message, source, None)


def _build_validation(
    kind: ValidationKind, style: ValidationStyle, language: Language, message: Text, first: str, second: str | None
) -> DataValidation:
    return DataValidation(
        type=kind,
        operator="between" if second is not None else None,
        formula1=first,
        formula2=second,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle=style,
        errorTitle=WRONG_TITLE.in_(language),
        error=message.in_(language),
    )


class ConditionalFormat(NamedTuple):
    """If *formula* is true, the cells of *columns* (ids, or first:last) get the *look*."""

    columns: Sequence[str]
    formula: str
    look: str


def _shaded_style(colour: str, ink: str, bold: bool = False) -> DifferentialStyle:
    return DifferentialStyle(font=Font(color=ink, b=bold or None), fill=solid_fill(colour))


CONDITIONAL_STYLES = {
    "amber": _shaded_style(AMBER_COLOUR, AMBER_INK_COLOUR),
    "red": _shaded_style(RED_COLOUR, RED_INK_COLOUR),
    "green": _shaded_style("D5EADD", GREEN_INK_COLOUR),
    "red ink": DifferentialStyle(font=Font(color=RED_INK_COLOUR, b=True)),
    "amber ink": DifferentialStyle(font=Font(color=AMBER_INK_COLOUR, b=True)),
    "green ink": DifferentialStyle(font=Font(color=GREEN_INK_COLOUR, b=True)),
    "faded": DifferentialStyle(font=Font(color=MUTED_COLOUR, i=True)),
    "struck": DifferentialStyle(font=Font(color=MUTED_COLOUR, strike=True)),
    "strong": DifferentialStyle(font=Font(b=True)),
    "hidden": DifferentialStyle(numFmt=NumberFormat(numFmtId=190, formatCode=";;;")),
    "projected share": DifferentialStyle(
        font=Font(color=MUTED_COLOUR, i=True), numFmt=NumberFormat(numFmtId=192, formatCode='"~"0%')
    ),
    "projected value": DifferentialStyle(
        font=Font(color=MUTED_COLOUR, i=True), numFmt=NumberFormat(numFmtId=193, formatCode='"~"#,##0')
    ),
    "known": DifferentialStyle(fill=solid_fill(ACCENT_PALE_COLOUR)),
    "dash": DifferentialStyle(numFmt=NumberFormat(numFmtId=191, formatCode='"–"'), font=Font(color=MUTED_COLOUR)),
}


def _mark_projected_months(look: str) -> Iterator[ConditionalFormat]:
    """Yield the formats of the months since creation: those that are known are shaded, those projected look like *look*."""
    for month in range(COHORT_MONTHS):
        column = f"month_{month}"
        yield ConditionalFormat((column,), f'AND({{created}}<>"",{{known}}>{month})', "known")
        yield ConditionalFormat((column,), f'AND({{{column}}}<>"",{{known}}<={month})', look)


_DEAL_IS_OPEN = 'OR({outcome}="",{outcome}={outcome:open})'
_STAGE_DAY_LIMIT = 'INDEX(stage_limits,MATCH({playbook}&"|"&{recorded_stage},stage_keys,0))'
_OVER_DAY_LIMIT = f"AND({{outcome}}={{outcome:open}},{_STAGE_DAY_LIMIT}>0,{{days_in_stage}}>{_STAGE_DAY_LIMIT})"
_TASK_IS_LATE = 'AND({due}<>"",{due}<Today,{status}<>{task_status:done},{status}<>{task_status:dropped})'

CONDITIONAL_FORMATS: dict[str, Sequence[ConditionalFormat]] = {
    "Deals": (
        ConditionalFormat(("stage", "move_status", "move_reasons"), '{move_status}={move_status:refused}', "red"),
        ConditionalFormat(("stage",), 'AND({stage}<>"",{stage}<>{recorded_stage})', "amber"),
        ConditionalFormat(("move_status", "move_warnings"), "{move_status}={move_status:warned}", "amber"),
        ConditionalFormat(("move_status", "move_reasons"), "{move_status}={move_status:overridden}", "amber"),
        ConditionalFormat(("next_step_date",), f'AND({{next_step_date}}<>"",{{next_step_date}}<Today,{_DEAL_IS_OPEN})', "red"),
        ConditionalFormat(("next_step_date",), f'AND({{deal}}<>"",{{next_step_date}}=Today,{_DEAL_IS_OPEN})', "green"),
        ConditionalFormat(("next_step_date",), f'AND({{deal}}<>"",{{next_step_date}}="",{_DEAL_IS_OPEN})', "amber"),
        ConditionalFormat(("expected_close",), f'AND({{expected_close}}<>"",{{expected_close}}<Today,{_DEAL_IS_OPEN})', "amber"),
        ConditionalFormat(("days_in_stage",), _OVER_DAY_LIMIT, "red"),
        ConditionalFormat(("warnings",), '{warnings}<>""', "amber"),
        ConditionalFormat(("outcome", "recorded_stage"), "{outcome}={outcome:won}", "green ink"),
        ConditionalFormat(("deal:next_step_date", "recorded_stage"), "{outcome}={outcome:lost}", "faded"),
        ConditionalFormat(("bant_grade",), 'OR({bant_grade}="A",{bant_grade}="B")', "green ink"),
        ConditionalFormat(("bant_grade",), 'OR({bant_grade}="D",{bant_grade}="F")', "red ink"),
        ConditionalFormat(("probability_reason",), 'AND({probability_override}<>"",{probability_reason}="")', "amber"),
    ),
    "Tasks": (
        ConditionalFormat(("task_id:evidence",), "OR({status}={task_status:done},{status}={task_status:dropped})", "faded"),
        ConditionalFormat(("due",), _TASK_IS_LATE, "red"),
    ),
    "Traits": (ConditionalFormat(("evidence",), 'AND({trait}<>"",{evidence}="")', "amber"),),
    "Objections": (ConditionalFormat(("status",), "{status}={objection_status:open}", "amber"),),
    "Quotes": (
        ConditionalFormat(("valid_until",), 'AND({valid_until}<>"",{valid_until}<Today,{status}={quote_status:sent})', "red"),
        ConditionalFormat(("status",), "{status}={quote_status:accepted}", "green ink"),
        ConditionalFormat(("quote:notes",), "OR({status}={quote_status:rejected},{status}={quote_status:expired})", "faded"),
        ConditionalFormat(("quote:notes",), "{status}={quote_status:superseded}", "faded"),
    ),
    "QuoteLines": (ConditionalFormat(("quote:net",), "{optional}={yes_no:yes}", "faded"),),
    "Payments": (
        ConditionalFormat(("status", "due_on", "days_overdue"), "{status}={payment_status:overdue}", "red"),
        ConditionalFormat(("status",), "{status}={payment_status:partly}", "amber"),
        ConditionalFormat(("status",), "{status}={payment_status:paid}", "green ink"),
        ConditionalFormat(("paid",), "N({paid})>N({due_amount})", "amber"),
        ConditionalFormat(("payment:notes",), "{status}={payment_status:paid}", "faded"),
    ),
    "Subscriptions": (
        ConditionalFormat(("status", "last", "days_left"), "{status}={subscription_status:ending}", "amber"),
        ConditionalFormat(("status", "ended"), "{status}={subscription_status:leaving}", "red"),
        ConditionalFormat(("status",), "{status}={subscription_status:running}", "green ink"),
        ConditionalFormat(("notice_by",), 'AND({notice_by}<>"",{notice_by}>=Today,{notice_by}<=Today+30,{ended}="")', "amber"),
        ConditionalFormat(("churn_reason",), 'AND({ended}<>"",{churn_reason}="")', "amber"),
        ConditionalFormat(
            ("subscription:customer_part",),
            "OR({status}={subscription_status:ended},{status}={subscription_status:renewed})",
            "faded",
        ),
    ),
    "Feedback": (ConditionalFormat(("kind",), 'AND({kind}={feedback_kind:issue},{resolved}="")', "amber"),),
    "Metrics": (ConditionalFormat(("mark", "sample"), '{mark}<>""', "faded"),),
    "Trend": (ConditionalFormat(("win_rate", "mark"), '{mark}<>""', "faded"),),
    "Groups": (ConditionalFormat(("win_rate", "mark"), '{mark}<>""', "faded"),),
    "StageMetrics": (
        ConditionalFormat(("over_limit",), "N({over_limit})>0", "red ink"),
        ConditionalFormat(("median_days",), "AND(N({day_limit})>0,N({median_days})>N({day_limit}))", "amber"),
    ),
    "Leaks": (
        ConditionalFormat(("stage", "one_point_more"), "AND(N({one_point_more})>0,{one_point_more}=bottleneck)", "amber"),
        ConditionalFormat(("limit_ratio",), "N({limit_ratio})>1", "red ink"),
    ),
    "Moves": (ConditionalFormat(("check",), "N({check})<>0", "red"),),
    "Cohorts": tuple(_mark_projected_months("projected share")),
    "CohortValues": tuple(_mark_projected_months("projected value")),
    "PlanStages": (
        ConditionalFormat(("gap",), "N({gap})>0", "amber"),
        ConditionalFormat(("by_when",), "AND(N({gap})>0,N({by_when})>0,N({by_when})<AsOf)", "red"),
        ConditionalFormat(("one_point_more",), "AND(N({one_point_more})>0,{one_point_more}=bottleneck)", "amber"),
    ),
    "TeamPlan": (
        ConditionalFormat(("position",), '{name}=""', "hidden"),
        ConditionalFormat(("mark", "won_count"), '{mark}<>""', "faded"),
        ConditionalFormat(("won_to_date", "attainment", "gap"), "AND(N({target})>0,N({attainment})>=1)", "green ink"),
    ),
    "TeamActivity": (ConditionalFormat(("position",), '{name}=""', "hidden"),),
    "Collections": (ConditionalFormat(("overdue_value",), "N({overdue_value})>0", "red ink"),),
    "Receivables": (
        ConditionalFormat(("age:share",), "{position}=7", "strong"),
        ConditionalFormat(("open_value",), "AND({position}>2,{position}<6,N({open_value})>0)", "red ink"),
    ),
    "Credits": (ConditionalFormat(("share",), 'AND({deal}<>"",{share}<>"",{shares_before}="")', "amber"),),
    "Commission": (
        ConditionalFormat(("position",), '{name}=""', "hidden"),
        ConditionalFormat(("credited_value", "attainment"), "AND(N({target})>0,N({attainment})>=1)", "green ink"),
    ),
    "Recurring": (ConditionalFormat(("ending_value",), "N({ending_value})>0", "amber"),),
    "RecurringMonths": (
        ConditionalFormat(("closing",), "TRUE", "strong"),
        ConditionalFormat(("new_value",), "N({new_value})>0", "green ink"),
        ConditionalFormat(("expansion",), "N({expansion})>0", "green ink"),
        ConditionalFormat(("contraction",), "N({contraction})>0", "red ink"),
        ConditionalFormat(("churn",), "N({churn})>0", "red ink"),
    ),
    "FollowUps": (
        ConditionalFormat(("days_late:owner",), "{done}={yes_no:yes}", "struck"),
        ConditionalFormat(("priority",), "{priority}={priority:high}", "red"),
        ConditionalFormat(("priority",), "{priority}={priority:medium}", "amber"),
        ConditionalFormat(("due", "days_late"), "N({days_late})>0", "red ink"),
    ),
    "Findings": (
        ConditionalFormat(("severity",), "{severity}={severity:block}", "red"),
        ConditionalFormat(("severity",), "{severity}={severity:warn}", "amber"),
    ),
    "Stages": (
        ConditionalFormat(("stage", "kind"), "{kind}={kind:won}", "green ink"),
        ConditionalFormat(("stage", "kind"), "{kind}={kind:lost}", "faded"),
    ),
    "Gates": (
        ConditionalFormat(("gate:active",), "{active}={yes_no:no}", "faded"),
        ConditionalFormat(("effect",), "{effect}={effect:block}", "strong"),
    ),
    "Team": (ConditionalFormat(("person:active",), "{active}={yes_no:no}", "faded"),),
    "Products": (ConditionalFormat(("product:active",), "{active}={yes_no:no}", "faded"),),
    "History": (ConditionalFormat(("left",), f"{{left}}={LAST_DAY_SERIAL}", "dash"),),
}  # fmt: skip

_CONDITION_SLOT = re.compile(r"\{([a-z_0-9]+)(?::([a-z_]+))?\}")


def add_conditional_formats(placed: PlacedTable, language: Language) -> None:
    """Add the conditional formats of *placed*; formulas of a row without a key show nothing."""
    rules = list(CONDITIONAL_FORMATS.get(placed.table.name, ()))
    first = placed.table.name_column
    if any(column.formula for column in placed.table.columns):
        ids = [column.id for column in placed.table.columns if column.formula]
        rules.append(ConditionalFormat(ids, f'{{{first}}}=""', "hidden"))
    for rank, when in enumerate(rules, 1):
        formula = render_condition(when.formula, placed, language)
        rule = Rule(type="expression", dxf=CONDITIONAL_STYLES[when.look], formula=[formula], priority=rank)
        ranges = (placed.body(*columns.split(":")) for columns in when.columns)
        placed.sheet.conditional_formatting.add(" ".join(ranges), rule)


def render_condition(template: str, placed: PlacedTable, language: Language) -> str:
    """Return *template* for the first row of *placed*, in the form used in a conditional format."""

    def slot(match: re.Match[str]) -> str:
        name, choice = match.groups()
        if choice is None:
            return f"${placed.column_letter(name)}{placed.first}"
        return f'"{CHOICES[name][choice].in_(language)}"'

    return _CONDITION_SLOT.sub(slot, template)
