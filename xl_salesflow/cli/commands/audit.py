"""``salesflow audit BOOK``: thirteen questions about how the team sells, answered from its workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.verbs import VERBS


@click.command(help=VERBS["audit"].tip.in_(LANGUAGE), short_help=VERBS["audit"].tip.in_(LANGUAGE))
@click.argument("book", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=say("Answer as JSON, with stable keys.", "以 JSON 输出，键名固定。"))
def audit(book: Path, json: bool) -> int:
    from xl_salesflow.audit import answers
    from xl_salesflow.cli import show
    from xl_salesflow.workbook import ClosedBook

    found = answers(ClosedBook(book).read(date.today()))
    if json:
        show.as_json({"audit": found})
        return 0
    for number, one in enumerate(found, 1):
        click.echo(f"{number}. {one['text']}")
        click.echo(f"   {one['answer'] or say('The workbook does not tell.', '工作簿中没有相关数据。')}")
    return 0
