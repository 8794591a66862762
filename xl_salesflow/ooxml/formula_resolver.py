"""Resolve the tables and names in a formula to cell references, and list the cells it reads.

Structured references and defined names become absolute references with their sheet, so that the formula means the same
in any cell. What cannot be resolved from the text (INDIRECT, a name that means another cell in every row) is reported, not
guessed, and counts as reading every cell of the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from xl_salesflow.ooxml.cell_references import FORMULA_TOKEN, Area, CellRange, cell_address
from xl_salesflow.ooxml.excel_notation import quote_sheet_name, unquote_sheet_name
from xl_salesflow.ooxml.workbook_parts import ExcelTable

_TABLE_SPECIFIER = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_SPECIFIER_ESCAPE = re.compile(r"'(.)")
_FIXED_REFERENCE = re.compile(r"\$[A-Za-z]{1,3}\$[0-9]+(:\$[A-Za-z]{1,3}\$[0-9]+)?|\$[A-Za-z]{1,3}:\$[A-Za-z]{1,3}")
_NUMBER_WORD = re.compile(r"\d*\.?\d+(?:[eE]\d*)?|\d+\.")
_WHOLE_NUMBER_ARGUMENT = re.compile(r"(?<=[,(])[0-9]+(?=[,)])")
_NUMBER_PLACEHOLDER = "00000"
_DEPENDS_ON_PLACE = re.compile(r"""@|#this row|(?<![\w.])\[|'|"[^"]*[0-9][^"]*"|00000""", re.IGNORECASE)
"""What a formula contains if its meaning depends on its row, or if its numbers cannot be told from text at a glance."""
_LOGICAL_CONSTANTS = {"TRUE", "FALSE"}
_THIS_WORKBOOK = "[0]"  # how Excel writes the workbook itself in front of one of its names
_DYNAMIC_FUNCTIONS = {"INDIRECT", "OFFSET"}  # the cells they read are known only when they are calculated


class FormulaToken(NamedTuple):
    """A piece of a resolved formula: its kind, its text, the cells it refers to."""

    kind: str  # range, function, text, number, word, other, unknown
    text: str
    range: CellRange | None = None


@dataclass(frozen=True, slots=True)
class ResolvedFormula:
    """A formula in pieces; `unknown` names what could not be resolved, `reads_anywhere` means that it may read any cell."""

    tokens: tuple[FormulaToken, ...]
    unknown: str | None = None
    reads_anywhere: bool = False

    @property
    def text(self) -> str:
        """Return the formula with cell references only."""
        return "".join(
            _whole_range_text(token)
            if token.range and [before.text for before in self.tokens[max(at - 2, 0) : at]] == ["INDEX", "("]
            else token.text
            for at, token in enumerate(self.tokens)
        )

    @property
    def ranges(self) -> list[CellRange]:
        """Return the ranges that it reads."""
        return [token.range for token in self.tokens if token.range]

    @property
    def functions(self) -> set[str]:
        """Return the functions that it calls, in capitals, without the prefixes of newer functions."""
        return {token.text for token in self.tokens if token.kind == "function"}


class FormulaResolver:
    """Resolves the formulas of one workbook; each reference and name is resolved once."""

    def __init__(
        self,
        sheets: Iterable[str],
        tables: Mapping[str, ExcelTable],
        names: Mapping[str, str],
        repeated: Collection[str] = (),
    ) -> None:
        """Store the workbook's sheets, its tables by name, the text of each defined name, and names defined repeatedly."""
        self._sheets = {name.casefold(): name for name in sheets}
        self._tables, self._names, self._repeated = tables, names, repeated
        self._names_in_progress: set[str] = set()  # names may refer to one another
        self._resolved_names: dict[str, ResolvedFormula | None] = {}
        self._shapes: dict[tuple[str, str], ResolvedFormula] = {}  # sheet, formula with placeholders for its numbers
        self.area, self._columns = cache(self._area), cache(self._columns_of)

    def __call__(self, formula: str, sheet: str, row: int) -> ResolvedFormula:
        """Resolve the formula of a cell in a row of a sheet; formulas that differ only in numbers are walked once."""
        if _DEPENDS_ON_PLACE.search(formula):
            return _FormulaWalk(self, formula, sheet, row).result()
        numbers = _WHOLE_NUMBER_ARGUMENT.findall(formula)
        shape = _WHOLE_NUMBER_ARGUMENT.sub(_NUMBER_PLACEHOLDER, formula) if numbers else formula
        if (sheet, shape) not in self._shapes:
            self._shapes[sheet, shape] = _FormulaWalk(self, shape, sheet, row).result()
        return _put_numbers(self._shapes[sheet, shape], numbers) if numbers else self._shapes[sheet, shape]

    def _area(self, sheet: str, ref: str) -> FormulaToken | None:
        """Return a reference as a token; None if there is no such sheet or cell."""
        area, name = Area.find(ref), self._sheets.get(sheet.casefold())
        return _range_token(name, area, ref) if area and name else None

    def sheets_between(self, first: str, last: str) -> list[str]:
        """Return the sheets from one to another, in their order; none if one of them does not exist."""
        order = [*self._sheets]
        if not {first.casefold(), last.casefold()} <= self._sheets.keys():
            return []
        places = sorted((order.index(first.casefold()), order.index(last.casefold())))
        return [self._sheets[name] for name in order[places[0] : places[1] + 1]]

    def is_defined_name(self, name: str) -> bool:
        """Return whether a word is a defined name, so that it may read cells."""
        return name in self._names or name.casefold() in self._repeated

    def name(self, name: str) -> ResolvedFormula | None:
        """Return what a table or a defined name refers to; None if that depends on the cell with the formula."""
        key = name.casefold()
        if self._names_in_progress:  # inside another name, which may lead back to this one
            return self._name(name, key)
        if key not in self._resolved_names:
            self._resolved_names[key] = self._name(name, key)
        return self._resolved_names[key]

    def _name(self, name: str, key: str) -> ResolvedFormula | None:
        if table := self._tables.get(name):
            return ResolvedFormula((_range_token(table.sheet, table.body),))
        text = self._names.get(name)
        if text is None or key in self._names_in_progress:
            return None
        self._names_in_progress.add(key)
        resolved = _FormulaWalk(self, text, "", 0, fixed=True).result()
        self._names_in_progress.discard(key)
        if len(resolved.tokens) == 1:
            return resolved
        tokens = (_OPENING_PARENTHESIS, *resolved.tokens, _CLOSING_PARENTHESIS)
        return ResolvedFormula(tokens, resolved.unknown, resolved.reads_anywhere)

    def structured(self, table: ExcelTable | None, specifiers: str, row: int, sheet: str) -> FormulaToken | None:
        """Return what the specifiers of a table refer to in a formula in a row of a sheet."""
        if table is None and (table := self._around(row, sheet)) is None:
            return None
        columns, keywords = self._columns(table.name, specifiers)
        rows = _rows_of_keywords(table, keywords, row)
        if rows is None or columns is None:
            return None
        return _range_token(table.sheet, Area(rows[0], columns[0], rows[1], columns[1]))

    def _columns_of(self, name: str, specifiers: str) -> tuple[tuple[int, int] | None, frozenset[str]]:
        """Return the first and last column of specifiers (None for unknown columns), and their keywords."""
        table, inside = self._tables[name], specifiers[1:-1]
        parts = _TABLE_SPECIFIER.findall(inside) if inside.startswith("[") else [inside] if inside else []
        keywords = frozenset(part.casefold() for part in parts if part.startswith("#"))
        columns = [part for part in parts if not part.startswith("#")]
        if len(columns) > 2 or (len(columns) == 2 and "]:[" not in inside):
            return None, keywords
        try:
            found = [table.column(_SPECIFIER_ESCAPE.sub(r"\1", name)) for name in columns] or [
                table.first_col,
                table.last_col,
            ]
        except KeyError:
            return None, keywords
        return (min(found), max(found)), keywords

    def table(self, name: str) -> ExcelTable | None:
        """Return a table by its name."""
        return self._tables.get(name)

    def _around(self, row: int, sheet: str) -> ExcelTable | None:
        """Return the table around a row, which may be its row of totals."""
        inside = [t for t in self._tables.values() if t.sheet == sheet and t.first_row <= row <= t.area.last_row]
        return inside[0] if len(inside) == 1 else None


def _put_numbers(shape: ResolvedFormula, numbers: Iterable[str]) -> ResolvedFormula:
    """Return a formula with its numbers in the places of the placeholders."""
    following = iter(numbers)
    tokens = tuple(
        FormulaToken("number", next(following)) if token.text == _NUMBER_PLACEHOLDER else token
        for token in shape.tokens
    )
    return ResolvedFormula(tokens, shape.unknown, shape.reads_anywhere)


def _rows_of_keywords(table: ExcelTable, keywords: Collection[str], row: int) -> tuple[int, int] | None:
    """Return the rows of keywords such as #Totals; None if the table does not have them."""
    if keywords == {"#this row"}:
        return (row, row) if table.first_row <= row <= table.last_row else None
    spans = {
        "#all": (table.area.first_row, table.area.last_row),
        "#data": (table.first_row, table.last_row),
        "#headers": (table.header_row, table.header_row) if table.header_row else None,
        "#totals": (table.area.last_row,) * 2 if table.has_totals else None,
    }
    chosen = [spans.get(keyword) for keyword in keywords or {"#data"}]
    known = [span for span in chosen if span]
    if len(known) < len(chosen):
        return None
    return min(span[0] for span in known), max(span[1] for span in known)


def _whole_range_text(token: FormulaToken) -> str:
    """Return a range with rows and columns: of B:B the engine sees only the used rows, and INDEX fails below them."""
    assert token.range is not None
    sheet = token.text.rpartition("!")[0]
    area = token.range.area
    corners = (cell_address(area.first_row, area.first_col), cell_address(area.last_row, area.last_col))
    return f"{sheet}!{_absolute_reference(':'.join(corners))}"


@lru_cache(10_000)
def _range_token(sheet: str, area: Area, ref: str | None = None) -> FormulaToken:
    """Return a range as a token that means the same in any cell."""
    text = f"{quote_sheet_name(sheet)}!{_absolute_reference(ref or str(area))}"
    return FormulaToken("range", text, CellRange(sheet.casefold(), area))


def _absolute_reference(ref: str) -> str:
    return re.sub(r"([A-Za-z]{1,3})|([0-9]{1,7})", lambda part: f"${part.group()}", ref.replace("$", ""))


_OPENING_PARENTHESIS, _CLOSING_PARENTHESIS = FormulaToken("other", "("), FormulaToken("other", ")")


class _FormulaWalk:
    """One pass over the tokens of a formula; in the formula of a name, only *fixed* references are resolved."""

    def __init__(self, resolver: FormulaResolver, formula: str, sheet: str, row: int, fixed: bool = False) -> None:
        self._resolver, self._formula, self._sheet, self._row = resolver, formula, sheet, row
        self._fixed = fixed
        self._tokens: list[FormulaToken] = []
        self._unknown: str | None = None
        self._reads_anywhere = False
        self._prefix: str | None = None  # the sheet of the next reference, "" for one of another workbook
        self._word: str | None = None  # a word whose kind is decided by the next token

    def result(self) -> ResolvedFormula:
        end = 0
        kinds: dict[str, Callable[[str], None]] = {
            "text": lambda text: self._add(FormulaToken("text", text)),
            "sheet": self._sheet_prefix,
            "book": self._brackets,
            "ref": self._reference,
            "word": self._remember,
        }
        for match in FORMULA_TOKEN.finditer(self._formula):
            self._between(self._formula[end : match.start()])
            kinds[match.lastgroup or "word"](match.group())
            end = match.end()
        self._between(self._formula[end:])
        self._settle_word("")
        return ResolvedFormula(tuple(self._tokens), self._unknown, self._reads_anywhere)

    def _between(self, text: str) -> None:
        if text:
            self._settle_word(text)
            self._tokens.append(FormulaToken("other", text))

    def _add(self, token: FormulaToken | None, what: str = "") -> None:
        self._settle_word("")
        if token is None:
            self._unknown = self._unknown or what
            self._reads_anywhere |= self._prefix != ""
            token = FormulaToken("unknown", what)
        self._tokens.append(token)
        self._prefix = None

    def _sheet_prefix(self, text: str) -> None:
        self._settle_word("")
        name = unquote_sheet_name(text[:-1]).removeprefix(_THIS_WORKBOOK)
        self._prefix = ("" if "[" in name else name) if name else None

    def _reference(self, text: str) -> None:
        first, _, last = (self._prefix or "").partition(":")
        if last:
            self._through_sheets(self._resolver.sheets_between(first, last), text)
            return
        sheet = self._sheet if self._prefix is None else self._prefix
        resolvable = sheet and (_FIXED_REFERENCE.fullmatch(text) or not self._fixed)
        self._add(self._resolver.area(sheet, text) if resolvable else None, text)

    def _through_sheets(self, sheets: Iterable[str], text: str) -> None:
        """Add a reference to the same cells of several sheets: what it reads is known, but not how to calculate it."""
        cells = [token for sheet in sheets if (token := self._resolver.area(sheet, text))]
        self._unknown = self._unknown or f"{self._prefix}!{text}"
        self._reads_anywhere |= not cells
        self._tokens += [token._replace(kind="unknown") for token in cells]
        self._prefix = None

    def _brackets(self, text: str) -> None:
        word, self._word = self._word, None
        table = self._resolver.table(word) if word else None
        known = table is not None or not word
        self._add(
            self._resolver.structured(table, text, self._row, self._sheet) if known else None, f"{word or ''}{text}"
        )

    def _remember(self, text: str) -> None:
        self._settle_word("")
        self._word = text

    def _settle_word(self, after: str) -> None:
        """Decide the kind of a word by the token after it."""
        word, self._word = self._word, None
        if word is None:
            return
        if after.startswith("("):
            name = word.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
            self._take(
                ResolvedFormula(
                    (FormulaToken("function", name),),
                    name if name in _DYNAMIC_FUNCTIONS else None,
                    name in _DYNAMIC_FUNCTIONS,
                )
            )
        elif word.upper() in _LOGICAL_CONSTANTS or _NUMBER_WORD.fullmatch(word):
            self._take(ResolvedFormula((FormulaToken("number", word),)))
        else:
            named = self._resolver.name(word) if self._prefix is None else None
            reads = bool(self._prefix) or (self._prefix is None and self._resolver.is_defined_name(word))
            self._take(named or ResolvedFormula((FormulaToken("unknown", word),), word, reads))
        self._prefix = None

    def _take(self, part: ResolvedFormula) -> None:
        self._tokens += part.tokens
        self._unknown = self._unknown or part.unknown
        self._reads_anywhere = self._reads_anywhere or part.reads_anywhere
