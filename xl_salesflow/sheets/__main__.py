"""Write both templates at the top of the checkout: python -m xl_salesflow.sheets [FOLDER]."""

from __future__ import annotations

import sys
from pathlib import Path

from xl_salesflow.model.text import LANGUAGES, Language
from xl_salesflow.sheets.build import build

NAMES: dict[Language, str] = {"en": "workbook_template.xlsx", "zh": "workbook_template_zh.xlsx"}


def main(folder: Path) -> None:
    """Build every language into *folder*."""
    for language in LANGUAGES:
        (folder / NAMES[language]).write_bytes(build(language))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2])
