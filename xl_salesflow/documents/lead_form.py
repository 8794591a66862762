"""The form for leads: one page that works without a server and saves what somebody typed as a small file.

It speaks every language of the product. Its script only writes the file; it loads nothing and sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.imports.leads.lead_files import LEAD_FORM_MARK
from xl_salesflow.imports.leads.lead_values import LEAD_LABELS
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import LANGUAGES, Language, Text
from xl_salesflow.schema.choice_lists import choice_label

_FORM_TEXTS = {
    "heading": Text("Tell us what you need"),
    "intro": Text(
        "Fill in the form and press Save. Your answers are saved as a small file on this computer; nothing is sent."
    ),
    "save": Text("Save as a file", context="lead form"),
    "print": Text("Print"),
    "saved": Text("Saved. Please send the file to us, or hand it over."),
    "needed": Text("needed", context="lead form"),
    "either": Text("one of the two", context="lead form"),
    "reach": Text("Please fill in the e-mail address or the phone number."),
    "company_block": Text("You and your company", context="lead form"),
    "need_block": Text("What it is about", context="lead form"),
    "language": Text("Language"),
}
_FORM_FIELDS = (
    # field, kind, block, whether it is needed, what browsers fill in
    ("company", "text", "company_block", "needed", "organization"),
    ("contact", "text", "company_block", "needed", "name"),
    ("title", "text", "company_block", "", "organization-title"),
    ("email", "email", "company_block", "either", "email"),
    ("phone", "tel", "company_block", "either", "tel"),
    ("region", "choice", "company_block", "", "off"),
    ("need", "long", "need_block", "", "off"),
    ("product", "choice", "need_block", "", "off"),
    ("amount", "number", "need_block", "", "off"),
    ("source", "choice", "need_block", "", "off"),
)
_LONGEST_CHOICES = 200


def render_lead_form(company: str, language: Language, choices: Mapping[str, Sequence[str]]) -> bytes:
    """Return the form of *company*, which opens in *language*; *choices* are the values of region, product and source."""
    texts = {other: {name: text.in_(other) for name, text in _FORM_TEXTS.items()} for other in LANGUAGES}
    labels = {other: {name: LEAD_LABELS[name].in_(other) for name, *_ in _FORM_FIELDS} for other in LANGUAGES}
    blocks = [
        {"id": block, "fields": [_describe_field(*field, choices) for field in _FORM_FIELDS if field[2] == block]}
        for block in dict.fromkeys(field[2] for field in _FORM_FIELDS)
    ]
    words = {
        other: {**texts[other], **{f"field_{name}": label for name, label in labels[other].items()}}
        for other in LANGUAGES
    }
    facts: dict[str, Any] = {
        "company": company, "language": language_traits(language).tag, "chosen": language, "blocks": blocks,
        "words": words[language],
        "languages": [(other, language_traits(other).tag, language_traits(other).name.in_(other)) for other in LANGUAGES],
        "data": _as_script({"words": words, "mark": LEAD_FORM_MARK}),
    }  # fmt: skip
    return fill_template("lead_form.html", **facts).encode("utf-8")


def _describe_field(
    name: str, kind: str, _: str, needed: str, autocomplete: str, choices: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    offered = [
        {"value": value, "labels": {other: choice_label(name, value, other) for other in LANGUAGES}}
        for value in choices.get(name, ())[:_LONGEST_CHOICES]
    ]
    return {"name": name, "kind": kind, "needed": needed, "autocomplete": autocomplete, "choices": offered}


def _as_script(value: object) -> Markup:
    """Return *value* as JSON that cannot end the script it stands in."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
