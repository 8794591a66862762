"""Findings about rows of a file, which name the file, the row and the column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.imports.list_extent import NOTE_BELOW_LIST, REPEATED_HEADERS, TOTAL_LINE, group_left_out_rows
from xl_salesflow.locale.texts import Language, Text

_ROW_OF_FILE = Text("{file}, row {row}", "{file}，第 {row} 行")
_CELL_OF_FILE = Text("{file}, row {row}, {header}", "{file}，第 {row} 行，{header}")
_IMPORT_FINDING = Text("{at}: {what}.", "{at}：{what}。")

BAD_NUMBER_IN_FILE = Text(
    "“{text}” is no number; the cell is left blank, type it in the workbook",
    "“{text}”不是数字；单元格留空，请在工作簿中填写",
)
AMBIGUOUS_NUMBER_IN_FILE = Text(
    "“{text}” may mean {first} or {second}; the cell is left blank, write the column's decimal mark into the map",
    "“{text}”可能指 {first} 或 {second}；单元格留空，请在映射中写明该列的小数点",
)
NOT_WHOLE_IN_FILE = Text(
    "“{text}” is no whole number; the cell is left blank, type it in the workbook",
    "“{text}”不是整数；单元格留空，请在工作簿中填写",
)
OTHER_CURRENCY_IN_FILE = Text(
    "“{text}” is in {named}, but the workbook counts in {currency}; the cell is left blank, convert it and type the number",
    "“{text}”的币种为 {named}，而本工作簿以 {currency} 计；单元格留空，请换算后填写数字",
)
BAD_DATE_IN_FILE = Text(
    "“{text}” is no possible date; the cell is left blank, type it in the workbook",
    "“{text}”不是有效日期；单元格留空，请在工作簿中填写",
)
AMBIGUOUS_DATE_IN_FILE = Text(
    "“{text}” may mean {first} or {second}; the cell is left blank, write the order of the column's dates into the map",
    "“{text}”可能指 {first} 或 {second}；单元格留空，请在映射中写明该列日期的顺序",
)
UNLIKELY_DATE_IN_FILE = Text(
    "“{text}” is a day that no deal can mean; the cell is left blank, type it in the workbook",
    "“{text}”不可能是商机的日期；单元格留空，请在工作簿中填写",
)
OTHER_ORDER_IN_FILE = Text(
    "“{text}” is not {order} as other dates of the column are; {day} is taken, please look",
    "“{text}”与该列其他日期的格式 {order} 不同；按 {day} 导入，请核对",
)
PERIOD_IN_FILE = Text("“{text}” is no single day; {day} is taken", "“{text}”不是具体日期；按 {day} 导入")
RELATIVE_DATE_IN_FILE = Text(
    "“{text}” depends on the day it was written; {day} is taken, counted from today",
    "“{text}”取决于填写当日；按今天推算为 {day}",
)
BAD_CHOICE_IN_FILE = Text(
    "“{text}” is none of {known}; the cell is left blank, name it under [values] in the map",
    "“{text}”不在 {known} 之中；单元格留空，可在映射的 [values] 中指定",
)
UNLIKELY_UNIT_IN_FILE = Text(
    "“{text}” in the unit of the header is more than a thousand times the middle of the column; if it was not meant so, "
    "type the amount in the workbook",
    "“{text}”按标题的单位计，超过该列中位数的一千倍；如非此意，请在工作簿中改填金额",
)
BAD_SHARE_IN_FILE = Text(
    "“{text}” is not between 0 and 100 %; the cell is left blank", "“{text}”不在 0 与 100% 之间；单元格留空"
)
BAD_POINTS_IN_FILE = Text("“{text}” is not 0, 1, 2 or 3; the cell is left blank", "“{text}”不是 0、1、2、3；单元格留空")
FAILED_FORMULA_IN_FILE = Text(
    "“{text}” is a formula that failed; the cell is left blank", "“{text}”是出错的公式；单元格留空"
)
UNCALCULATED_IN_FILE = Text(
    "its formula was never calculated; the cell is left blank: open the file in Excel, save it and import it again",
    "公式从未计算过；单元格留空：请用 Excel 打开并保存该文件后重新导入",
)
UNKNOWN_STAGE_IN_FILE = Text(
    "the playbook has no stage “{text}”{nearest}; the stage is left blank, name it under [stages] in the map",
    "销售流程中没有阶段“{text}”{nearest}；阶段留空，可在映射的 [stages] 中指定",
)
NEAREST_STAGE_HINT = Text(" (is it {name}?)", "（是否为 {name}?）")
MISSING_KEY_IN_FILE = Text(
    "no {title}, so the row cannot be told from others; it is left out", "缺少{title}，无法识别该行；已略过"
)
REPEATED_KEY_IN_FILE = Text(
    "{title} “{text}” stands above already, in row {first}; this row is left out",
    "{title}“{text}”已在第 {first} 行出现；该行已略过",
)
RAGGED_ROW_IN_FILE = Text(
    "more cells than headers; what stands to the right of the last header is left out",
    "单元格多于标题；最后一个标题右侧的内容已略过",
)
_TO_LAST_LEFT_OUT_ROW = Text("to row {last}, ", "至第 {last} 行，")
LEFT_OUT_ROWS_OF_FILE: Mapping[str, Text] = MappingProxyType(
    {
        TOTAL_LINE: Text("{to}a line of totals, left out", "{to}合计行，已略过"),
        REPEATED_HEADERS: Text("{to}the headers again, left out", "{to}重复的标题行，已略过"),
        NOTE_BELOW_LIST: Text("{to}a note below the list, left out", "{to}列表下方的说明，已略过"),
    }
)
CUT_TEXT_IN_FILE = Text(
    "longer than a cell can hold; cut after 32,767 characters", "超过单元格容量；已截断为 32,767 个字符"
)
BACKWARD_DATES_IN_FILE = Text(
    "closed {closed} before it was created {created}; both dates are kept, please correct the wrong one",
    "关闭日期 {closed} 早于创建日期 {created}；两个日期均保留，请更正有误的一个",
)

_MOST_COLUMN_FINDINGS = 100  # findings of one kind in one column
_MORE_CELLS_IN_FILE = Text("{count} more cells down to here are alike", "至此另有 {count} 个单元格情况相同")

SEVERAL_PEOPLE_IN_FILE = Text(
    "“{text}” names several people; the first is taken, add the others in the workbook",
    "“{text}”包含多人；已取第一人，其余请在工作簿中补充",
)
POSSIBLE_DUPLICATE_IN_FILE = Text(
    "{name} may be the same as {other}: {why}; both are kept, please take one out or give them one name",
    "{name} 可能与 {other} 重复：{why}；两者均保留，请删除其一或统一名称",
)


def format_place_in_file(file: str, row: int, header: str, language: Language) -> str:
    """Return where a cell (or, without *header*, a row) stands in the file."""
    return (_CELL_OF_FILE if header else _ROW_OF_FILE).in_(language, file=file, row=row, header=header)


def make_import_finding(
    rule: str, says: Text, file: str, row: int, language: Language, *, header: str = "", table: str = "",
    column: str = "", key: str = "", severity: str = "warn", **facts: object,
) -> Finding:  # fmt: skip
    """Return one finding about row *row* of *file*."""
    place = format_place_in_file(file, row, header, language)
    message = _IMPORT_FINDING.in_(language, at=place, what=says.in_(language, **facts))
    return Finding(f"import_{rule}", severity, message, table, key, column, place)


def make_column_findings(
    rule: str, says: Text, file: str, header: str, texts: pd.Series, language: Language, table: str, column: str,
    severity: str = "warn", **facts: str,
) -> Iterator[Finding]:  # fmt: skip
    """Yield a finding for each of *texts* (indexed by row number), cells of *header*; of a flood the first, and how many more."""
    for row, text in texts.iloc[:_MOST_COLUMN_FINDINGS].items():
        yield make_import_finding(
            rule,
            says,
            file,
            int(str(row)),
            language,
            header=header,
            table=table,
            column=column,
            severity=severity,
            text=_shorten_cell_text(text),
            **facts,
        )
    if len(texts) > _MOST_COLUMN_FINDINGS:
        more = f"{len(texts) - _MOST_COLUMN_FINDINGS:,}"
        yield make_import_finding(
            rule, _MORE_CELLS_IN_FILE, file, int(str(texts.index[-1])), language, header=header, table=table, column=column,
            severity=severity, count=more,
        )  # fmt: skip


def make_left_out_findings(
    file: str, rows: Sequence[tuple[int, str]], language: Language, table: str
) -> Iterator[Finding]:
    """Yield a finding for each run of rows of *file* that are none of its list."""
    for first, last, why in group_left_out_rows(rows):
        to = _TO_LAST_LEFT_OUT_ROW.in_(language, last=last) if last > first else ""
        yield make_import_finding(
            "left_out", LEFT_OUT_ROWS_OF_FILE[why], file, first, language, table=table, severity="note", to=to
        )


def _shorten_cell_text(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
