"""Two who write one workbook at once: the second is told, reads anew, and no quote number is given twice."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from xl_salesflow.cli import main, workbook_session
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.workbook_session import WRITE_TRIES, write_with_retries
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import WorkbookChanged
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime(2026, 6, 30, 9)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Make a workbook of a few deals, none of which has a quote."""
    path = tmp_path / "team.xlsx"
    new_workbook(path, "en")
    workbook = ClosedBook(path)
    empty = workbook.read(NOW.date())
    workbook.write(bring_in(empty, generate_pipeline(empty, 8, since_days=60), Run("test", NOW)))
    return path


def quoting(book: Path, deal: str) -> list[str]:
    """Return the command that drafts a quote."""
    code = f"from xl_salesflow.cli import main; raise SystemExit(main(['quote', {str(book)!r}, {deal!r}, "
    return [sys.executable, "-c", code + "'--format', 'html', '--json', '--today', '2026-06-30']))"]


def test_two_people_who_quote_at_once_get_numbers_of_their_own_without_a_gap(book: Path) -> None:
    deals = [f"D-{number:05d}" for number in range(1, 5)]
    running = [
        subprocess.Popen(
            quoting(book, deal), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        for deal in deals
    ]
    told = [process.communicate(timeout=300) for process in running]
    assert [process.returncode for process in running] == [0] * len(deals), told
    given = {json.loads(out)["deal"]: json.loads(out)["quote"] for out, _ in told}
    quotes = ClosedBook(book).read(NOW.date())["Quotes"]
    assert dict(zip(quotes["deal"], quotes["quote"], strict=True)) == given
    assert sorted(given.values()) == [f"Q-2026-{number:04d}" for number in range(1, 5)]
    said = "".join(err for _, err in told)
    assert not said or re.search(r"saved by somebody else|is open|writes", said)


class _Other:
    """A workbook that somebody else saves between our read and our write, *times* times."""

    def __init__(self, times: int) -> None:
        self.reads, self._left = 0, times

    def read(self, today: date) -> Pipeline | int:
        self.reads += 1
        return self.reads

    def written(self, plan: ChangeSet) -> ChangeSet:
        if self._left:
            self._left -= 1
            raise WorkbookChanged(Path("team.xlsx"))
        return plan


def test_the_second_writer_is_told_and_plans_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(workbook_session.time, "sleep", waited.append)
    other = _Other(2)
    read, plan = write_with_retries(other, NOW.date(), lambda seen: ChangeSet(answer={"seen": seen}))  # type: ignore[arg-type]
    assert (read, plan.answer["seen"], other.reads, len(waited)) == (3, 3, 3, 2)
    assert capsys.readouterr().err.count("team.xlsx was saved by somebody else meanwhile") == 2


def test_who_never_gets_a_turn_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_session.time, "sleep", lambda _: None)
    other = _Other(99)
    with pytest.raises(WorkbookChanged):
        write_with_retries(other, NOW.date(), lambda _: ChangeSet())  # type: ignore[arg-type]
    assert other.reads == WRITE_TRIES


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
