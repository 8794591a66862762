"""The documentation is correct: pages match the declarations, links have targets, commands run, the site builds."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.parts import ROOT
from tests.tutorials import Reader, matches, read_steps
from tools import reference_pages
from xl_salesflow.cli import main
from xl_salesflow.cli.command_line import salesflow_group

DOCS, TESTS = ROOT / "docs", ROOT / "tests"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TUTORIALS = sorted([*(DOCS / "tutorials").glob("*.md"), *(DOCS / "zh").glob("*.md")])
HOW_TOS = sorted(DOCS.glob("*.md"))


def name_page(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_generated_pages_are_up_to_date() -> None:
    assert [name_page(path) for path in reference_pages.find_stale_pages()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_link_has_a_target(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_file_of_the_repository_named_on_a_page_exists(page: Path) -> None:
    text = re.sub(r"Create `[^`]+`", "", page.read_text(encoding="utf-8"))
    named = set(re.findall(r"`((?:benchmarks|docs|macros|tests|tools|xl_salesflow)/[\w./-]+)`", text))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


PACKAGE = ROOT / "xl_salesflow"
PACKAGES = "|".join(
    sorted(path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
)


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_module_and_name_of_the_package_named_on_a_page_exists(page: Path) -> None:
    """`folder/file.py`, `folder.module.name` and `file.py` are in the package; `test_file.py` is among the tests."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    names = {
        path.name for folder in (PACKAGE, TESTS, ROOT / "tools", ROOT / "benchmarks") for path in folder.rglob("*.py")
    }
    named = set(re.findall(rf"`((?:{PACKAGES})/[\w/]+\.py|\w+\.py)`", text))
    assert sorted(name for name in named if name not in (files if "/" in name else {*names, "dev.py"})) == []
    dotted = set(re.findall(rf"`(?:xl_salesflow\.)?((?:{PACKAGES})(?:\.(?!py\b)\w+)+)`", text))
    assert sorted(name for name in dotted if not resolves(f"xl_salesflow.{name}")) == []


def resolves(name: str) -> bool:
    """Tell whether a dotted name is a module or a name in a module."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return "." in module and resolves(module) and hasattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("xl_salesflow.engine", True), ("xl_salesflow.core.pipelines.Pipeline", True), ("xl_salesflow.verbs.update", True),
        ("xl_salesflow.dreams", False), ("xl_salesflow.core.dreams.Pipeline", False),
        ("xl_salesflow.core.pipelines.Dream", False),
    ],
)  # fmt: skip
def test_a_missing_name_does_not_resolve(name: str, there: bool) -> None:
    assert resolves(name) is there


READMES = (("README.md", "deals.csv", "today.ics"), ("README.zh.md", "商机.csv", "今天.ics"))


@pytest.mark.parametrize(("readme", "deals", "calendar"), READMES)
def test_the_commands_of_the_readme_run(
    readme: str, deals: str, calendar: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["Deal,Stage,Amount,Created,Owner", "D-1,Lead,1200,2026-01-05,Mara", "D-2,Won,800,2026-01-09,Tom"]
    Path(deals).write_text("\n".join(rows), encoding="utf-8")
    commands = re.findall(r"^salesflow (.+)$", (ROOT / readme).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [main(command.split()) for command in commands] == [0] * len(commands)
    assert Path(calendar).read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize("readme", [readme for readme, _, _ in READMES])
def test_the_pictures_and_pages_of_the_readme_are_there(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = [*re.findall(r"\]\(([^)#:]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    assert [target for target in targets if not (ROOT / target).is_file()] == []
    assert len([target for target in targets if target.endswith(".png")]) == 3


def test_the_example_in_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "pipeline.xlsx"]) == 0
    (example,) = re.findall(
        r"^```python\n(.*?)^```", (DOCS / "reference" / "python.md").read_text("utf-8"), re.M | re.S
    )
    namespace: dict[str, object] = {}
    exec(compile(example, "python.md", "exec"), namespace)
    assert not namespace["change_set"].writes  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", TUTORIALS, ids=name_page)
def test_a_tutorial_can_be_followed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def run(words: list[str]) -> tuple[int, str]:
        capsys.readouterr()
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    reader = Reader(run)
    assert reader.follow(page) == []
    assert len(reader.ran) >= 6


@pytest.mark.parametrize(
    ("expected", "printed", "agree"),
    [
        ("No findings.", "No findings.\n", True),
        ("No findings.", "1 finding.\n", False),
        ("✗ Deals!E4: …", "Reading.\n✗ Deals!E4: refused\n", True),
        ("…Tasks +4…\n", "book: 13 cells; Tasks +4, History +1.", True),
        ("second\nfirst", "first\nsecond", False),
        ("a.b", "axb", False),
    ],
)
def test_an_output_is_compared_line_by_line(expected: str, printed: str, agree: bool) -> None:
    assert matches(expected, printed) is agree


def test_a_page_is_read_as_steps(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '```csv title="a.csv"\nDeal\n```\n\n```bash\nsalesflow check b.xlsx\n```\n\n```text\nNo findings.\n```\n\n'
        "| Sheet | Row | Column | Type |\n|---|---|---|---|\n| Deals | D-1 | Need | 3 |\n",
        encoding="utf-8",
    )
    assert [(step.kind, step.text.strip()) for step in read_steps(page)] == [
        ("file", "Deal"), ("command", "salesflow check b.xlsx"), ("output", "No findings."),
        ("typing", "| Deals | D-1 | Need | 3 |"),
    ]  # fmt: skip


def test_a_wrong_tutorial_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```bash\nsalesflow check b.xlsx\n```\n\n```text\nNo findings.\n```\n", encoding="utf-8")
    assert len(Reader(lambda words: (0, "1 finding.")).follow(page)) == 1
    assert len(Reader(lambda words: (3, "No findings.")).follow(page)) == 1
    assert Reader(lambda words: (0, "No findings.")).follow(page) == []


def list_commands(page: Path) -> list[str]:
    """Return the commands that a page shows on separate lines, without their explanations."""
    lines = re.findall(r"^(?: {4})?salesflow (\S.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [re.split(r" {2,}", line)[0] for line in lines]


WORDS = {"DAYS": "5", "VALUE": "1000"}
SHOWN = [(page, command) for page in HOW_TOS for command in list_commands(page)]


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=lambda one: name_page(one) if isinstance(one, Path) else one)
def test_a_command_of_a_how_to_page_is_valid(page: Path, command: str) -> None:
    """Brackets and alternatives are resolved to something that can be typed; nothing runs."""
    plain = re.sub(r"[\[\]…]", "", re.sub(r" ?\| ?[\w-]+", "", re.sub(r"\(.*?\)", "", command)))
    name, *words = [WORDS.get(word, word) for word in shlex.split(plain)]
    with click.Context(salesflow_group, info_name="salesflow") as context:
        command_found = salesflow_group.commands[name]
        if isinstance(command_found, click.Group):
            command_found, words = command_found.commands[words[0]], words[1:]
        assert command_found.make_context(name, words, parent=context)


@pytest.mark.parametrize("word", ["mkdocs", "material", "mkdocstrings"])
def test_the_dev_group_includes_the_builder_of_the_site(word: str) -> None:
    import dev

    assert any(word in requirement for requirement in dev.group("dev"))


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("mkdocstrings") is None:
        pytest.skip("mkdocs is not installed; it is in the dependency group docs.")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {page.parent.name for page in (tmp_path / "site").rglob("index.html")}
    assert {"rep", "manager", "operator", "python", "commands", "architecture"} <= pages
