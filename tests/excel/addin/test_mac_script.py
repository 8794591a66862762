"""On macOS, a button starts Python through our AppleScript: whatever the names are, each part arrives as it was given."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from xl_salesflow.excel.addin.addin_build import read_xlwings_modules
from xl_salesflow.excel.addin.installation import read_mac_script

SCRIPT = read_mac_script().decode("utf-8")
WORKBOOKS = [
    "pipeline.xlsx", "Q4 $5M plan.xlsx", "x$(touch owned).xlsx", "x`touch owned`.xlsx", "A|B.xlsx", "a;touch owned;.xlsx",
    "O'Brien.xlsx", 'say "hi".xlsx', "a=b.xlsx", "back\\slash.xlsx", "\u8ba1\u5212 \u00e9.xlsx", "-c.xlsx", "50% & more.xlsx",
]  # fmt: skip
_TERM = re.compile(r'"((?:[^"\\]|\\.)*)"|(quoted form of )?(?:\(([^)]*)\)|(\w+))|\s*&\s*')


def evaluate(expression: str, variables: dict[str, str]) -> str:
    """Evaluate a text expression of AppleScript: literals, variables, &, parentheses and quoted forms."""
    found = ""
    for literal, quoted, inner, name in _TERM.findall(expression):
        if inner or name:
            text = evaluate(inner, variables) if inner else variables[name]
            found += shlex.quote(text) if quoted else text
        else:
            found += literal.replace('\\"', '"')
    return found


def shell_command(parameters: str) -> str:
    """Return what the script hands to the shell."""
    names = re.search(r"set \{([^}]*)\} to SplitString\(ParameterString, character id (\d+)\)", SCRIPT)
    assert names
    parts = parameters.split(chr(int(names[2])))
    variables = dict(zip(names[1].split(", "), parts, strict=True))
    for name in ("Prelude", "ShellCommand"):
        expression = re.search(rf"set {name} to (.*)", SCRIPT)
        assert expression
        variables[name] = evaluate(expression[1], variables)
    assert re.findall(r"do shell script (.*)", SCRIPT) == ["ShellCommand"]
    return variables["ShellCommand"]


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder with as much of xlwings as the prelude imports; the whole takes half a second at each start."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "xlwings").mkdir()
    (folder / "xlwings" / "__init__.py").touch()
    (folder / "xlwings" / "utils.py").write_text("def prepare_sys_path(text): ...\n", encoding="utf-8")
    return str(folder)


@pytest.mark.skipif(os.name == "nt", reason="the shell is that of macOS")
@pytest.mark.parametrize("name", WORKBOOKS)
@pytest.mark.parametrize("folder", ["plain", "my $(touch owned) Python"])
def test_no_letter_of_a_name_is_read_by_the_shell(tmp_path: Path, light: str, name: str, folder: str) -> None:
    """The first name arrives through xlwings itself."""
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    seen, log = tmp_path / "seen.json", tmp_path / "log of 'it'.txt"
    command = f"import json, sys; json.dump(sys.argv, open({str(seen)!r}, 'w'))"
    given = chr(30).join(("False;;;;;;;", str(python), command, name, "/Applications/Microsoft Excel.app", str(log)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path) if name == WORKBOOKS[0] else light}
    line = shell_command(given).removesuffix(" &")
    subprocess.run(["sh", "-c", line], check=True, cwd=tmp_path, env=environment, timeout=60)
    arguments = json.loads(seen.read_text(encoding="utf-8"))
    assert arguments == ["-c", f"--wb={name}", "--from_xl=1", "--app=/Applications/Microsoft Excel.app"]
    assert not list(tmp_path.rglob("owned"))


def test_the_runner_gives_the_script_what_it_takes_apart() -> None:
    runner = next(module.source for module in read_xlwings_modules() if module.name == "xlwings")
    assert runner.count("ParameterString + Chr(30) + ") == 5
    assert 'AppleScriptTask("salesflow.applescript", "VbaHandler", ParameterString)' in runner
