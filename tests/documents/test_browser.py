"""The pages in a real browser: on a phone, a tablet and a desktop, in light and dark mode."""

from __future__ import annotations

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.documents import samples
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.locale.texts import LANGUAGES

PAGES = {
    "quote": samples.quote(),
    "followups": samples.followups(),
    "digest": samples.digest(),
    "inspection": samples.inspection(),
    "report": samples.report(),
}
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@pytest.fixture(scope="module")
def browser() -> str:
    """Return the path of a browser that runs without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("No Chromium, Chrome or Edge is installed.")
    return found


class Said(HTMLParser):
    """The data that the script stored in an attribute of the body."""

    def __init__(self, dom: str) -> None:
        super().__init__()
        self.said: dict[str, Any] = {}
        self.feed(dom)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.said = json.loads(dict(attrs).get("data-said") or "{}")


@pytest.mark.parametrize(("scheme", "setting"), [("light", 1), ("dark", 0)])
def test_pages_fit_and_can_be_read(browser: str, tmp_path: Path, scheme: str, setting: int) -> None:
    """No page scrolls sideways; all text has the contrast required by the accessibility guidelines (4.5, large text 3)."""
    pages = {
        f"{name} {language}": render_document(document, language, "html").decode("utf-8")
        for name, document in PAGES.items()
        for language in LANGUAGES
    }
    script = (Path(__file__).parent / "browser.js").read_text(encoding="utf-8")
    given = json.dumps(pages).replace("</", "<\\/")
    host = tmp_path / "host.html"
    host.write_text(f"<!doctype html><body><script>const PAGES = {given};\n{script}</script>", encoding="utf-8")
    command = [
        browser,
        *QUIET,
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--blink-settings=preferredColorScheme={setting}",
    ]
    done = subprocess.run(
        [*command, "--dump-dom", host.as_uri()], capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    measures = Said(done.stdout).said
    assert len(measures) == len(pages) * 3, done.stderr[-500:]
    assert all(page["words"] > 100 for page in measures.values())
    assert {name: page["sideways"] for name, page in measures.items() if page["sideways"]} == {}
    assert {name: page["faint"] for name, page in measures.items() if page["faint"]} == {}


def test_the_filters_of_the_inspection_work_without_a_server(browser: str, tmp_path: Path) -> None:
    """The page lets its own script run, and each filter leaves the deals that it names."""
    page = render_document(samples.inspection(), "en", "html").decode("utf-8")
    steps = [("owner", "2"), ("owner", ""), ("stage", "1"), ("stage", ""), ("changed", True), ("warned", True)]
    host = tmp_path / "host.html"
    given = json.dumps([page, steps]).replace("</", "<\\/")
    host.write_text(
        f"<!doctype html><body><script>const [PAGE, STEPS] = {given};{_FILTERING}</script>", encoding="utf-8"
    )
    command = [browser, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", host.as_uri()]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    everything = ["Acme · Shift Board", "D-2", "Line"]
    assert Said(done.stdout).said == {
        "form": True,
        "shown": [["Line"], everything, everything[:1], everything, [everything[0], "Line"], everything[:1]],
        "count": "1 of 3 deals shown",
    }, done.stderr[-500:]


_FILTERING = """
const frame = document.createElement("iframe");
Object.assign(frame, { width: 900, height: 900, srcdoc: PAGE, onload() {
  const page = frame.contentDocument, form = page.getElementById("filters"), shown = [];
  for (const [name, value] of STEPS) {
    form.elements[name][typeof value === "string" ? "value" : "checked"] = value;
    form.dispatchEvent(new Event("input"));
    shown.push([...page.querySelectorAll("h3")].filter((head) => head.getClientRects().length).map((head) => head.textContent));
  }
  document.body.dataset.said = JSON.stringify({ form: !form.hidden, shown, count: page.querySelector("output").innerText });
} });
document.body.append(frame);
"""
