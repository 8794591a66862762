"""Put the add-in where Excel starts it, and say there which Python to use; take both away again."""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin.build import build
from xl_salesflow.excel.addin.places import Places

_ENCODING = "mbcs" if sys.platform == "win32" else "utf-8"  # VBA reads the settings in the system's code page


def install(places: Places, interpreter: Path | None = None) -> list[Path]:
    """Build and install the add-in; return the files that were written.

    Raises:
        UsageError: Excel holds the old add-in, or a folder refuses.
    """
    written = [build(places.addin)]
    keys = settings(places, interpreter or Path(sys.executable))
    try:
        places.settings.parent.mkdir(parents=True, exist_ok=True)
        places.settings.write_text(_lines({**read_settings(places.settings), **keys}), encoding=_ENCODING)
        written.append(places.settings)
        if places.script:
            places.script.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_script_of_xlwings(places.script.name), places.script)
            written.append(places.script)
    except OSError as error:
        raise _refused(error) from error
    return written


def uninstall(places: Places) -> list[Path]:
    """Remove what was installed; return the files that were there."""
    files = [file for file in (places.addin, places.settings, places.script) if file and file.exists()]
    try:
        for file in files:
            file.unlink()
    except OSError as error:
        raise _refused(error) from error
    return files


def settings(places: Places, interpreter: Path) -> dict[str, str]:
    """Return what the add-in is told: the interpreter, and not to import modules that lie beside a workbook."""
    name = "INTERPRETER_MAC" if places.system == "darwin" else "INTERPRETER_WIN"
    return {name: str(interpreter), "ADD_WORKBOOK_TO_PYTHONPATH": "False", "SHOW CONSOLE": "False"}


def read_settings(file: Path) -> dict[str, str]:
    """Return the settings of a file; none when there is no file."""
    if not file.exists():
        return {}
    rows = csv.reader(io.StringIO(file.read_text(encoding=_ENCODING, errors="replace")))
    return {row[0].upper(): row[1] for row in rows if len(row) == 2}


def _lines(keys: Mapping[str, str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(keys.items())
    return text.getvalue()


def _script_of_xlwings(name: str) -> Path:
    spec = importlib.util.find_spec("xlwings")
    script = Path(spec.origin or "").parent / name if spec else Path(name)
    if not script.exists():
        raise UsageError(
            f"xlwings has no script {name}; reinstall it: pip install --force-reinstall xlwings.",
            f"xlwings 缺少脚本 {name}；请重新安装：pip install --force-reinstall xlwings。",
        )
    return script


def _refused(error: OSError) -> UsageError:
    return UsageError(
        f"{error.filename} could not be changed: {error.strerror}; quit Excel and try again.",
        f"无法修改 {error.filename}：{error.strerror}；请退出 Excel 后重试。",
    )
