"""Write the shipped templates from their layouts: python -m xl_salesflow.documents.layout."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow.documents.layout.made import made

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[1] / "templates"
    for name, content in made().items():
        (folder / name).write_bytes(content)
