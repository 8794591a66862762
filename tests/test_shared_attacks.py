"""Each hostile input of the shared cases is harmless: it is read, or refused in the sentence that stands here beside it."""

from __future__ import annotations

import shutil
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from tests.examples import SCALE
from tests.imports.conftest import workbook
from xl_salesflow.batch.batch_run import Batch, begin_batch
from xl_salesflow.batch.worker_pools import ProcessPool
from xl_salesflow.cli import main
from xl_salesflow.documents import filling_budget
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_filling import print_deal_document
from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.formula_cells import KnownFormulas
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.workbook.new_stores import build_adopted_store, build_new_workbook

READ = ""
FAR, UNREADABLE = (
    r"has cells as far out as row [\d,]+ and column [\d,]+; delete everything",
    "cannot be read as a workbook",
)
FORBIDDEN, MEMORY, TIME = "is unsafe", "needs more than 256 MiB of memory", "takes more than 1 seconds"
LEADS_OUT = "leads out of the folder of templates"
NO_FILE, NO_PACKAGE, TOO_DEEP = "file not found", "failed to download package", "maximum recursion depth exceeded"


def copied(shared: Path, place: str, to: Path) -> Path:
    path = Path(shutil.copy(shared / "cases" / place, to))
    path.chmod(0o644)
    return path


IMPORTS = {
    "imp_empty.xlsx": UNREADABLE, "imp_far.xlsx": FAR, "imp_far_case.xlsx": FAR, "imp_far_cols_nor.xlsx": FAR,
    "imp_far_entity.xlsx": FAR, "imp_far_longtag.xlsx": FAR, "imp_far_lower.xlsx": FAR, "imp_far_otherpart.xlsx": FAR,
    "imp_far_prefix.xlsx": FAR, "imp_far_row_attr.xlsx": FAR, "imp_far_single_quote.xlsx": FAR, "imp_garbage.xlsx": UNREADABLE,
    "imp_good.xlsx": READ, "imp_merge_down_far.xlsx": READ, "imp_merge_far.xlsx": READ, "imp_merge_outside.xlsx": READ,
    "imp_ods_good.ods": READ, "imp_ods_rep_both.ods": FAR, "imp_ods_rep_cols.ods": FAR, "imp_ods_rep_neg.ods": UNREADABLE,
    "imp_ods_rep_rows.ods": FAR, "imp_sheet_noname.xlsx": READ, "imp_sheet_same_name.xlsx": READ,
    "imp_xls_garbage.xls": UNREADABLE,
    "imp_xlsb_as.xlsb": UNREADABLE, "imp_xxe_sheet.xlsx": UNREADABLE, "imp_xxe_wb.xlsx": UNREADABLE,
}  # fmt: skip


@pytest.mark.parametrize("case", IMPORTS)
def test_a_list(case: str, shared: Path, tmp_path: Path) -> None:
    path = copied(shared, f"security/{case.partition('.')[0]}/{case}", tmp_path)
    with pytest.raises(UsageError, match=IMPORTS[case]) if IMPORTS[case] else nullcontext():
        read_import_sources(path)
        propose_import_map([path], workbook())
    assert [one.name for one in tmp_path.iterdir()] == [case]


@pytest.fixture(scope="module")
def template() -> bytes:
    return build_new_workbook("en", "crm")


@pytest.mark.parametrize("case", [case for case, said in IMPORTS.items() if case.endswith(".xlsx")])
def test_a_workbook_that_becomes_a_store(case: str, shared: Path, tmp_path: Path, template: bytes) -> None:
    """Our sheets are joined to it, or it is refused; what may be adopted is decided by reading its lists first."""
    path = copied(shared, f"security/{case.partition('.')[0]}/{case}", tmp_path)
    with suppress(SalesflowError):
        Workbook(path, build_adopted_store(path, template)[0])


INVALID = "line {}, has no valid “{}”, so no batch wrote it"
RUN_LOGS = {
    "binary": READ, "books_nested": INVALID.format(1, "books"), "books_null": INVALID.format(1, "books"),
    "books_str": INVALID.format(1, "books"), "by_null": INVALID.format(1, "by"), "deep": READ,
    "end_badstatus": INVALID.format(3, "status"), "end_nodigest": INVALID.format(3, "digest"),
    "end_nostatus": INVALID.format(3, "status"), "event_list": READ, "hugeint": READ,
    "later_run_no_resume": INVALID.format(1, "now"), "no_books": INVALID.format(1, "books"), "now_bad": INVALID.format(1, "now"),
    "now_num": INVALID.format(1, "now"), "nul_book": INVALID.format(1, "books"), "number_list": INVALID.format(1, "number"),
    "number_null": INVALID.format(1, "number"), "ok": "which is not among the workbooks given",
    "options_evil": r"has other options \(--set format=\.\./\.\./x\)", "options_list": INVALID.format(1, "options"),
    "verb_list": INVALID.format(1, "verb"),
}  # fmt: skip


@pytest.mark.parametrize("case", RUN_LOGS)
def test_a_run_log_that_is_resumed(case: str, shared: Path, tmp_path: Path) -> None:
    """What is no run log at all starts a new run over the workbooks that the person names."""
    log = copied(shared, f"security/journal_{case}.jsonl", tmp_path)
    (tmp_path / "a.xlsx").write_bytes(b"")
    batch = Batch((str(tmp_path),), run_log=log)
    if RUN_LOGS[case]:
        with pytest.raises(UsageError, match=RUN_LOGS[case]) as caught:
            begin_batch(batch, lambda: ProcessPool(1), resume=True)
        assert caught.value.in_("zh") != str(caught.value)
    else:
        run = begin_batch(batch, lambda: ProcessPool(1), resume=True)
        assert [Path(task.book).name for task in run.tasks] == ["a.xlsx"]


TEMPLATES = {
    "attr1.html": FORBIDDEN, "attr2.html": FORBIDDEN, "attr3.html": FORBIDDEN, "attr4.html": FORBIDDEN, "fmtattr.html": FORBIDDEN,
    "fmtmap.html": FORBIDDEN, "generator.html": FORBIDDEN, "lshift.html": FORBIDDEN, "intpow.html": "too large a result",
    "mulint.html": "too large a result", "value.html": "has no attribute", "typ_bad_utf8.typ": "can't decode byte",
    "typ_counter.typ": READ, "typ_data.typ": READ, "typ_empty.typ": READ, "typ_eval.typ": READ, "typ_show.typ": READ,
    "typ_if_abs.typ": READ, "typ_if_symdir.typ": LEADS_OUT, "typ_if_symlink.typ": LEADS_OUT, "typ_plugin.typ": NO_FILE,
    "typ_pkg.typ": NO_PACKAGE, "typ_pkg_dyn.typ": NO_PACKAGE, "typ_pkg_local.typ": "package not found",
    "typ_read_abs.typ": NO_FILE, "typ_read_symdir.typ": LEADS_OUT, "typ_read_symlink.typ": LEADS_OUT,
    "typ_read_up.typ": "would escape the project root", "typ_rec.typ": "maximum function call depth exceeded",
}  # fmt: skip
COSTLY_TEMPLATES = {
    "batch_mem.html": MEMORY, "center.html": MEMORY, "concat_double.html": MEMORY, "fmt_filter.html": MEMORY,
    "fmt_pct.html": MEMORY, "fmt_str.html": MEMORY, "indent.html": MEMORY, "join.html": MEMORY, "ljust.html": MEMORY,
    "plus_double.html": MEMORY, "replace.html": MEMORY, "zfill.html": MEMORY, "lipsum.html": f"{TIME}|{MEMORY}",
    "range_nested.html": TIME, "recmacro.html": TOO_DEEP, "selfinclude.html": TOO_DEEP, "tojson.html": READ,
    "typ_for.typ": TIME, "typ_pages.typ": f"{TIME}|{MEMORY}", "typ_range.typ": MEMORY, "typ_str.typ": MEMORY,
    "typ_while.typ": "condition is always true",
}  # fmt: skip
"""Each ends the process that fills templates, so only the nightly run tries them; their kinds are in test_filling_budget."""


@pytest.mark.parametrize("case", {**TEMPLATES, **(COSTLY_TEMPLATES if SCALE > 1 else {})})
# attack: 51 hostile templates, 27 lists and workbooks, and 22 run logs from outside
# outcome: each harmless, in the sentence that the test names
def test_a_template(case: str, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling_budget, "FILLING_SECONDS", 10 if case in TEMPLATES else 1)
    monkeypatch.setattr(filling_budget, "FILLING_MEBIBYTES", 256)
    secret = b"outside-81c4"
    for name in ("d.xlsx", "hostname"):
        (tmp_path / name).write_bytes(secret)
    folder = tmp_path / "templates"
    folder.mkdir()
    if "sym" in case:
        (folder / "lnk.txt").symlink_to(tmp_path / "hostname")
        (folder / "dirlnk").symlink_to(tmp_path)
    suffix = case.rpartition(".")[2]
    copied(shared, f"security/tpl_{case}", folder).rename(folder / f"quote.{suffix}")
    expected, made = (TEMPLATES | COSTLY_TEMPLATES)[case], b""
    with pytest.raises(UsageError, match=expected) if expected else nullcontext():
        made = print_deal_document(sample_document("quote"), "en", "pdf" if suffix == "typ" else suffix, (folder,))
    assert secret not in made
    assert b"root:" not in made


def test_every_case_is_tried(shared: Path) -> None:
    names = {path.name for path in (shared / "cases" / "security").iterdir()} - {"INDEX.md"}
    tried = {case.partition(".")[0] for case in IMPORTS} | {f"journal_{case}.jsonl" for case in RUN_LOGS}
    assert names == tried | {f"tpl_{case}" for case in TEMPLATES | COSTLY_TEMPLATES}
    kept = {path.name for path in (shared / "cases" / "store").iterdir()}
    assert kept == {*STORES, "adopt_key", "adopt_neighbour"}


STORES = {
    # workbook → the cell that is changed from 1 to 5; the cells whose new value is known, and those left to Excel
    "backslash_made.xlsx": (("S", 1, 1), {("s", 1, 3): 7}, {}),
    "cells_without_attributes.xlsx": (("Jan", 1, 1), {("jan", 1, 2): 10}, {}),
    "index_whole_column.xlsx": (("S", 4, 2), {("mine", 2, 1): 5}, {}),
    "own_workbook_name.xlsx": (("Jan", 1, 1), {("jan", 1, 2): 10}, {}),
    "pretty_printed_sheet.xlsx": (("S", 1, 1), {("s", 1, 3): 7}, {}),
    "relative_name.xlsx": (("Jan", 1, 1), {}, {("jan", 1, 2)}),
    "three_d_reference.xlsx": (("Jan", 1, 1), {}, {("sum", 1, 1)}),
    "what_if_table.xlsx": (("Jan", 1, 1), {("jan", 1, 4): 500}, {("jan", 2, 4)}),
}


@pytest.mark.parametrize("case", STORES)
def test_formulas_that_follow_an_edit(case: str, shared: Path) -> None:
    place, values, left = STORES[case]
    book = Workbook.open(shared / "cases" / "store" / case)
    book.set_cell(*place, 5)
    after, outcome = book.with_recalculation(KnownFormulas())
    assert {key: outcome.values.get(CellPlace(*key)) for key in values} == values
    assert outcome.left_for_excel.keys() >= {CellPlace(*key) for key in left}
    assert bool(left) <= (
        b'fullCalcOnLoad="1"' in Workbook(book.path, after.to_bytes()).package.read("xl/workbook.xml")
    )


@pytest.mark.parametrize(("case", "code"), [("adopt_neighbour", 0), ("adopt_key", 2)])
def test_adopting(case: str, code: int, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the workbook itself is read, whatever lies beside it; a list with two keys for one column is asked about."""
    for path in (shared / "cases" / "store" / case).iterdir():
        copied(shared, f"store/{case}/{path.name}", tmp_path)
    others = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != "book.xlsx"}
    assert main(["adopt", str(tmp_path / "book.xlsx"), "--yes", "--today", "2026-06-30"]) == code
    said = capsys.readouterr()
    assert "another person" not in said.out + said.err
    assert {path: path.read_bytes() for path in others} == others
