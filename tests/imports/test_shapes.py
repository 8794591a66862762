"""Sheets that are laid out for people become plain lists: one row for each deal, each cell from where it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.locale.texts import TextList

Sheet = Callable[[str], Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """Give a function that writes lines (cells parted by |) as the one sheet of a workbook; numbers are number cells."""

    def write(text: str) -> Path:
        book = openpyxl.Workbook()
        book.worksheets[0].title = "Pipeline"
        for line in text.strip("\n").splitlines():
            cells = [cell.strip() for cell in line.split("|")]
            book.worksheets[0].append([float(cell) if cell.isdecimal() else cell or None for cell in cells])
        book.save(tmp_path / "team.xlsx")
        return tmp_path / "team.xlsx"

    return write


def imported(path: Path, currency: str = "USD") -> Pipeline:
    before = workbook("en", currency)
    return apply_change_set(
        before, build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    )


def listed(source: ImportSource) -> dict[int, list[str]]:
    return {int(str(row)): list(cells) for row, cells in zip(source.cells.index, source.cells.to_numpy(), strict=True)}


DEALS = "Deal | Company | Stage | Amount | Owner"


@pytest.mark.parametrize(
    ("line", "is_total"),
    [
        ("Mara Total | | | 300 |", True),
        ("Total Mara | | | 12 |", True),
        ("TOTAL PIPELINE | | | 300 |", True),
        ("Weighted total | | | 75 |", True),
        ("Subtotal Proposal | | | 75 |", True),
        ("Mara 小计 | | | 300 |", True),
        ("王芳合计 | | | 300 |", True),
        ("合计：商机 | | | 9 |", True),
        ("Total of the week | | | 300 |", True),  # the sum of the rows above
        ("Total Energies | | | 12 |", False),
        ("Total rewiring | Dock | Lead | 12 | Ivo", False),
        ("Sum Systems | | | 12 |", False),
    ],
)
def test_totals_of_something_are_no_deals(line: str, is_total: bool, sheet: Sheet) -> None:
    rows = f"{DEALS}\nA | Dock | Lead | 100 | Mara\nB | Mill | Won | 200 | Mara\n{line}\nC | Pier | Lead | 50 | Ivo"
    (source,) = read_import_sources(sheet(rows))
    assert ([row for row, _ in source.left_out] == [4]) == is_total
    assert list(source.cells.index) == ([2, 3, 5] if is_total else [2, 3, 4, 5])


@pytest.mark.parametrize(
    ("text", "header", "groups"),
    [
        (
            "Deal | Company | Amount\nPROPOSAL | |\nA | Dock | 5\nB | Mill | 6\nCLOSED WON | |\nC | Pier | 7",
            "Stage",
            ["PROPOSAL", "PROPOSAL", "CLOSED WON"],
        ),
        (
            "Deal | Company | Amount\nProposal (1) | |\nA | Dock | 5\nTotal | | 5\nWon (1) | |\nC | Pier | 7",
            "Stage",
            ["Proposal (1)", "Won (1)"],
        ),
        ("商机 | 客户 | 金额\n谈判 | |\nA | 宏达 | 5\n合计 | | 5\n赢单 | |\nC | 远景 | 7", "Stage", ["谈判", "赢单"]),
        (
            "Deal | Stage | Amount\nMara Voss | |\nA | Lead | 5\n | |\nIvo Kern | |\nC | Won | 7",
            "Group",
            ["Mara Voss", "Ivo Kern"],
        ),
        ("Deal | Stage | Amount\nEMEA | |\nA | Lead | 5\nTotal | | 5\nAPAC | |\nC | Won | 7", "Group", ["EMEA", "APAC"]),
        # rows with nothing but a title are deals
        ("Deal | Stage | Amount\nFirst | |\nA | Lead | 5\nSecond | |\nC | Won | 7", "", []),
        ("Deal | Stage | Amount\nA | Lead | 5\nSecond | |\nC | Won | 7", "", []),
    ],
)  # fmt: skip
def test_headings_among_the_rows_become_a_column(text: str, header: str, groups: list[str], sheet: Sheet) -> None:
    (source,) = read_import_sources(sheet(text))
    added = [name for name in source.headers if name in ("Stage", "Group") and name not in text.splitlines()[0]]
    assert added == ([header] if header else [])
    assert (list(source.cells[header]) if header else []) == groups
    assert any(notice.rule == "sections" for notice in source.notices) == bool(header)


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        (
            f"{DEALS}\nA | Dock | Lead | 5 | Ivo\n | | | |\nClosed | | | |\nDeal | Company | Result | Amount | Closed date\n"
            "B | Mill | Won | 7 | 2026-04-20",
            ["Pipeline", "Pipeline [A5]"],
            [[2], [6]],
        ),
        (
            "Deal | Stage | Amount | | Deal | Stage | Amount\nA | Lead | 5 | | B | Won | 7\nC | Lead | 6 | | |",
            ["Pipeline", "Pipeline [E1]"],
            [[2, 3], [2]],
        ),
        (
            "Deal | Stage | Amount | | Person | Email\nA | Lead | 5 | | Ann | a@x.example\n | | | | Bob | b@x.example",
            ["Pipeline", "Pipeline [E1]"],
            [[2], [2, 3]],
        ),
        # a blank column within a list, and headers that are repeated, do not make another list
        ("Deal | Stage | | Amount | Owner\nA | Lead | | 5 | Ann\nB | Won | | 6 | Ann", ["Pipeline"], [[2, 3]]),
        (
            f"{DEALS}\nA | Dock | Lead | 5 | Ivo\n | | | |\nClosed | | | |\n{DEALS}\nB | Mill | Won | 7 | Ivo",
            ["Pipeline"],
            [[2, 6]],
        ),
    ],
)  # fmt: skip
def test_lists_on_one_sheet_are_told_apart(text: str, names: list[str], rows: list[list[int]], sheet: Sheet) -> None:
    sources = read_import_sources(sheet(text))
    assert [source.sheet for source in sources] == names
    assert [list(source.cells.index) for source in sources] == rows


@pytest.mark.parametrize(
    ("text", "header_row"),
    [
        (
            "ACME | | | Report |\nRegion: | EMEA | Date: | 2026-11-28 |\nBy: | Mara | Currency: | EUR |\n"
            + DEALS + "\nA | D | Lead | 5 | Ivo",
            4,
        ),
        ("Customer: | Dock | Owner: | Ivo | x\n" + DEALS + "\nA | D | Lead | 5 | Ivo", 2),
        ("客户 | 宏达 | 日期 | 2026-01-05 | x\n商机 | 客户 | 阶段 | 金额 | 负责人\nA | 宏达 | 谈判 | 5 | 李娜", 2),
        (DEALS + "\nDeal one | Company | Stage | 5 | Ivo", 1),
    ],
)  # fmt: skip
def test_a_letterhead_above_the_list_is_none_of_it(text: str, header_row: int, sheet: Sheet) -> None:
    (source,) = read_import_sources(sheet(text))
    assert list(source.cells.index) == [header_row + 1]


def test_the_map_may_name_the_header_row(sheet: Sheet) -> None:
    path = sheet("Rep | Thing | Worth\nx | y | 5\nRep | Thing | Worth\nIvo | Pumps | 70\nAnn | Bolts | 80")
    text = (
        '[[files]]\nfile = "team.xlsx"\nsheet = "Pipeline"\ntable = "Deals"\nheader_row = 3\n'
        '[files.columns]\nRep = "owner"\nThing = "name"\nWorth = "amount"\n'
    )
    mapping = ImportMap.from_toml(text)
    assert ImportMap.from_toml(mapping.to_toml("en")) == mapping
    after = apply_change_set(workbook(), build_import_changes(workbook(), [path], mapping, as_history=True))
    assert list(after["Deals"]["name"]) == ["Pumps", "Bolts"]
    with pytest.raises(UsageError, match="header_row should be the number of a row"):
        ImportMap.from_toml(text.replace("= 3", '= "three"'))


@pytest.mark.parametrize(
    ("marks", "stages"),
    [
        ("x | x | | | \nx | x | x | x | \nx | | | | x", ["Qualified", "Won", "Lost"]),
        ("✓ | ✓ | ✓ | | \n✓ | | | ✓ | \n | | | | ", ["Presentation", "Won", "Lead"]),
        ("yes | no | no | no | no\nyes | yes | no | no | no\nno | no | no | no | yes", ["Lead", "Qualified", "Lost"]),
        (
            "TRUE | TRUE | FALSE | FALSE | FALSE\nTRUE | TRUE | TRUE | FALSE | FALSE\nFALSE | FALSE | FALSE | TRUE | FALSE",
            ["Qualified", "Presentation", "Won"],
        ),
        (
            "2026-01-05 | 2026-02-01 | | | \n2026-01-05 | 2026-02-01 | 2026-02-09 | 2026-04-20 | \n2026-01-05 | | | | 2026-02-02",
            ["Qualified", "Won", "Lost"],
        ),
    ],
)  # fmt: skip
def test_a_column_for_each_stage_becomes_the_stage(marks: str, stages: list[str], sheet: Sheet) -> None:
    rows = [
        f"{name} | Dock | {amount} | {line}"
        for name, amount, line in zip("ABC", (5, 6, 7), marks.splitlines(), strict=True)
    ]
    after = imported(sheet("\n".join(["Deal | Company | Amount | Lead | Qualified | Proposal | Won | Lost", *rows])))
    assert list(after["Deals"]["stage"]) == stages
    assert after["Deals"]["amount"].sum() == 18
    closed = after["Deals"]["closed"].dt.strftime("%m-%d").fillna("").tolist()
    assert closed == (["", "04-20", "02-02"] if marks.startswith("2026") else ["", "", ""])


@pytest.mark.parametrize(
    "text",
    [
        "Deal | Pumps | Bolts\nCompany | Dock | Mill\nStage | Lead | Won\nAmount | 5 | 7",
        "Deal Name | Pumps | Bolts\nCustomer | Dock | Mill\nSales stage | Lead | Won\nValue | 5 | 7\nHobby | golf | none",
        "商机名称 | Pumps | Bolts\n客户 | Dock | Mill\n阶段 | Lead | Won\n金额 | 5 | 7",
    ],
)
def test_headers_in_the_first_column_are_turned(text: str, sheet: Sheet) -> None:
    after = imported(sheet(text))
    deals = after["Deals"]
    assert deals[["name", "account", "stage", "amount"]].to_numpy().tolist() == [
        ["Pumps", "Dock", "Lead", 5.0],
        ["Bolts", "Mill", "Won", 7.0],
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Owner | Lead | Qualified | Proposal | Won\nMara | 3 | 5 | 2 | 1\nIvo | 4 | 4 | 1 | 2", "board"),  # counts
        ("Lead | Proposal | Won\nPumps | Bolts | Nuts\n12 | 7 | 3", "board"),
        ("Company | Jan | Feb | Mar\nDock | 5 | 6 | 7\nMill | | 8 |", "months"),  # sales of a customer
        ("Deal | Company | Jan | Feb | Mar\nA | Dock | €5 | $6 | 7", "months"),
    ],
)
def test_a_layout_that_does_not_say_what_a_deal_is_is_asked_about(text: str, rule: str, sheet: Sheet) -> None:
    path = sheet(text)
    (source,) = read_import_sources(path)
    assert [notice.rule for notice in source.notices] == [rule]
    mapping = propose_import_map([path], workbook())
    assert mapping.asks
    assert ImportMap.from_toml(mapping.to_toml("en")) == mapping
    with pytest.raises(UsageError, match="the layout does not say what a deal is"):
        build_import_changes(workbook(), [path], mapping)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Lead | Proposal | Won\nPumps, Dock | Bolts, Mill | Nuts\nHoses | | ",
            ["Pumps, Dock:lead", "Hoses:lead", "Bolts, Mill:presentation", "Nuts:won"],
        ),
        (
            "Qualified | Negotiation | Closed Won | Closed Lost\nPumps $1,000 | Bolts - 2.5k USD | Nuts | Screws M8",
            ["Pumps:qualified:1000", "Bolts:contract:2500", "Nuts:won", "Screws M8:lost"],
        ),
        (
            "Board of Mara\n\nLead | Proposal | Won\nPumps | Bolts | Nuts\n$100 | $200 | $300\nHoses | |\n$50 | |",
            ["Pumps:lead:100", "Hoses:lead:50", "Bolts:presentation:200", "Nuts:won:300"],
        ),
        ("线索 | 谈判 | 赢单 | 输单\n水泵 12万 | 阀门 | 软管 | 轴承",
         ["水泵:lead:120000", "阀门:contract", "软管:won", "轴承:lost"]),
        (
            "Deal | Company | Jan | Feb | Mar\nA | Dock | 5 | 6 | 7\nB | Mill | | 8 |",
            ["A:lead:18", "B:lead:8"],
        ),
        (
            "Deal | Stage | 2026-01 | 2026-02 | 2026-03\nA | Won | 5 | | 7\nB | Proposal | | 1500 |\nC | Lead | | |",
            ["A:won:12", "B:presentation:1500:2026-02-28", "C:lead"],
        ),
        (
            "Project | Client | Status | Q1 2026 | Q2 2026 | Q3 2026\nA | Dock | Proposal | | | 70",
            ["A:presentation:70:2026-09-30"],
        ),
        ("商机 | 客户 | 1月 | 2月 | 3月\nA | 宏达 | 5 | 6 | 7", ["A:lead:18"]),
    ],
)  # fmt: skip
def test_boards_and_months_become_deals(text: str, expected: list[str], sheet: Sheet) -> None:
    path, before = sheet(text), workbook("en", "CNY" if "万" in text else "USD")
    mapping = propose_import_map([path], before)
    assert not mapping.asks
    after = apply_change_set(before, build_import_changes(before, [path], mapping, as_history=True))
    deals = after["Deals"].assign(
        stage=after["Deals"]["stage"].str.lower(),
        amount=after["Deals"]["amount"].map("{:.0f}".format).replace("nan", ""),
        day=after["Deals"]["expected_close"].dt.strftime("%Y-%m-%d").fillna(""),
    )
    rows = (":".join(row).rstrip(":") for row in deals[["name", "stage", "amount", "day"]].to_numpy())
    assert list(rows) == expected
    assert not build_import_changes(after, [path], mapping, as_history=True).writes


def test_rows_that_a_filter_hides_are_told(shared: Path) -> None:
    (source,) = read_import_sources(shared / "cases" / "files" / "rows-hidden.xlsx")
    facts = {notice.rule: dict(notice.facts) for notice in source.notices}
    assert facts == {"hidden_rows": {"count": 2}, "hidden_columns": {"headers": TextList(("Amount",))}}
    assert len(source.cells) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A | Lead | 5 | 5\nB | Lead | 7 | 7.00", {"Amount": "amount"}),
        ("A | Lead | | 5\nB | Lead | 7 |", {"Amount": "amount"}),
        ("A | Lead | 5 | 6\nB | Lead | 7 | 7", {"Amount": "amount", "Amount (2)": "?"}),
        ("A | Lead | high | 6\nB | Lead | low | 7", {"Amount": "", "Amount (2)": "amount"}),
        ("A | Lead | 6 | high\nB | Lead | 7 | low", {"Amount": "amount", "Amount (2)": ""}),
    ],
)
def test_columns_of_one_header_are_joined_or_asked_about(text: str, expected: dict[str, str], sheet: Sheet) -> None:
    path = sheet(f"Deal | Stage | Amount | Amount\n{text}")
    mapping = propose_import_map([path], workbook())
    columns = mapping.files[0].columns
    assert {header: how.to for header, how in columns.items() if header.startswith("Amount")} == expected
    assert mapping.asks == ("?" in expected.values())
    assert ImportMap.from_toml(mapping.to_toml("zh")) == replace(mapping, notes=())
    if mapping.asks:
        assert any("differ in 1 rows, such as row 2: “6” and “5”" in note for note in mapping.notes)
        with pytest.raises(UsageError, match="Amount \\(2\\)"):
            build_import_changes(workbook(), [path], mapping)


@pytest.mark.parametrize(
    ("text", "asked", "amounts"),
    [
        (
            "Acme 100 | Beta (100k) | Gamma - $1200\nDelta 200 | Eps (5k) |",
            "Amount (2)",
            ["100", "200", "100k", "5k", "$1200"],
        ),
        ("Acme 100 | Beta 120 | Gamma: 90\nDelta 200 | |", "Amount", ["100", "200", "120", "90"]),
        ("Pumps $1,000 | Bolts - 2.5k USD | Nuts\nScrews 3000 | |", "Amount (2)", ["$1,000", "3000", "2.5k USD", ""]),
        ("Phase 1 | Phase 2 | Phase 3", "", []),
        ("Renewal 2026 | Renewal 2027 | Audit 2026", "", []),
        ("Acme | Beta | Pumps 12", "", []),
    ],
)
def test_bare_numbers_on_cards_are_asked_about(text: str, asked: str, amounts: list[str], sheet: Sheet) -> None:
    path = sheet(f"Lead | Proposal | Won\n{text}")
    (source,) = read_import_sources(path)
    mapping = propose_import_map([path], workbook())
    assert [header for header, how in mapping.files[0].columns.items() if how.to == "?"] == ([asked] if asked else [])
    assert not asked or list(source.cells[asked]) == amounts


@pytest.mark.parametrize(
    ("case", "open_value", "won_value", "lost_value"),
    [
        ("rows-totals.xlsx", 400, 200, 0),
        ("rows-stage-headings.xlsx", 64000, 9000, 0),
        ("rows-stacked-lists.xlsx", 40000, 24000, 9000),
        ("letterhead.xlsx", 100, 200, 0),
        ("stage-checkboxes.xlsx", 35000, 24000, 9000),
        ("stage-date-columns.xlsx", 35000, 24000, 9000),
    ],
)
def test_the_layout_of_a_case(
    shared: Path, tmp_path: Path, case: str, open_value: float, won_value: float, lost_value: float
) -> None:
    path = Path(shutil.copy(shared / "cases" / "files" / case, tmp_path / case))
    deals = imported(path, "EUR" if case == "letterhead.xlsx" else "USD")["Deals"]
    sums = [float(deals.loc[deals["outcome"] == outcome, "amount"].sum()) for outcome in ("open", "won", "lost")]
    assert sums == [open_value, won_value, lost_value]


@pytest.mark.parametrize(
    ("hidden_rows", "names", "told"),
    [
        ("import", ["A", "B", "C"], [("import_hidden_rows", "a.xlsx › Sheet, row 3")]),
        ("leave out", ["A", "C"], [("import_left_out", "a.xlsx › Sheet, row 3")]),
    ],
)
def test_a_person_says_what_becomes_of_hidden_rows(
    tmp_path: Path, hidden_rows: str, names: list[str], told: list[tuple[str, str]]
) -> None:
    """The proposal imports them and says how to leave them out."""
    book = openpyxl.Workbook()
    for row in (["Deal", "Stage", "Amount"], ["A", "Lead", 1], ["B", "Lead", "see below"], ["C", "Lead", 3]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(path := tmp_path / "a.xlsx")
    pipeline = workbook("en", "USD")
    proposal = propose_import_map([path], pipeline)
    assert proposal.files[0].hidden_rows == "import"
    assert sum('hidden_rows = "leave out"' in note for note in proposal.notes) == 1
    mapping = ImportMap.from_toml(
        proposal.to_toml("en").replace('hidden_rows = "import"', f'hidden_rows = "{hidden_rows}"')
    )
    assert mapping.files[0].hidden_rows == hidden_rows
    change_set = build_import_changes(pipeline, [path], mapping, as_history=True)
    assert list(apply_change_set(pipeline, change_set)["Deals"]["name"]) == names
    rows = [finding for finding in change_set.findings if finding.rule in ("import_hidden_rows", "import_left_out")]
    assert [(finding.rule, finding.cell) for finding in rows] == told


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("Deal | Amount | Won | Lost\nA | 1 | ☑ | ☐\nB | 2 | ☐ | ☑\nC | 3 | ☐ | ☐", ["won", "lost", "open"]),
        ("Deal | Stage | Won | Lost\nA | Lead | x |\nB | Lead | | x\nC | Proposal | |", ["won", "lost", "open"]),
        (
            "Deal | Amount | Gewonnen | Verloren\nA | 1 | ja | nein\nB | 2 | nein | ja\nC | 3 | nein | nein",
            ["won", "lost", "open"],
        ),
    ],
)
def test_marks_for_won_and_lost_alone_are_the_outcome(text: str, outcomes: list[str], sheet: Sheet) -> None:
    deals = imported(sheet(text))["Deals"].sort_values("name")
    assert list(deals["outcome"]) == outcomes


def test_errors_and_hidden_columns_of_a_sheet_are_told(sheet: Sheet) -> None:
    """The reader of cells takes an error for a blank cell."""
    path = sheet("Deal | Stage | Amount\nA | Lead | 5\nB | Lead | #N/A\nC | Lead | #REF!")
    book = openpyxl.load_workbook(path)
    book.active.column_dimensions["C"].hidden = True
    book.save(path)
    plan = build_import_changes(workbook(), [path], mapping := propose_import_map([path], workbook()), as_history=True)
    assert [(lost.header, lost.cells, lost.filled) for lost in plan.answer.not_understood] == [("Amount", 2, 3)]
    assert any("the columns Amount are hidden on the sheet" in note for note in mapping.notes)
    assert [finding.cell for finding in plan.findings if finding.rule == "import_hidden_columns"] == [
        "team.xlsx › Pipeline, row 2"
    ]
