"""``salesflow watch``: workbooks of a folder are processed as people save them, until somebody stops it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batch.sales import environment, made, runs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="A process is asked to stop with a signal of POSIX.")


class Watch:
    """A watch of a folder in its own process; *told* are its lines so far."""

    def __init__(self, folder: Path, **environ: str) -> None:
        command = [
            sys.executable, "-m", "xl_salesflow", "watch", str(folder), "--json", "--every", "0.3",
            "--still", "0.5", "--as", "Mara",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command,
            env=environment() | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.told: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def until(self, lines: int) -> list[tuple[str, str]]:
        end = time.monotonic() + 120
        while len(self.told) < lines and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.05)
        return [(Path(line["book"]).name, line["error"] or line["status"]) for line in self.told]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.reader.join()
        return code


@pytest.fixture(params=["told by the system", "by looking"])
def watch(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Return a watch that the system notifies of saves, and one that scans for them."""
    environ = {}
    if request.param == "by looking":  # an invalid module of this name hides the library
        hidden = tmp_path / "hide"
        hidden.mkdir()
        (hidden / "watchfiles.py").write_text("raise ImportError", encoding="utf-8")
        environ["PYTHONPATH"] = f"{hidden}:{environment()['PYTHONPATH']}"
    (tmp_path / "books").mkdir()
    watch = Watch(tmp_path / "books", **environ)
    yield watch
    with watch.process:  # closes its pipes
        watch.process.kill()
        watch.reader.join()


def test_saves_are_processed_errors_are_survived_and_a_stop_is_clean(watch: Watch, tmp_path: Path) -> None:
    good, bad, taken = (tmp_path / "books" / name for name in ("good.xlsx", "bad.xlsx", "taken.xlsx"))
    bad.write_bytes(b"no workbook")
    assert watch.until(1) == [("bad.xlsx", "NotAWorkbook")]
    owner = taken.with_name("~$taken.xlsx")
    owner.write_bytes(b"\x04Mara".ljust(165))
    taken.write_bytes(made())
    good.write_bytes(made())
    assert watch.until(2)[1:] == [("good.xlsx", "changed")]
    owner.unlink()
    assert watch.until(3)[2:] == [("taken.xlsx", "changed")]
    time.sleep(2)
    assert len(watch.told) == 3, "it processed its own saves"
    good.write_bytes(made())
    assert watch.until(4)[3:] == [("good.xlsx", "changed")]
    assert watch.stop() == 0
    assert len(runs(good)) == len(runs(taken)) == 1
