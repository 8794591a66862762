"""A team's own template has a budget of time and memory, no network, and no files outside its folder."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from xl_salesflow.documents import filling_budget
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_filling import print_deal_document
from xl_salesflow.errors import UsageError

MEMORY, TIME = r"needs more than 256 MiB of memory; does it multiply", r"takes more than 1 seconds; does it repeat"


@pytest.fixture(autouse=True)
def _small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling_budget, "FILLING_SECONDS", 1)
    monkeypatch.setattr(filling_budget, "FILLING_MEBIBYTES", 256)


def printed(folder: Path, template: str, suffix: str = "html") -> bytes:
    (folder / f"quote.{suffix}").write_text(template, encoding="utf-8")
    formats = {"html": "html", "typ": "pdf"}
    return print_deal_document(sample_document("quote"), "en", formats[suffix], (folder,))


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ('{{ "x".ljust(3000000000) }}', MEMORY),
        ('{{ "x".center(3000000000) }}', MEMORY),
        ('{{ "x".zfill(3000000000) }}', MEMORY),
        ('{{ "x"|center(3000000000) }}', MEMORY),
        ('{{ "%3000000000d" % 5 }}', MEMORY),
        ('{{ "%3000000000d"|format(5) }}', MEMORY),
        ('{{ "{:>3000000000}".format(5) }}', MEMORY),
        ('{{ ("x" * 100000).replace("x", "y" * 100000) }}', MEMORY),
        ('{{ ("x" * 100000).join(["y"] * 100000) }}', MEMORY),
        ('{{ ["y" * 100000]|batch(100000, "z" * 100000)|list|string|length }}', MEMORY),
        ('{% set n = namespace(x="y" * 1000) %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}', MEMORY),
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", TIME),
        ("{{ lipsum(n=99999, min=100, max=200) }}", f"{TIME}|{MEMORY}"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "maximum recursion depth"),
        ('{% include "quote.html" %}', "maximum recursion depth"),
    ],
)  # fmt: skip
# attack: a template that multiplies text, repeats without end, loads packages or reads through links
# outcome: one sentence; the next template is not affected
def test_a_template_that_multiplies_or_repeats_is_one_sentence(tmp_path: Path, template: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        printed(tmp_path, template)
    assert caught.value.in_("zh") != str(caught.value)
    assert b"fine" in printed(tmp_path, "{# the next one has a budget of its own #}fine")


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("#for i in range(1000000) { for j in range(1000000) {} }", TIME),
        ("#range(300000000)", MEMORY),
        ('#("x" * 3000000000)', MEMORY),
        ("#for i in range(100000) { pagebreak() }", f"{TIME}|{MEMORY}"),
        ("#let f(x) = f(x + 1)\n#f(1)", "maximum function call depth exceeded"),
        ('#import "@preview/cetz:0.2.2"', "failed to download package"),
        ('#read("../secret.txt")', "would escape the project root"),
        ('#read("/etc/passwd")', "file not found"),
        ('#plugin("x.wasm")', "file not found"),
    ],
)
def test_a_typst_template_has_the_same_budget_and_no_network(tmp_path: Path, template: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        printed(tmp_path, template, "typ")
    assert caught.value.in_("zh") != str(caught.value)


@pytest.mark.parametrize(
    ("link", "suffix", "template"),
    [
        ("secret.txt", "html", '{% include "secret.txt" %}'),
        ("base.html", "html", '{% extends "base.html" %}'),
        ("secret.txt", "typ", '#read("secret.txt")'),
        ("there/secret.txt", "typ", '#read("there/secret.txt")'),
        ("quote.html", "html", ""),
    ],
)
def test_nothing_is_read_through_a_link_that_leads_out(tmp_path: Path, link: str, suffix: str, template: str) -> None:
    folder, outside = tmp_path / "templates", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    for name in ("secret.txt", "base.html", "quote.html"):
        (outside / name).write_text("secret", encoding="utf-8")
    name = link.partition("/")[0]
    (folder / name).symlink_to(outside if "/" in link else outside / name)
    if template:
        (folder / f"quote.{suffix}").write_text(template, encoding="utf-8")
    file_format = "pdf" if suffix == "typ" else "html"
    with suppress(UsageError):
        document = print_deal_document(sample_document("quote"), "en", file_format, (folder,))
        assert b"secret" not in document
        assert link == "base.html"  # the shipped one of this name is used


def test_several_threads_share_the_child(tmp_path: Path) -> None:
    found: list[bytes] = []
    (tmp_path / "quote.html").write_text("fine", encoding="utf-8")

    def fill() -> None:
        found.append(print_deal_document(sample_document("quote"), "en", "html", (tmp_path,)))

    threads = [threading.Thread(target=fill) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"fine"] * 3
