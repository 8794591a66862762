"""How files become rows of a workbook: proposed by the product, edited by a person, carried out by plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xl_salesflow.imports.dates import EITHER
from xl_salesflow.model.text import Language


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What becomes of a column: *to* is a target's id ("" is left out), *dates* how its days are written, *decimal* its
    decimal mark, *times* what one stands for (10000 where the header says 万元)."""

    to: str = ""
    dates: str = ""
    decimal: str = "."
    times: float = 1.0


@dataclass(frozen=True)
class FileMap:
    """What becomes of a file or of one sheet of it: *table* is a table's name ("" is left out)."""

    file: str
    table: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: dict[str, ColumnMap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage to add to the playbook; the stages from *position* on move one further."""

    stage: str
    position: int
    kind: str
    probability: float


@dataclass(frozen=True)
class Mapping:
    """Everything an import decides. *values* holds cleaned-up values by vocabulary: a list's id or the table of a reference.

    Several files of one table are joined by its key; later files fill in and win. *starts_in* is the stage that deals enter on
    the day they are created, *missing* the tables that get a row for every name they do not know. *remarks* say how the
    proposal came about.
    """

    files: tuple[FileMap, ...]
    playbook: str = ""
    starts_in: str = ""
    stages: dict[str, str] = field(default_factory=dict)
    new_stages: tuple[NewStage, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=(), compare=False)
    playbook_stages: tuple[str, ...] = field(default=(), compare=False)  # to choose from, for the comments

    @property
    def open_questions(self) -> Iterator[tuple[FileMap, str]]:
        """Yield the file and header of every column whose days can be read in two ways."""
        for file in self.files:
            for header, column in file.columns.items():
                if column.dates == EITHER and column.to:
                    yield file, header

    def to_toml(self, language: Language) -> str:
        """Return the mapping as a text that a person can read and edit, explained in *language*."""
        from xl_salesflow.imports.map_text import written

        return written(self, language)

    @classmethod
    def from_toml(cls, text: str, source: str = "map.toml") -> Mapping:
        """Return the mapping in *text*; *source* is what messages call it.

        Raises:
            UsageError: the text is no TOML, or names something that does not exist; the line and the nearest name are told.
        """
        from xl_salesflow.imports.map_reading import reading

        return reading(text, source)
