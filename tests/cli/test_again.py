"""Two writers of one workbook: a run waits for another run, never for a person, and no number is given twice."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.examples import SCALE
from xl_salesflow.cli import main, workbook_session
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.workbook_session import WRITE_TRIES, WorkbookSession
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.verb_answers import CardTaken
from xl_salesflow.engine import Run
from xl_salesflow.errors import WorkbookBusy, WorkbookChanged, WorkbookInUse
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.atomic_save import sole_writer
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime(2026, 6, 30, 9)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make a workbook with a few deals without quotes."""
    path = tmp_path_factory.mktemp("again") / "team.xlsx"
    new_workbook(path, "en")
    workbook = ClosedBook(path)
    empty = workbook.read(NOW.date())
    workbook.write(bring_in(empty, generate_pipeline(empty, 8, since_days=60), Run("test", NOW)))
    return path.read_bytes()


@pytest.fixture
def book(original: bytes, tmp_path: Path) -> Path:
    """Return a copy of that workbook."""
    path = tmp_path / "team.xlsx"
    path.write_bytes(original)
    return path


def quoting(book: Path, deal: str) -> list[str]:
    """Return the command that drafts a quote."""
    code = f"from xl_salesflow.cli import main; raise SystemExit(main(['quote', {str(book)!r}, {deal!r}, "
    return [sys.executable, "-c", code + "'--format', 'html', '--json', '--today', '2026-06-30']))"]


def test_two_people_who_quote_at_once_get_consecutive_numbers(book: Path) -> None:
    deals = [f"D-{number:05d}" for number in range(1, 5)]
    running = [
        subprocess.Popen(
            quoting(book, deal), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        for deal in deals
    ]
    outputs = [process.communicate(timeout=300) for process in running]
    assert [process.returncode for process in running] == [0] * len(deals), outputs
    given = {json.loads(out)["deal"]: json.loads(out)["quote"] for out, _ in outputs}
    quotes = ClosedBook(book).read(NOW.date())["Quotes"]
    assert dict(zip(quotes["deal"], quotes["quote"], strict=True)) == given
    assert sorted(given.values()) == [f"Q-2026-{number:04d}" for number in range(1, 5)]
    errors = "".join(err for _, err in outputs)
    assert not errors or re.search(r"saved by somebody else|is in use by", errors)


# every command that writes its first workbook; {aside} is a folder for its other files
WRITING = """
update {book}
check {book} --repair
flow {book} --write
forecast {book} --write
accuracy {book} --write
insights {book} --part cohorts --write
quote {book} D-00001 --format html
print {book} precall D-00001 --format html
revise {book} D-00001
prepare {book} D-00001
bant {book} --read {aside}/card.xlsx
assign {book}
holidays {book} DE
undo {book}
apply {book} {aside}/changes.xlsx
merge {book} {aside}/copy.xlsx
playbook use {book} b2c
rename {book} Lead Prospect
column {book} Deals Machine --type list --values A;B --group
playbook add {book} b2c
import {book} {aside}/deals.csv --yes
adopt {book} --yes
log {book} {aside}/mail.eml --deal D-00001
lead {book} --company Nordwind --contact Berg --email berg@nordwind.example --need Valves
rollup {aside}/copy.xlsx --output {book} --replace
collect {book} {aside}/shared
""".strip().splitlines()


_MAIL = b"From: berg@nordwind.example\nTo: us@example.com\nDate: Mon, 29 Jun 2026 10:00:00 +0000\nSubject: Valves\n\nHello\n"


@pytest.fixture(scope="module")
def prepared(original: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """Make a workbook with a quote, and the other files for the commands: a card, a change sheet, a copy, a list of deals,
    the workbook of a person who added a lead to it.
    """
    folder = tmp_path_factory.mktemp("prepared")
    path, aside = folder / "team.xlsx", folder / "aside"
    path.write_bytes(original)
    aside.mkdir()
    (aside / "copy.xlsx").write_bytes(original)
    (aside / "mail.eml").write_bytes(_MAIL)
    (aside / "deals.csv").write_text("Deal,Account,Stage,Amount\nD-9,Acme,Lead,100\n", encoding="utf-8")
    for arguments in (
        ("quote", path, "D-00001", "--format", "html"),
        ("bant", path, "D-00001", "--output", aside / "card.xlsx"),
        ("update", path, "--dry-run", "--sheet", aside / "changes.xlsx"),
        ("share", path, aside / "shared"),
    ):
        assert main([*map(str, arguments), "--today", "2026-06-30"]) == 0
    returned, *others = (aside / "shared").iterdir()
    for file in others:
        file.unlink()
    lead = ("--company", "Nordwind", "--contact", "Berg", "--email", "berg@nordwind.example", "--need", "Valves")
    assert main(["lead", str(returned), *lead, "--today", "2026-06-30"]) == 0
    return path.read_bytes(), aside


def arguments(line: str, prepared: tuple[bytes, Path], folder: Path) -> list[str]:
    """Copy the prepared workbook, with what it shared, into *folder* and return the arguments of the command for it."""
    (folder / "team.xlsx").write_bytes(prepared[0])
    shutil.copytree(prepared[1].parent / ".team.shared", folder / ".team.shared")
    words = [word.format(book=folder / "team.xlsx", aside=prepared[1]) for word in line.split()]
    return words if words[0] == "check" else [*words, "--today", "2026-07-01"]


@pytest.mark.parametrize("line", WRITING)
def test_a_workbook_that_a_person_has_open_is_refused_before_it_is_read(
    line: str,
    prepared: tuple[bytes, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = arguments(line, prepared, tmp_path)
    (tmp_path / "~$team.xlsx").write_bytes(b"\x05Mara ")
    opened, waited = list[Path](), list[float]()
    monkeypatch.setattr(workbook_session.time, "sleep", waited.append)
    open_ = Workbook.open.__func__  # type: ignore[attr-defined]

    def noted(cls: type[Workbook], path: Path) -> Workbook:
        opened.append(Path(path))
        return open_(cls, path)  # type: ignore[no-any-return]

    monkeypatch.setattr(Workbook, "open", classmethod(noted))
    capsys.readouterr()
    assert main(words) == 3
    assert capsys.readouterr().err.count("team.xlsx is in use by Mara") == 1
    assert tmp_path / "team.xlsx" not in opened
    assert waited == []
    assert (tmp_path / "team.xlsx").read_bytes() == prepared[0]


SESSIONS = {"update", "check", "quote", "undo", "import", "adopt", "rollup", "collect"}
"""Commands of which each writes in another way: most others write as an update does."""
WAITING = [line for line in WRITING if SCALE > 1 or line.split()[0] in SESSIONS]
"""The commands that wait for another run in the test below; every night, all of them."""


@pytest.mark.parametrize("line", WAITING)
def test_a_workbook_that_another_run_writes_is_waited_for(
    line: str,
    prepared: tuple[bytes, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, other = arguments(line, prepared, tmp_path), ExitStack()
    other.enter_context(sole_writer(tmp_path / "team.xlsx"))
    monkeypatch.setattr(workbook_session.time, "sleep", lambda _: other.close())
    capsys.readouterr()
    with other:
        assert main(words) in (0, 1)
    refusals = capsys.readouterr().err.count("team.xlsx is in use by")
    assert refusals == (
        (tmp_path / "team.xlsx").read_bytes() != prepared[0]
    )  # a run without changes does not notice the other writer


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Make waiting take no time; return the list of the waiting times."""
    found: list[float] = []
    monkeypatch.setattr(workbook_session.time, "sleep", found.append)
    return found


def refused_times(session: WorkbookSession, error: Exception, times: int) -> list[int]:
    """Let the workbook of *session* refuse its first writes; return a list with one entry for each read."""
    reads: list[int] = []

    class Other:
        def read(self, _: object) -> int:
            reads.append(len(reads) + 1)
            return reads[-1]

        def write_and_report(self, plan: ChangeSet) -> ChangeSet:
            if len(reads) <= times:
                raise error
            return plan

    session.book = Other()  # type: ignore[assignment]
    return reads


@pytest.mark.parametrize("error", [WorkbookChanged(Path("team.xlsx")), WorkbookBusy(Path("team.xlsx"), "Ann, run 7")])
def test_the_second_run_reads_the_workbook_again(
    error: Exception, waited: list[float], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    session = WorkbookSession(tmp_path / "team.xlsx", "test", NOW.date())
    reads = refused_times(session, error, 2)
    plan = session.write(lambda seen: ChangeSet(answer=CardTaken(seen)))  # type: ignore[arg-type]
    assert (plan.answer.answers, reads, len(waited)) == (3, [1, 2, 3], 2)
    assert capsys.readouterr().err.count("team.xlsx") == 2


def test_a_run_that_can_never_write_is_refused(waited: list[float], tmp_path: Path) -> None:
    session = WorkbookSession(tmp_path / "team.xlsx", "test", NOW.date())
    reads = refused_times(session, WorkbookChanged(Path("team.xlsx")), 99)
    with pytest.raises(WorkbookChanged):
        session.write(lambda _: ChangeSet())
    assert (len(reads), len(waited)) == (WRITE_TRIES, WRITE_TRIES - 1)


def test_a_run_does_not_wait_for_a_person_who_opens_the_workbook(waited: list[float], tmp_path: Path) -> None:
    session = WorkbookSession(tmp_path / "team.xlsx", "test", NOW.date())
    reads = refused_times(session, WorkbookInUse(Path("team.xlsx"), "Mara"), 99)
    with pytest.raises(WorkbookInUse):
        session.write(lambda _: ChangeSet())
    assert (len(reads), waited) == (1, [])


def test_revise_makes_the_next_version(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quote", str(book), "D-00001", "--format", "html", "--today", "2026-06-30"]) == 0
    assert main(["revise", str(book), "D-00001", "--dry-run", "--today", "2026-06-30"]) == 0
    assert main(["revise", str(book), "Q-2026-0001", "--json", "--today", "2026-07-01"]) == 0
    quotes = ClosedBook(book).read(NOW.date())["Quotes"]
    assert list(quotes[["quote", "status", "primary", "version"]].itertuples(index=False, name=None)) == [
        ("Q-2026-0001", "superseded", "no", 1.0),
        ("Q-2026-0002", "draft", "yes", 2.0),
    ]
    assert main(["revise", str(book), "Q-2026-0001", "--today", "2026-07-01"]) == 2
    assert "revise Q-2026-0002" in capsys.readouterr().err
