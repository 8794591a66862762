"""Write both templates at the top of the checkout: python -m tools.workbook_template [FOLDER]."""

from __future__ import annotations

import sys
from pathlib import Path

from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.workbook.template.template_builder import build_template

TEMPLATE_FILE_NAMES: dict[Language, str] = {"en": "workbook_template.xlsx", "zh": "workbook_template_zh.xlsx"}


def write_templates(folder: Path) -> None:
    """Build every language into *folder*."""
    for language in LANGUAGES:
        (folder / TEMPLATE_FILE_NAMES[language]).write_bytes(build_template(language))


if __name__ == "__main__":
    write_templates(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
