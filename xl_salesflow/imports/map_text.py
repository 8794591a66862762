"""A mapping as TOML that a person reads and edits: every part explained in the workbook's language."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import tomlkit
from tomlkit.items import InlineTable, Table

from xl_salesflow.imports.dates import EITHER
from xl_salesflow.imports.mapping import ColumnMap, FileMap, Mapping, NewStage
from xl_salesflow.imports.targets import TAKES_ROWS, targets
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

_TOP = Text(
    "How files become rows of the workbook. Edit what you like and import again with --map and the name of this file.",
    "文件如何成为工作簿中的各行。可自行修改，再用 --map 加本文件名重新导入。",
)
_REMARKS = Text("How this proposal came about:", "本建议的由来：")
_PLAYBOOK = Text("The sales process of the deals.", "商机使用的销售流程。")
_STARTS = Text(
    "The stage a deal enters on the day it is created; also that of deals without a stage.",
    "商机创建当日进入的阶段；未写阶段的商机也归入此阶段。",
)
_MISSING = Text("Tables that get a row for every name they do not have yet.", "遇到尚无的名称时自动添加一行的表。")
_STAGES = Text(
    "Stage in the files = stage of the playbook. The playbook has: {known}.",
    "文件中的阶段 = 销售流程的阶段。现有阶段：{known}。",
)
_NEW = Text(
    "A stage to add to the playbook; the stages from this position on move one further.",
    "加入销售流程的新阶段；该序号及之后的阶段顺延。",
)
_VALUES = Text(
    "Names to clean up in {title}: as the files write it = as it should be.",
    "“{title}”中需统一的名称：文件中的写法 = 应有的写法。",
)
_FILE = Text(
    'One file. table is one of {tables}; "" leaves the file out.', '一个文件。table 可为 {tables}；"" 表示不导入。'
)
_COLUMNS = Text(
    'Header = our column. "" leaves it out, "notes+" adds it to Notes. Columns: {known}.',
    '标题 = 本系统的列。"" 表示不导入，"notes+" 表示写入备注。可用的列：{known}。',
)
_DATES = Text(
    'dates: yyyy-mm-dd, dd/mm/yyyy or mm/dd/yyyy; decimal: "." or ","; times: what 1 stands for, such as 10000 for 万元.',
    'dates：yyyy-mm-dd、dd/mm/yyyy 或 mm/dd/yyyy；decimal：小数点 "." 或 ","；times：1 代表多少，如万元为 10000。',
)
_ASKED = Text("please choose one", "请选择一种")


def written(mapping: Mapping, language: Language) -> str:
    """Return *mapping* as TOML, with comments in *language*."""
    document = tomlkit.document()
    _explain(document, _TOP.in_(language))
    if mapping.remarks:
        _explain(document, _REMARKS.in_(language), *(f"- {remark}" for remark in mapping.remarks))
    _plain(document, mapping, language)
    known = ", ".join(dict.fromkeys([*mapping.playbook_stages, *mapping.stages.values()]))
    if mapping.stages:
        document.add("stages", _named(mapping.stages, _STAGES.in_(language, known=known)))
    if mapping.new_stages:
        document.add("new_stages", _tables(_new_stage(stage, language) for stage in mapping.new_stages))
    for name, values in mapping.values.items():
        if "values" not in document:
            document.add("values", tomlkit.table(is_super_table=True))
        title = TABLES[name].title.in_(language) if name in TABLES else _list_title(name, language)
        document["values"][name] = _named(values, _VALUES.in_(language, title=title))
    document.add("files", _tables(_file(file, language, first=not at) for at, file in enumerate(mapping.files)))
    return tomlkit.dumps(document)


def _list_title(name: str, language: Language) -> str:
    return TABLES["Lists"].header(name, language) if name in TABLES["Lists"].by_id else name


def _plain(document: tomlkit.TOMLDocument, mapping: Mapping, language: Language) -> None:
    if mapping.playbook:
        _explain(document, _PLAYBOOK.in_(language))
        document.add("playbook", tomlkit.item(mapping.playbook))
    if mapping.starts_in:
        _explain(document, _STARTS.in_(language))
        document.add("starts_in", tomlkit.item(mapping.starts_in))
    if mapping.missing:
        _explain(document, _MISSING.in_(language))
        document.add("missing", tomlkit.item(list(mapping.missing)))
    document.add(tomlkit.nl())


def _named(values: dict[str, str], comment: str) -> Table:
    table = tomlkit.table()
    _explain(table, comment)
    for name, value in values.items():
        table.add(name, tomlkit.item(value))
    table.add(tomlkit.nl())
    return table


def _new_stage(stage: NewStage, language: Language) -> Table:
    table = tomlkit.table()
    _explain(table, _NEW.in_(language))
    for id in ("stage", "position", "kind", "probability"):
        table.add(id, tomlkit.item(getattr(stage, id)))
    table.add(tomlkit.nl())
    return table


def _file(file: FileMap, language: Language, first: bool) -> Table:
    table = tomlkit.table()
    if first:  # what is true of every file is said once
        _explain(table, _FILE.in_(language, tables=", ".join(TAKES_ROWS)))
    for id in ("file", "sheet", "table", "encoding", "delimiter"):
        value = getattr(file, id)
        if value or id in ("file", "table"):
            table.add(id, tomlkit.item(value))
    columns = tomlkit.table()
    known = targets(file.table) if file.table else {}
    if known:
        _explain(columns, _COLUMNS.in_(language, known=", ".join(known)))
    if first:
        _explain(columns, _DATES.in_(language))
    for header, how in file.columns.items():
        item = _column(how)
        if how.to in known:
            item.comment(
                known[how.to].header.in_(language) + (f": {_ASKED.in_(language)}" if how.dates == EITHER else "")
            )
        columns.add(header, item)
    table.add("columns", columns)
    return table


def _column(how: ColumnMap) -> tomlkit.items.String | InlineTable:
    if how == ColumnMap(how.to):
        return tomlkit.string(how.to)
    inline = tomlkit.inline_table()
    for id, blank in (("to", None), ("dates", ""), ("decimal", "."), ("times", 1.0)):
        if (value := getattr(how, id)) != blank:
            inline.append(id, int(value) if id == "times" and float(value).is_integer() else value)
    return inline


def _tables(made: Iterable[Table]) -> tomlkit.items.AoT:
    array = tomlkit.aot()
    for table in made:
        array.append(table)
    return array


def _explain(container: tomlkit.TOMLDocument | Table, *lines: str) -> None:
    for line in lines:
        for part in textwrap.wrap(
            " ".join(line.split()), 110, subsequent_indent="  " if line.startswith("- ") else ""
        ) or [""]:
            container.add(tomlkit.comment("".join(c for c in part if c.isprintable())))
