# ruff: noqa: E501  # a value or an element is one line
"""A team's own templates: shipped ones damaged, and expressions put together at random, for every format."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

import xl_salesflow.documents
from benchmarks.fuzz_targets.damage import a_word, cut, damage_package, drop_or_repeat, noise, put_word
from benchmarks.fuzz_targets.quiet_runs import FuzzFault
from benchmarks.fuzz_targets.stores import refused
from tests.ooxml.fuzzing import unpacked
from xl_salesflow.documents import filling_budget
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_filling import print_deal_document
from xl_salesflow.errors import SalesflowError

_SHIPPED = Path(xl_salesflow.documents.__file__).parent / "templates"
_SECRET = b"outside-7f3a"
_JINJA, _TAG = re.compile(rb"\{[{%]-?([^{}%]*)-?[%}]\}"), re.compile(rb"\{[{%][^{}%]*[%}]\}|<[^<>]*>|#[a-z]+\([^()]*\)")
_TYPST = re.compile(rb"#[a-z.]+\(([^()]*)\)")
_ATOMS = (
    *(
        "quote",
        "quote.number",
        "lines",
        "lines[0]",
        "totals.total",
        "buyer",
        "1",
        "-1",
        "2**64",
        '"x"',
        "[]",
        "{}",
        "none",
        "loop",
        "self",
        "cycler",
        "joiner",
        "namespace()",
    ),
    *(
        "quote.__class__",
        "''.__class__.__mro__",
        "quote['__init__']",
        "(1).real",
        "range(9)",
        "lipsum",
        "dict",
        "config",
        "caller()",
        "super()",
        "lines.append(1)",
        "lines|map(attribute='price')",
    ),
)
_FILTERS = (
    "upper",
    "length",
    "join",
    "list",
    "first",
    "last",
    "sort",
    "reverse",
    "batch(2)",
    "slice(2)",
    "tojson",
    "safe",
    "xmlattr",
    "indent(3)",
    "round(2)",
    "sum",
    "groupby('product')",
    "urlize",
    "wordwrap(5)",
    "format(1)",
    "replace('a','b')",
    "attr('__class__')",
    "int",
    "float",
    "random",
    "pprint",
    "striptags",
    "truncate(3)",
    "center(30)",
    "filesizeformat",
    "nothing",
)
_TYPST_LINES = (
    '#read("../secret.txt")', '#include "../secret.typ"', '#json("../secret.txt")', '#image("x.png")', "#eval(\"1+\")", "#let x = x\n#x",
    "#range(5).map(n => n).join()", "#panic(1)", "$ sum_(i=0)^n $", "#table(columns: -1)", "#text(size: 1e9pt)[x]", "#page(width: 0pt)[x]",
    "#rotate(1e99deg)[x]", "#[", "#set page(height: auto)", "#str.from-unicode(55296)", "#(1, 2).at(9)", "#calc.pow(9, 999)", "#datetime(year: 0)", "#sys.inputs",
)  # fmt: skip


def use_team_template(chance: Random, folder: Path) -> str:
    """Fill one template, with a budget that is small enough for many runs."""
    filling_budget.FILLING_SECONDS = 2
    (folder.parent / "secret.txt").write_bytes(_SECRET)
    place = folder / "templates"
    place.mkdir(exist_ok=True)
    suffix = chance.choices(("html", "typ", "docx", "xlsx"), (6, 4, 1, 1))[0]
    path = place / f"quote.{suffix}"
    path.write_bytes(_make_template(suffix, chance))
    try:
        made = print_deal_document(sample_document("quote"), "en", "pdf" if suffix == "typ" else suffix, (place,))
    except SalesflowError as error:
        return refused(error)
    finally:
        path.unlink()
    if _SECRET in made:
        raise FuzzFault("the template read a file outside its folder")
    return suffix


@cache
def _package(suffix: str) -> dict[str, bytes]:
    return unpacked((_SHIPPED / f"quote.{suffix}").read_bytes())


def _make_template(suffix: str, chance: Random) -> bytes:
    if suffix in ("docx", "xlsx"):
        return damage_package(_package(suffix), chance)
    if chance.random() < 0.6:
        make = _make_jinja if suffix == "html" else _make_typst
        return "\n".join(make(chance) for _ in range(chance.randint(1, 4))).encode("utf-8", "replace")
    text = (_SHIPPED / f"quote.{suffix}").read_bytes()
    for _ in range(chance.randint(1, 4)):
        damage = chance.choice(
            (
                noise,
                cut,
                lambda one, _: put_word(_JINJA if suffix == "html" else _TYPST, one, chance),
                lambda one, _: drop_or_repeat(_TAG, one, chance),
            )
        )
        text = damage(text, chance)
    return text


def _make_expression(chance: Random, depth: int = 0) -> str:
    atom = chance.choice(_ATOMS) if depth > 2 or chance.random() < 0.5 else f"({_make_expression(chance, depth + 1)})"
    if chance.random() < 0.4:
        atom += "|" + chance.choice(_FILTERS)
    if chance.random() < 0.3:
        atom += f" {chance.choice(('+', '~', '*', '/', '//', '%', '**', 'in', 'is', 'and', '==', '<'))} {chance.choice(_ATOMS)}"
    return atom


def _make_jinja(chance: Random) -> str:
    one = _make_expression(chance)
    return chance.choice(
        (
            f"{{{{ {one} }}}}", f"{{{{ {one} }}}}", f"{{% if {one} %}}{a_word(chance)}{{% endif %}}", f"{{% for x in {one} %}}{{{{ x }}}}{{% endfor %}}",
            f"{{% set y = {one} %}}{{{{ y }}}}", f"{{% macro m(a={one}) %}}{{{{ a }}}}{{% endmacro %}}{{{{ m() }}}}", f"{{% include {one} %}}",
            f"{{% extends {one} %}}", "{% import '../secret.txt' as s %}", "{% include '../secret.txt' %}", f"{{% filter {chance.choice(_FILTERS)} %}}x{{% endfilter %}}", a_word(chance),
        )
    )  # fmt: skip


def _make_typst(chance: Random) -> str:
    return chance.choice(
        (*_TYPST_LINES, a_word(chance), f"#let v = {chance.choice(('1', '[x]', '()', 'none', '(a: 1)'))}\n#v")
    )
