"""Find the currencies that number formats show: 1500 displayed as 1.500,00 € is an amount in euros."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zipfile import ZipFile

from xl_salesflow.core.written_money import currency_codes_of_text
from xl_salesflow.imports.package_parts import CellPosition, position_of_reference, read_attributes, search_part

_STYLES_PART = "xl/styles.xml"
_NUMBER_FORMAT = re.compile(rb"<numFmt\s[^>]*>")
_CELL_STYLES = re.compile(rb"<cellXfs[\s>].*?</cellXfs>", re.DOTALL)
_CELL_STYLE = re.compile(rb"<xf[\s>][^>]*>")
_STYLED_CELL = re.compile(rb'<c\s[^>]*\bs="[^>]*>')
_SIGN_IN_BRACKETS = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED_WORD = re.compile(r'"([^"]+)"')
_BARE_SIGN = re.compile(r"[€£¥₹₩₽$]")


def find_currency_styles(package: ZipFile) -> Mapping[str, str]:
    """Return cell style number → currency sign, for the styles whose number format shows one."""
    if _STYLES_PART not in package.namelist():
        return {}
    styles = package.read(_STYLES_PART)
    formats = {}
    for attributes in map(read_attributes, _NUMBER_FORMAT.findall(styles)):
        if sign := _sign_of_format(attributes.get("formatCode", "")):
            formats[attributes.get("numFmtId", "")] = sign
    block = _CELL_STYLES.search(styles) if formats else None
    cell_styles = map(read_attributes, _CELL_STYLE.findall(block[0])) if block else ()
    used = (style.get("numFmtId", "") for style in cell_styles)
    return {str(number): formats[format_id] for number, format_id in enumerate(used) if format_id in formats}


def find_currency_cells(package: ZipFile, part: str, styles: Mapping[str, str]) -> Mapping[CellPosition, str]:
    """Return the number cells of the sheet *part* that show a currency, each with its sign."""
    found: dict[CellPosition, str] = {}
    for match in search_part(package, part, _STYLED_CELL, b"<c ") if styles else ():
        cell = read_attributes(match[0])
        sign = styles.get(cell.get("s", ""))
        position = position_of_reference(cell.get("r", "")) if sign and cell.get("t", "n") == "n" else None
        if sign and position:
            found[position] = sign
    return found


def show_currencies(rows: list[list[str]], cells: Mapping[CellPosition, str]) -> frozenset[str]:
    """Append the currency to those *rows* cells that show one; return the resulting texts."""
    texts = set()
    for (row, column), sign in cells.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column]:
            rows[row][column] = f"{sign} {rows[row][column]}"
            texts.add(rows[row][column])
    return frozenset(texts)


def _sign_of_format(code: str) -> str:
    """Return the first currency that a format code shows, ignoring colours, locales and other words."""
    words = [*_SIGN_IN_BRACKETS.findall(code), *_QUOTED_WORD.findall(code)]
    bare = _BARE_SIGN.findall(_SIGN_IN_BRACKETS.sub("", _QUOTED_WORD.sub("", code)))
    return next((word.strip() for word in [*words, *bare] if currency_codes_of_text(word)), "")
