"""What cell readers do not give: the currencies and thousands that number formats show, and formulas never calculated."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from zipfile import ZipFile

from xl_salesflow.core.written_money import currency_codes_of_text
from xl_salesflow.imports.import_values import UNCALCULATED_FORMULA
from xl_salesflow.ooxml.excel_notation import column_number

_UNCALCULATED_CELL = re.compile(
    rb"<c\s(?P<attributes>[^<>]*)>\s*<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


def find_uncalculated_cells(package: ZipFile, part: str) -> frozenset[CellPosition]:
    """Return the cells of the sheet *part* whose formulas have no result; an empty text is a result."""
    cells = (read_attributes(match["attributes"]) for match in search_part(package, part, _UNCALCULATED_CELL, b"<f"))
    positions = (position_of_reference(cell.get("r", "")) for cell in cells if cell.get("t") != "str")
    return frozenset(position for position in positions if position)


def mark_uncalculated_cells(
    rows: Sequence[Sequence[str]], cells: Iterable[CellPosition], first: int, width: int
) -> Sequence[Sequence[str]]:
    """Return *rows* with a mark in each cell of the list that was not calculated: from row *first* on, in *width* columns."""
    within = [(row, column) for row, column in cells if first <= row < len(rows) and column < width]
    if not within:
        return rows
    marked = [list(row) for row in rows]
    for row, column in within:
        marked[row] += [""] * (column + 1 - len(marked[row]))
        marked[row][column] = UNCALCULATED_FORMULA
    return marked


CellPosition = tuple[int, int]
"""Row and column, counted from 0."""

WORKBOOK_PART = "xl/workbook.xml"
_RELATIONSHIPS_PART = "xl/_rels/workbook.xml.rels"
_SEARCHED_CHUNK = 1 << 20
_LONGEST_MATCH = 1 << 14
_SHEET_ELEMENT = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
_RELATIONSHIP_ELEMENT = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_ELEMENT_ATTRIBUTE = re.compile(rb"""(?<![\w:])([\w:]++)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def list_sheet_parts(package: ZipFile) -> list[str]:
    """Return the part of each sheet, in the order of the workbook; "" if there is none."""
    names = set(package.namelist())
    if not {WORKBOOK_PART, _RELATIONSHIPS_PART} <= names:
        return []
    relationships = map(read_attributes, _RELATIONSHIP_ELEMENT.findall(package.read(_RELATIONSHIPS_PART)))
    targets = {attributes.get("Id", ""): attributes.get("Target", "") for attributes in relationships}
    sheets = map(read_attributes, _SHEET_ELEMENT.findall(package.read(WORKBOOK_PART)))
    parts = (_part_of_target(targets.get(sheet.get("r:id", ""), "")) for sheet in sheets)
    return [part if part in names else "" for part in parts]


def search_part(package: ZipFile, part: str, pattern: re.Pattern[bytes], hint: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the matches of *pattern* in *part*, chunk by chunk, skipping chunks without *hint*.

    A match may be yielded twice.
    """
    with package.open(part) as stream:
        tail = b""
        while chunk := stream.read(_SEARCHED_CHUNK):
            text = tail + chunk
            if hint in text:
                yield from pattern.finditer(text)
            tail = chunk[-_LONGEST_MATCH:]


def read_attributes(element: bytes) -> dict[str, str]:
    """Return the attributes in an element's tag."""
    return {
        match[1].decode("utf-8", "replace"): html.unescape((match[2] or match[3] or b"").decode("utf-8", "replace"))
        for match in _ELEMENT_ATTRIBUTE.finditer(element)
    }


def position_of_reference(reference: str) -> CellPosition | None:
    """Return the position of a cell reference such as F2, or None."""
    match = _CELL_REFERENCE.fullmatch(reference)
    if match is None:
        return None
    return int(match[2]) - 1, column_number(match[1]) - 1


def _part_of_target(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s(?=[^<>]*\bhidden="(?:1|true)")[^<>]*\br="(\d{1,9})"')


def find_hidden_rows(package: ZipFile, part: str) -> tuple[int, ...]:
    """Return the numbers of the rows of the sheet *part* that a filter or a person has hidden."""
    return tuple(sorted({int(match[1]) for match in search_part(package, part, _HIDDEN_ROW, b"hidden=")}))


_FAILED_CELL = re.compile(
    rb'<c\s(?=[^<>]*\bt="e")(?P<attributes>[^<>]*)>\s*(?:<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*)?<v>(?P<error>#[^<]{1,20})</v>'
)
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\s(?=[^<>]*\bhidden="(?:1|true)")(?P<attributes>[^<>]*)>')
_MOST_COLUMNS = 16_384


def find_failed_cells(package: ZipFile, part: str) -> Mapping[CellPosition, str]:
    """Return the cells of the sheet *part* that show an error, such as #N/A; the reader of cells takes them for blank."""
    found: dict[CellPosition, str] = {}
    for match in search_part(package, part, _FAILED_CELL, b't="e"'):
        position = position_of_reference(read_attributes(match["attributes"]).get("r", ""))
        if position:
            found[position] = match["error"].decode("ascii", "replace")
    return found


def find_hidden_columns(package: ZipFile, part: str) -> frozenset[int]:
    """Return the columns of the sheet *part* that a person has hidden, counted from 0."""
    found: set[int] = set()
    for match in search_part(package, part, _HIDDEN_COLUMNS, b"hidden="):
        attributes = read_attributes(match["attributes"])
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal():
            found.update(range(int(first) - 1, min(int(last), _MOST_COLUMNS)))
    return frozenset(found)


def show_errors(rows: list[list[str]], cells: Mapping[CellPosition, str]) -> None:
    """Write the errors of *cells* into the *rows* in which they look blank."""
    for (row, column), error in cells.items():
        if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
            rows[row][column] = error


_STYLES_PART = "xl/styles.xml"
_NUMBER_FORMAT = re.compile(rb"<numFmt\s[^<>]*>")
_CELL_STYLES = re.compile(rb"<cellXfs[\s>](?:[^<]++|<(?!/?cellXfs[\s/>]))*+</cellXfs>", re.DOTALL)
_CELL_STYLE = re.compile(rb"<xf[\s>][^<>]*>")
_STYLED_CELL = re.compile(rb'<c\s[^<>]*\bs="[^<>]*>')
_SIGN_IN_BRACKETS = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED_WORD = re.compile(r'"([^"]+)"')
_BRACKETED_PART = re.compile(r"\[[^\]]*\]")
_SCALING_COMMA = re.compile(r"[0#?],+(?![0#?,])")
_DRAWN_POINT = re.compile(r"""0(?:[!\\]\.|"\.")[0#?]""")
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_BARE_SIGN = re.compile(r"[€£¥₹₩₽$]")


def find_currency_styles(package: ZipFile) -> Mapping[str, str]:
    """Return cell style number → currency sign, for the styles whose number format shows one."""
    return _find_styles(package, _sign_of_format)


def find_scaled_styles(package: ZipFile) -> Mapping[str, str]:
    """Return cell style number → format code, for the styles whose number format shows thousands or millions."""
    return _find_styles(package, lambda code: code if _is_scaled_format(code) else "")


def _find_styles(package: ZipFile, judge: Callable[[str], str]) -> Mapping[str, str]:
    """Return cell style number → what *judge* says of its format code, unless that is blank."""
    if _STYLES_PART not in package.namelist():
        return {}
    styles = package.read(_STYLES_PART)
    formats = {}
    for attributes in map(read_attributes, _NUMBER_FORMAT.findall(styles)):
        if said := judge(attributes.get("formatCode", "")):
            formats[attributes.get("numFmtId", "")] = said
    block = _CELL_STYLES.search(styles) if formats else None
    cell_styles = map(read_attributes, _CELL_STYLE.findall(block[0])) if block else ()
    used = (style.get("numFmtId", "") for style in cell_styles)
    return {str(number): formats[format_id] for number, format_id in enumerate(used) if format_id in formats}


def find_styled_cells(package: ZipFile, part: str, styles: Mapping[str, str]) -> Mapping[CellPosition, str]:
    """Return the number cells of the sheet *part* that have one of *styles*, each with what *styles* says of it."""
    found: dict[CellPosition, str] = {}
    for match in search_part(package, part, _STYLED_CELL, b"<c ") if styles else ():
        cell = read_attributes(match[0])
        said = styles.get(cell.get("s", ""))
        position = position_of_reference(cell.get("r", "")) if said and cell.get("t", "n") == "n" else None
        if said and position:
            found[position] = said
    return found


def show_currencies(rows: list[list[str]], cells: Mapping[CellPosition, str]) -> frozenset[str]:
    """Append the currency to those *rows* cells that show one; return the resulting texts."""
    texts = set()
    for (row, column), sign in cells.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column]:
            rows[row][column] = f"{sign} {rows[row][column]}"
            texts.add(rows[row][column])
    return frozenset(texts)


def divide_scaled_cells(
    rows: Sequence[Sequence[str]], cells: Iterable[CellPosition], first: int, times: Mapping[int, float]
) -> tuple[Sequence[Sequence[str]], frozenset[str]]:
    """Return *rows* with scaled cells in the unit of their column, and the resulting texts.

    *times* is column → what 1 stands for. A cell whose number format shows thousands holds the whole amount, which must
    not be multiplied by the unit again.
    """
    within = [(row, column) for row, column in cells if first <= row < len(rows) and column in times]
    if not within:
        return rows, frozenset()
    divided, texts = [list(row) for row in rows], set[str]()
    for row, column in within:
        sign, _, number = divided[row][column].rpartition(" ") if column < len(divided[row]) else ("", "", "")
        if _PLAIN_NUMBER.fullmatch(number):
            amount = format(Decimal(number) / Decimal(str(times[column])), "f")
            divided[row][column] = f"{sign} {amount}".strip()
            texts.add(divided[row][column])
    return divided, frozenset(texts)


def _is_scaled_format(code: str) -> bool:
    """Return whether a format code divides: by a comma behind the digits, or by a point that is only drawn (0!.0,)."""
    bare = _QUOTED_WORD.sub("", _BRACKETED_PART.sub("", code))
    return _SCALING_COMMA.search(bare) is not None or _DRAWN_POINT.search(code) is not None


def _sign_of_format(code: str) -> str:
    """Return the first currency that a format code shows, ignoring colours, locales and other words."""
    words = [*_SIGN_IN_BRACKETS.findall(code), *_QUOTED_WORD.findall(code)]
    bare = _BARE_SIGN.findall(_SIGN_IN_BRACKETS.sub("", _QUOTED_WORD.sub("", code)))
    return next((word.strip() for word in [*words, *bare] if currency_codes_of_text(word)), "")
