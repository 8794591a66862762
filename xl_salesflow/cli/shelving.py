"""``salesflow template``: which there are and where they are looked for, one to edit, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.documents import shelf
from xl_salesflow.documents.checking import faults
from xl_salesflow.documents.fields import fields, paths
from xl_salesflow.documents.kinds import PAPER_FORMATS, PAPERS, SUFFIXES
from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.workbook import ClosedBook

Where = tuple[Path, ...]


def listed(book: Path | None, as_json: bool) -> int:
    """Show every kind and format with the template that would be used, and the folders that are looked in."""
    where = _where(book)
    rows = [
        {
            "kind": kind,
            "name": PAPERS[kind].name.in_(LANGUAGE),
            "format": format,
            "template": shelf.find(kind, format, LANGUAGE, where).shown,
        }
        for kind in PAPERS
        for format in PAPER_FORMATS
    ]
    if as_json:
        show.as_json({"folders": [str(folder) for folder in where], "templates": rows})
        return 0
    for row in rows:
        own = "" if row["template"] in (shelf.shipped(row["kind"], row["format"]).name,) else f"  {row['template']}"
        click.echo(f"{row['kind']:<10} {row['format']:<5} {row['name']}{own}")
    for folder in where:
        click.echo(
            say(
                "Looked for in {folder}, then among those that ship.",
                "先在 {folder} 查找，再用内置模板。",
                folder=folder,
            )
        )
    return 0


def fielded(kind: str, as_json: bool) -> int:
    """Show every field that a template of *kind* may use, with an example."""
    told = list(paths(fields(_kind(kind), "html")))
    if as_json:
        show.as_json({"kind": kind, "fields": dict(told)})
        return 0
    for path, example in told:
        first = example.partition("\n")[0]
        click.echo(f"{{% {path} %}}" if path.startswith("for ") else f"{{{{ {path} }}}}  {first}")
    return 0


def checked(files: Sequence[Path], book: Path | None, as_json: bool) -> int:
    """Say what is wrong with templates: of the files given, else of every template of the book's folders."""
    templates = [_template(file) for file in files] or list(shelf.own(_where(book), tuple(PAPERS)))
    found = [(template, fault) for template in templates for fault in faults(template, _where(book))]
    if as_json:
        rows = [
            {"template": t.shown, "place": fault.place.in_(LANGUAGE), "fault": fault.said.in_(LANGUAGE)}
            for t, fault in found
        ]
        show.as_json({"checked": [template.shown for template in templates], "faults": rows})
        return 1 if found else 0
    for template, fault in found:
        place, colon = fault.place.in_(LANGUAGE), say(": ", "：")
        between = say(", ", "，") if place else ""
        click.echo(f"{template.shown}{between}{place}{colon}{fault.said.in_(LANGUAGE)}")
    click.echo(
        say(
            "Templates checked: {count}, faults: {wrong}.",
            "已检查 {count} 个模板，{wrong} 处错误。",
            count=len(templates),
            wrong=len(found),
        )
    )
    return 1 if found else 0


def made(kind: str, format: str, folder: Path) -> int:
    """Copy a template that ships into *folder*, to be edited; a file that is there is never overwritten."""
    template = shelf.shipped(_kind(kind), format)
    path = folder / f"{kind}.{SUFFIXES[format]}"
    if path.exists():
        raise UsageError(f"{path} exists already; move it away first.", f"{path} 已存在；请先移走。")
    documents.save(path, template.content)
    click.echo(
        say(
            "{path} is ready to be edited; salesflow template check finds misspelt fields, template fields lists them.",
            "{path} 可供编辑；salesflow template check 检查字段，template fields 列出字段。",
            path=path,
        )
    )
    return 0


def _where(book: Path | None) -> Where:
    return documents.folders(ClosedBook(book).read(date.today())) if book else ()


def _kind(kind: str) -> str:
    if kind in PAPERS:
        return kind
    near = nearest(kind, PAPERS)
    known = ", ".join(PAPERS)
    raise UsageError(
        f"There is no kind of paper “{kind}”" + (f"; did you mean {near}?" if near else f"; there are {known}."),
        f"没有“{kind}”这种文件" + (f"；是否指 {near}？" if near else f"；可用：{known}。"),
    )


def _template(file: Path) -> shelf.Template:
    kind, suffix = file.name.partition(".")[0], file.suffix.lstrip(".").lower()
    format = next((format for format, ending in SUFFIXES.items() if ending == suffix), None)
    if format is None:
        endings = ", ".join(f".{ending}" for ending in SUFFIXES.values())
        raise UsageError(f"{file} is no template; they end in {endings}.", f"{file} 不是模板；模板以 {endings} 结尾。")
    return shelf.read(file, _kind(kind), format)
