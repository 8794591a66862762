"""Whom a verb was asked about: a name that the workbook has, or an error that names the nearest one."""

from __future__ import annotations

from xl_salesflow.core.name_spelling import list_name_sources
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text


def identify_owner(pipeline: Pipeline, name: str) -> str:
    """Return the person *name* as the workbook spells it, whether they own anything or not; "" if *name* is blank.

    Raises:
        UsageError: neither the sheet Team nor any row names this person.
    """
    if not name:
        return ""
    people = next(source for source in list_name_sources() if ("Deals", "owner") in source.used)
    known = dict[str, str]()
    for table, column in (people.declared, *people.used):
        for one in pipeline.name_reader.list_names(pipeline[table], table, column):
            known.setdefault(fold_text(one), one)
    if (folded := fold_text(name)) in known:
        return known[folded]
    raise UsageError(
        "Nobody in the workbook is called “{name}”; {hint}", name=name, hint=suggest_names(name, known.values())
    )
