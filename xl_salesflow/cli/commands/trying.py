"""The demo."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import TODAY, option, verb
from xl_salesflow.cli.texts import LANGUAGE
from xl_salesflow.model.text import LANGUAGES


@verb("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), metavar="[DIR]")
@option(
    "--lang",
    "Language of the workbook.",
    "工作簿语言。",
    type=click.Choice(LANGUAGES),
    default=LANGUAGE,
    show_default=True,
)
@TODAY
def demo(folder: Path, lang: Any, today: date | None) -> int:
    from xl_salesflow.demo.show import show

    for path in show(folder, lang, datetime.combine(today, datetime.min.time()) if today else datetime.now()):
        click.echo(str(path))
    return 0
