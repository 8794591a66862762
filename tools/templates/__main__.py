"""Generate the supplied templates from their layouts: python -m tools.templates."""

from __future__ import annotations

from pathlib import Path

from tools.templates.template_files import build_template_files

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[2] / "xl_salesflow" / "documents" / "templates"
    for name, content in build_template_files().items():
        (folder / name).write_bytes(content)
