"""A question put in people's words: filters may name values as cells show them, in either language."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.errors import UsageError
from xl_salesflow.model.choices import identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import View


def asked(pipeline: Pipeline, view: View) -> Pipeline:
    """Return *pipeline* with the question *view*; its filters may name values as cells show them, in either language.

    Raises:
        UsageError: a filter names a value that no deal has, or the period ends before it begins.
    """
    if view.start and view.end and view.start > view.end:
        raise UsageError(
            f"The period ends ({view.end}) before it begins ({view.start}); swap the two.",
            f"期间止（{view.end}）早于期间起（{view.start}）；请交换两者。",
        )
    filters = {column: _value(pipeline, column, value) for column, value in view.filters.items()}
    return replace(pipeline, view=replace(view, filters=filters))


def _value(pipeline: Pipeline, column: str, wanted: str) -> str:
    held = {str(value) for value in pipeline["Deals"][column].unique() if value}
    labels = LISTS.get(TABLES["Deals"][column].options or "", {})
    id = identify(labels, wanted) or next((value for value in held if value.casefold() == wanted.casefold()), None)
    if id in held:
        return id
    known = sorted({text.in_(pipeline.language) for key, text in labels.items() if key in held} | (held - set(labels)))
    near = nearest(wanted, known)
    raise UsageError(
        f"No deal has {wanted!r} as its {column}"
        + (f"; did you mean {near!r}?" if near else f"; there are {', '.join(known)}."),
        f"没有商机的{TABLES['Deals'].header(column, 'zh')}为“{wanted}”"
        + (f"；是否指“{near}”？" if near else f"；现有：{'、'.join(known)}。"),
    )
