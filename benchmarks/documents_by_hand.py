"""Print quotes with a plain script: docxtpl for each DOCX, LibreOffice for the PDFs, a hundred at a time.

python benchmarks/documents_by_hand.py FOLDER COUNT
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docxtpl import DocxTemplate

from benchmarks.documents import now, offers, since
from xl_salesflow.documents.template_lookup import build_template_context, shipped_template

_AT_ONCE = 100  # files for one run of LibreOffice, which fails with a thousand


def main() -> None:
    """Make the files, and print the time for each format as JSON."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    template = folder / "template.docx"
    template.write_bytes(shipped_template("quote", "docx").content)
    contexts = [{**build_template_context(document, "zh"), "logo": ""} for document in offers(count)]
    start = now()
    for number, facts in enumerate(contexts):
        paper = DocxTemplate(template)
        paper.render(facts, autoescape=True)
        paper.save(folder / f"quote-{number}.docx")
    costs = {"docx": since(start)}
    if office := shutil.which("soffice"):
        start = now()
        profile = (folder / "profile").as_uri()
        files = [str(folder / f"quote-{number}.docx") for number in range(count)]
        command = [
            office,
            "--headless",
            f"-env:UserInstallation={profile}",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
        ]
        for first in range(0, count, _AT_ONCE):
            subprocess.run([*command, *files[first : first + _AT_ONCE]], check=True, capture_output=True)
        if len(list(folder.glob("quote-*.pdf"))) == count:  # LibreOffice Calc without Writer opens no DOCX
            costs["pdf"] = [words + pages for words, pages in zip(costs["docx"], since(start), strict=True)]
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
