"""Find what Excel refuses, repairs or shows wrongly in a workbook although the schema of the format is satisfied."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

Box = tuple[int, int, int, int]  # first row, first column, last row, last column
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LONGEST = {"promptTitle": 32, "prompt": 255, "errorTitle": 32, "error": 255}
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


class LintedBook:
    """A workbook, its parts as trees."""

    def __init__(self, path: Path) -> None:
        with ZipFile(path) as package:
            names = package.namelist()
            self.doubled = [name for name, count in Counter(map(str.lower, names)).items() if count > 1]
            self.trees = {
                name: etree.fromstring(package.read(name)) for name in names if name.endswith((".xml", ".rels"))
            }
        self.book = self.trees["xl/workbook.xml"]
        targets = self.relations("xl/workbook.xml")
        self.sheets = {
            str(one.get("name")): (targets[str(one.get(_RELATION))], one.get("state", "visible"))
            for one in self.book.iter("{*}sheet")
        }
        self.tables = {
            sheet: [self.trees[part] for part in self.relations(home).values() if "/tables/" in part]
            for sheet, (home, _) in self.sheets.items()
        }

        self.columns = {
            str(table.get("displayName")).casefold(): {
                str(column.get("name")).casefold() for column in table.iter("{*}tableColumn")
            }
            for tables in self.tables.values()
            for table in tables
        }

    def relations(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        tree = self.trees.get(f"{folder}/_rels/{name}.rels")
        return {
            str(one.get("Id")): posixpath.normpath(posixpath.join(folder, str(one.get("Target")))).lstrip("/")
            if not str(one.get("Target")).startswith("/")
            else str(one.get("Target"))[1:]
            for one in (tree if tree is not None else ())
            if one.get("TargetMode") != "External"
        }

    def sheet(self, name: str) -> etree._Element:
        return self.trees[self.sheets[name][0]]


def lint_workbook(path: Path) -> list[str]:
    """Return a line for each fault; none if Excel opens the workbook as it is."""
    book = LintedBook(path)
    checks = (_lint_sheets, _lint_names, _lint_tables, _lint_formulas, _lint_rules, _lint_links, _lint_cells)
    return [
        f"{path.name}: {fault}" for fault in (*map(str, book.doubled), *(f for check in checks for f in check(book)))
    ]


def _lint_sheets(book: LintedBook) -> Iterator[str]:
    for name, count in Counter(map(str.casefold, book.sheets)).items():
        if count > 1 or name == "history" or len(name) > 31 or re.search(r"[\\/?*\[\]:]|^'|'$", name):
            yield f"sheet name {name}"
    view = next(book.book.iter("{*}workbookView"))
    active = list(book.sheets)[int(view.get("activeTab", "0"))]
    if book.sheets[active][1] != "visible":
        yield f"the active sheet {active} is hidden"
    for name in book.sheets:
        for sheet_view in book.sheet(name).iter("{*}sheetView"):
            if sheet_view.get("tabSelected") == "1" and name != active:
                yield f"{name} is selected, but not active: a group of sheets"
            yield from _lint_pane(name, sheet_view)


def _lint_pane(name: str, view: etree._Element) -> Iterator[str]:
    pane = view.find("{*}pane")
    if pane is None:
        return
    across, down = bool(pane.get("xSplit")), bool(pane.get("ySplit"))
    panes = {"bottomRight": across and down, "bottomLeft": down, "topRight": across, "topLeft": True}
    if not panes.get(pane.get("activePane", "topLeft")):
        yield f"{name}: pane {dict(pane.attrib)}"
    for selection in view.iter("{*}selection"):
        if not panes[selection.get("pane", "topLeft")]:
            yield f"{name}: a selection in a pane that is not there"


def _lint_names(book: LintedBook) -> Iterator[str]:
    names = list(book.book.iter("{*}definedName"))
    tables = {str(table.get("displayName")).casefold() for tables in book.tables.values() for table in tables}
    for key, count in Counter((str(one.get("name")).casefold(), one.get("localSheetId")) for one in names).items():
        if count > 1:
            yield f"name {key} twice"
    for one in names:
        name, text = str(one.get("name")), one.text or ""
        if not name.startswith("_xlnm.") and (
            not re.fullmatch(r"[^\W\d][\w.\\?]*|\\[\w.]*", name)
            or re.fullmatch(r"[A-Za-z]{1,3}\d{1,7}|(?i:r\d*c\d*|[rc])", name)
            or name.casefold() in tables
        ):
            yield f"name {name}"
        if "#REF!" in text or len(text) > 8192:
            yield f"name {name}: {text[:60]}"
        yield from (f"name {name}: {fault}" for fault in _lint_references(book, text))


def _lint_tables(book: LintedBook) -> Iterator[str]:
    every = [table for tables in book.tables.values() for table in tables]
    for attribute in ("id", "displayName"):
        for value, count in Counter(str(table.get(attribute)).casefold() for table in every).items():
            if count > 1:
                yield f"table {attribute} {value} twice"
    for sheet, tables in book.tables.items():
        cells = {str(cell.get("r")): cell for cell in book.sheet(sheet).iter("{*}c")}
        boxes = {str(table.get("displayName")): _box(str(table.get("ref"))) for table in tables}
        merged = [_box(str(one.get("ref"))) for one in book.sheet(sheet).iter("{*}mergeCell")]
        for name, box in boxes.items():
            if any(_overlap(box, other) for other in merged):
                yield f"{sheet}: merged cells in the table {name}"
        for (one, box), (other, its) in combinations(boxes.items(), 2):
            if _overlap(box, its):
                yield f"{sheet}: the tables {one} and {other} overlap"
        for table in tables:
            yield from _lint_table(table, boxes[str(table.get("displayName"))], cells)


def _lint_table(table: etree._Element, box: Box, cells: dict[str, etree._Element]) -> Iterator[str]:
    name, columns = table.get("displayName"), list(table.iter("{*}tableColumn"))
    top, left, bottom, right = box
    headers = Counter(str(column.get("name")).casefold() for column in columns)
    ids = Counter(column.get("id") for column in columns)
    if right - left + 1 != len(columns) or bottom <= top or max(headers.values()) > 1 or max(ids.values()) > 1:
        yield f"table {name}: {table.get('ref')} with {len(columns)} columns {headers.most_common(1)}"
    rows = range(top + 1, bottom + 1 - int(table.get("totalsRowCount", "0")))
    for at, column in enumerate(columns, left):
        header = cells.get(f"{_letters(at)}{top}")
        if header is None or header.get("t") not in ("s", "inlineStr", "str") or header.find("{*}f") is not None:
            yield f"table {name}: the header {column.get('name')} is no text"
        elif header.get("t") == "inlineStr" and _text_of(header) != str(column.get("name")).replace("_x000a_", "\n"):
            yield f"table {name}: the header {column.get('name')} says {_text_of(header)}"
        formula = column.find("{*}calculatedColumnFormula")
        if formula is not None:
            found = {_formula_of(cells.get(f"{_letters(at)}{row}")) for row in rows}
            if found - {formula.text}:
                yield f"table {name}: {column.get('name')} is not calculated in every row"


def _lint_formulas(book: LintedBook) -> Iterator[str]:
    for sheet in book.sheets:
        arrays: list[Box] = []
        for cell in book.sheet(sheet).iter("{*}c"):
            formula = cell.find("{*}f")
            if formula is None:
                continue
            text, place = formula.text or "", f"{sheet}!{cell.get('r')}"
            if formula.get("t") == "array":
                arrays.append(_box(str(formula.get("ref"))))
            yield from (f"{place}: {fault}" for fault in _lint_formula(text))
            yield from (f"{place}: {fault}" for fault in _lint_references(book, text))
        if any(_overlap(one, other) for one, other in combinations(arrays, 2)):
            yield f"{sheet}: array formulas overlap"


def _lint_formula(text: str) -> Iterator[str]:
    if len(text) > 8192 or text.startswith("="):
        yield f"formula {text[:40]}"
    if any(len(literal) > 255 for literal in re.findall(r'"((?:[^"]|"")*)"', text)):
        yield "a text of more than 255 letters in a formula"
    depth = deepest = 0
    for sign in re.sub(r'"[^"]*"', "", text):
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    if depth or deepest > 64:
        yield f"brackets of {text[:40]}"


def _lint_references(book: LintedBook, text: str) -> Iterator[str]:
    bare = re.sub(r'"[^"]*"', '""', text)
    for sheet in re.findall(r"'((?:[^']|'')+)'!", bare):
        if sheet.replace("''", "'") not in book.sheets:
            yield f"no sheet {sheet}"
    for table, inside in re.findall(r"([^\W\d]\w*)\[((?:[^\[\]]|\[[^\]]*\])*)\]", bare):
        columns = book.columns.get(table.casefold())
        if columns is None:
            yield f"no table {table}"
            continue
        for part in re.findall(r"\[([^\]]*)\]", inside) or [inside]:
            column = re.sub(r"'(.)", r"\1", part.lstrip("@"))
            if column and not column.startswith("#") and column.casefold() not in columns:
                yield f"no column {column} in {table}"


def _lint_rules(book: LintedBook) -> Iterator[str]:
    formats = book.trees["xl/styles.xml"].find("{*}dxfs")
    for sheet in book.sheets:
        boxes: list[tuple[Box, str]] = []
        for one in book.sheet(sheet).iter("{*}dataValidation"):
            cells = str(one.get("sqref"))
            boxes += [(_box(ref), cells) for ref in cells.split()]
            if any(len(formula.text or "") > 255 or "[" in _bare(formula.text) for formula in one):
                yield f"{sheet}: the validation of {cells}"
            if any(len(one.get(attribute, "")) > most for attribute, most in _LONGEST.items()):
                yield f"{sheet}: the prompt of {cells} is too long"
        for (box, cells), (its, other) in combinations(boxes, 2):
            if cells != other and _overlap(box, its):
                yield f"{sheet}: the validations of {cells} and {other} overlap"
        for rule in book.sheet(sheet).iter("{*}cfRule"):
            if int(rule.get("dxfId", "0")) >= (0 if formats is None else len(formats)):
                yield f"{sheet}: a conditional format without its look"
            if any(re.search(r"[\[{]", _bare(formula.text)) for formula in rule.iter("{*}formula")):
                yield f"{sheet}: a conditional format with a table or an array"


def _lint_links(book: LintedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for link in book.sheet(sheet).iter("{*}hyperlink"):
            home = str(link.get("location", "")).rpartition("!")[0]
            if home and home.strip("'").replace("''", "'") not in book.sheets:
                yield f"{sheet}: a link to {home}"
            if home and not home.startswith("'") and not re.fullmatch(r"\w+", home):
                yield f"{sheet}: the link to {home} lacks quotation marks"
    for part in (name for name in book.trees if "/charts/chart" in name and not name.endswith(".rels")):
        for formula in book.trees[part].iter("{*}f"):
            yield from (f"{part}: {fault}" for fault in _lint_references(book, formula.text or ""))


def _lint_cells(book: LintedBook) -> Iterator[str]:
    styles = list(book.trees["xl/styles.xml"].find("{*}cellXfs"))  # type: ignore[arg-type]
    texts = {number for number, style in enumerate(styles) if style.get("numFmtId") == "49"}
    for sheet in book.sheets:
        before = 0
        for row in book.sheet(sheet).iter("{*}row"):
            number, column = int(str(row.get("r"))), 0
            if number <= before:
                yield f"{sheet}: row {number} out of order"
            before = number
            for cell in row:
                place = _box(str(cell.get("r")))
                style = int(cell.get("s", "0"))
                if place[0] != number or place[1] <= column or style >= len(styles):
                    yield f"{sheet}!{cell.get('r')}: order or style"
                column = place[1]
                if style in texts and cell.find("{*}f") is not None:
                    yield f"{sheet}!{cell.get('r')}: a formula shown as text"
                if len(_text_of(cell)) > 32767 or cell.get("t") == "e":
                    yield f"{sheet}!{cell.get('r')}: an error or an endless text"


def _bare(formula: str | None) -> str:
    return re.sub(r'"[^"]*"', '""', formula or "")


def _text_of(cell: etree._Element) -> str:
    return "".join(text.text or "" for text in cell.iter("{*}t")) or str(cell.findtext("{*}v") or "")


def _formula_of(cell: etree._Element | None) -> str | None:
    return None if cell is None else cell.findtext("{*}f")


def _box(reference: str) -> Box:
    corners = [(int(row), _column(letters)) for letters, row in _CELL.findall(reference)]
    rows, columns = zip(*corners, strict=True)
    return min(rows), min(columns), max(rows), max(columns)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    return (_letters((column - 1) // 26) if column > 26 else "") + chr(65 + (column - 1) % 26)


def _overlap(one: Iterable[int], other: Iterable[int]) -> bool:
    top, left, bottom, right = one
    its_top, its_left, its_bottom, its_right = other
    return top <= its_bottom and its_top <= bottom and left <= its_right and its_left <= right
