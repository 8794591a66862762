"""An import map that is written for a person, edited, and read back."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.core.written_columns import DAY_OR_MONTH_FIRST
from xl_salesflow.core.written_dates import DATE_ORDERS
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_vocabulary import IMPORTABLE_TABLES, NOTES_TARGET, targets_of_table
from xl_salesflow.imports.map_parts import ColumnMap, FileMap, NewStage
from xl_salesflow.imports.text_records import FILE_DELIMITERS
from xl_salesflow.locale.text_widths import screen_width
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.choice_lists import CHOICES

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VOCABULARIES = ("Products", "Accounts", "Team", "source", "industry", "outcome")


@st.composite
def files(draw: st.DrawFn) -> FileMap:
    table = draw(st.sampled_from(["", *IMPORTABLE_TABLES]))
    free = draw(st.permutations(list(targets_of_table(table)))) if table else []
    noted = [NOTES_TARGET] if table and "notes" in targets_of_table(table) else []
    headers = draw(st.lists(NAMES, max_size=5, unique=True))
    columns = {}
    for place, header in enumerate(headers):
        to = draw(st.sampled_from(["", *noted, *free[place : place + 1]]))
        dates = draw(st.sampled_from(["", DAY_OR_MONTH_FIRST, *DATE_ORDERS]))
        times = draw(st.sampled_from([1.0, 0.01, 10000.0]))
        columns[header] = ColumnMap(to, dates, draw(st.sampled_from([".", ","])), times)
    delimiter = draw(st.sampled_from(["", *FILE_DELIMITERS]))
    return FileMap(draw(NAMES), table, draw(WORDS), draw(WORDS), delimiter, columns)


@st.composite
def mappings(draw: st.DrawFn) -> ImportMap:
    stage = st.builds(
        NewStage, NAMES, st.integers(1, 20), st.sampled_from(list(CHOICES["kind"])), st.floats(0, 1, allow_nan=False)
    )
    names = st.dictionaries(WORDS, WORDS, max_size=3)
    return ImportMap(
        files=tuple(draw(st.lists(files(), max_size=2))),
        playbook=draw(WORDS),
        starts_in=draw(WORDS),
        stages=draw(names),
        new_stages=tuple(draw(st.lists(stage, max_size=2))),
        values=draw(st.dictionaries(st.sampled_from(VOCABULARIES), names, max_size=2)),
        missing=tuple(draw(st.lists(st.sampled_from(["Accounts", "Products", "Team"]), unique=True, max_size=3))),
        notes=tuple(draw(st.lists(WORDS, max_size=2))),
        playbook_stages=tuple(draw(st.lists(WORDS, max_size=2))),
    )


@given(mappings(), st.sampled_from(LANGUAGES))
def test_an_import_map_is_read_back_as_it_was_written(mapping: ImportMap, language: Language) -> None:
    assert ImportMap.from_toml(mapping.to_toml(language)) == mapping


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_break_between_words(language: Language) -> None:
    """In Chinese, a line that ended after 110 letters broke names of tables and columns in two."""
    comments = [line for line in ImportMap.from_toml(MAP).to_toml(language).splitlines() if line.startswith("#")]
    words = {word for line in comments for word in re.findall(r"[A-Za-z_]+", line)}
    assert words >= {*IMPORTABLE_TABLES, *targets_of_table("Deals")}
    assert max(map(screen_width, comments)) <= 115


MAP = """\
playbook = "crm"
starts_in = "Lead"
missing = ["Accounts"]

[stages]
Prospecting = "Lead"

[[new_stages]]
stage = "Engaging"
position = 2
kind = "open"
probability = 0.2

[values.Products]
GTXPro = "GTX Pro"

[[files]]
file = "pipeline.csv"
table = "Deals"
delimiter = ";"

[files.columns]
id = "deal"
value = { to = "amount", decimal = ",", times = 1000 }
engaged = { to = "created", dates = "dd/mm/yyyy" }
"""


def test_the_text_is_explained_in_the_language_of_the_workbook() -> None:
    mapping = ImportMap.from_toml(MAP)
    assert "# A stage to add to the playbook" in mapping.to_toml("en")
    assert "# 加入销售流程的新阶段" in mapping.to_toml("zh")
    assert tomllib.loads(mapping.to_toml("zh")) == tomllib.loads(mapping.to_toml("en"))


@pytest.mark.parametrize("name", ["amount", "Amount", "AMOUNT", "金额"])
def test_a_column_may_be_named_by_its_id_or_its_header_in_either_language(name: str) -> None:
    mapping = ImportMap.from_toml(MAP.replace('to = "amount"', f'to = "{name}"'))
    assert mapping.files[0].columns["value"].to == "amount"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('id = "deal"', "id = deal", r"map\.toml is not TOML: .*line 23"),
        (
            'to = "amount"',
            'to = "amuont"',
            r"map\.toml, line 24: there is no “amuont” of Deals; did you mean “amount”\?",
        ),
        ('table = "Deals"', 'table = "Deal"', r"line 19: there is no “Deal”; did you mean “Deals”\?"),
        ("dd/mm/yyyy", "dd.mm.yy", r"line 25: there is no “dd\.mm\.yy”; did you mean “dd/mm/yyyy”\?"),
        ('decimal = ","', 'decimal = "’"', r"line 24: there is no “’”"),
        ("times = 1000", "times = 0", r"line 24: times of “value” should be a number above 0"),
        ("times = 1000", 'time = "x"', r"line 24: there is no “time”; did you mean “times”\?"),
        ("[values.Products]", "[values.Product]", r"line 14: there is no “Product”; did you mean “Products”\?"),
        (
            'missing = ["Accounts"]',
            'missing = ["Account"]',
            r"line 3: there is no “Account”; did you mean “Accounts”\?",
        ),
        ("position = 2", "position = 0", "a new stage needs a name and a position from 1"),
        ("probability = 0.2", "probability = 20", "the probability of “Engaging” is not between 0 and 1"),
        ('kind = "open"', 'kind = "opened"', r"there is no “opened”; did you mean “open”\?"),
        ("playbook =", "playbok =", r"line 1: there is no “playbok”; did you mean “playbook”\?"),
        ('playbook = "crm"', "playbook = 5", "line 1: playbook should be text in quotation marks"),
        ('id = "deal"', 'id = "amount"', "both “id” and “value” become amount; leave one of them out"),
        ('id = "deal"', "id = 5", "line 23: “id” should be the name of a column"),
        ('delimiter = ";"', 'delimiter = "."', r"delimiter “\.” is none of"),
        ("[[files]]", "[files]", r"files should be a list"),
        ('file = "pipeline.csv"', "", "file is missing"),
    ],
)
def test_an_editing_error_is_reported_with_its_line_and_the_nearest_name(was: str, becomes: str, says: str) -> None:
    assert was in MAP
    with pytest.raises(UsageError, match=says) as error:
        ImportMap.from_toml(MAP.replace(was, becomes), "map.toml")
    assert error.value.in_("zh") != str(error.value)


def test_columns_can_go_to_notes_only_if_the_table_has_notes() -> None:
    edited = MAP.replace('table = "Deals"', 'table = "Team"').replace('id = "deal"', 'id = "notes+"')
    with pytest.raises(UsageError, match=r"there is no “notes\+” of Team"):
        ImportMap.from_toml(edited)
