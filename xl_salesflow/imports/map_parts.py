"""The parts of an import map (columns, files, new stages) and the comments in its TOML."""

from __future__ import annotations

from dataclasses import dataclass, field

from xl_salesflow.core.written_columns import is_open_choice
from xl_salesflow.locale.texts import Text

OPEN_RATE = 0.0
"""The rate of a currency that a person has to give."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What becomes of a column: *to* is a target's id ("" is left out), *dates* how its days are written, *decimal* its
    decimal mark, *times* what one stands for (10000 where the header says 万元), *currency* what its amounts are in where that
    is not the workbook's, *rate* what one of that currency is in the workbook's (None: nobody says, OPEN_RATE: asked).

    Several choices in *dates* or *decimal*, parted by "or", are a question too."""

    to: str = ""
    dates: str = ""
    decimal: str = "."
    times: float = 1.0
    currency: str = ""
    rate: float | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """Return which of its parts a person has to decide: dates, decimal, rate."""
        if not self.to:
            return ()
        open_parts = (is_open_choice(self.dates), is_open_choice(self.decimal), self.rate == OPEN_RATE)
        return tuple(part for part, asks in zip(("dates", "decimal", "rate"), open_parts, strict=True) if asks)


@dataclass(frozen=True)
class FileMap:
    """What becomes of a file or of one sheet of it: *table* is a table's name ("" is left out)."""

    file: str
    table: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: dict[str, ColumnMap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage to add to the playbook; the stages from *position* on move one further."""

    stage: str
    position: int
    kind: str
    probability: float


MAP_COMMENT = Text(
    "How files become rows of the workbook. Edit what you like and import again with --map and the name of this file.",
    "文件如何成为工作簿中的各行。可自行修改，再用 --map 加本文件名重新导入。",
)
MAP_NOTES_COMMENT = Text("How this proposal came about:", "本建议的由来：")
MAP_PLAYBOOK_COMMENT = Text("The sales process of the deals.", "商机使用的销售流程。")
MAP_STARTS_IN_COMMENT = Text(
    "The stage a deal enters on the day it is created; also that of deals without a stage.",
    "商机创建当日进入的阶段；未写阶段的商机也归入此阶段。",
)
MAP_MISSING_COMMENT = Text(
    "Tables that get a row for every name they do not have yet.", "遇到尚无的名称时自动添加一行的表。"
)
MAP_STAGES_COMMENT = Text(
    "Stage in the files = stage of the playbook. The playbook has: {known}.",
    "文件中的阶段 = 销售流程的阶段。现有阶段：{known}。",
)
MAP_NEW_STAGE_COMMENT = Text(
    "A stage to add to the playbook; the stages from this position on move one further.",
    "加入销售流程的新阶段；该序号及之后的阶段顺延。",
)
MAP_VALUES_COMMENT = Text(
    "Names to clean up in {title}: as the files write it = as it should be.",
    "“{title}”中需统一的名称：文件中的写法 = 应有的写法。",
)
MAP_FILE_COMMENT = Text(
    'One file. table is one of {tables}; "" leaves the file out.', '一个文件。table 可为 {tables}；"" 表示不导入。'
)
MAP_COLUMNS_COMMENT = Text(
    'Header = our column. "" leaves it out, "notes+" adds it to Notes. Columns: {known}.',
    '标题 = 本系统的列。"" 表示不导入，"notes+" 表示写入备注。可用的列：{known}。',
)
MAP_DATES_COMMENT = Text(
    'dates: yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, yy-mm-dd, or yyyy-dd-mm where days and months were swapped; decimal: "." or ","; '
    "times: what 1 stands for, such as 10000 for 万元; currency and rate: what the amounts are in, and what 1 of it is in the "
    "workbook's currency.",
    'dates：yyyy-mm-dd、dd/mm/yyyy、mm/dd/yyyy、yy-mm-dd，日月颠倒时为 yyyy-dd-mm；decimal：小数点 "." 或 ","；'
    "times：1 代表多少，如万元为 10000；currency 与 rate：金额的币种，以及一单位折合多少本位币。",
)
MAP_RATE_COMMENT = Text("please write the rate", "请填写汇率")
MAP_CHOOSE_COMMENT = Text("please choose one", "请选择一种")
