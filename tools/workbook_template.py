"""Write the workbook templates, by default to the top of the checkout: python -m tools.workbook_template [FOLDER]."""

from __future__ import annotations

import sys
from pathlib import Path

from xl_salesflow.locale.texts import LANGUAGES
from xl_salesflow.workbook.empty_workbook import template_file_name
from xl_salesflow.workbook.template.template_builder import build_template


def write_templates(folder: Path) -> None:
    """Write the template of every language to *folder*."""
    for language in LANGUAGES:
        (folder / template_file_name(language)).write_bytes(build_template(language))


if __name__ == "__main__":
    write_templates(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
