"""A team's own playbook files: the supplied ones pass, and all faults of a file are reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.process.playbook_files import (
    copy_playbook_source,
    list_playbook_names,
    make_shipped_setup,
    read_own_playbook,
)


@pytest.mark.parametrize("name", list_playbook_names())
def test_a_copy_of_a_supplied_playbook_reads_as_the_original(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(copy_playbook_source(name), encoding="utf-8")
    for language in ("en", "zh"):
        own, shipped = read_own_playbook(path, language), make_shipped_setup(name, language)
        assert all(own[table].equals(shipped[table]) for table in shipped)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (', zh = "吸引" }', " }", "“name” of stage 1 is not in both languages"),
        ('name = { en = "Attract", zh = "吸引" }', "", "stage 1 has no “name”"),
        ('id = "convert"', 'id = "attract"', "stage 2 has the same id as an earlier one"),
        ("probability = 0.40", 'probability = "much"', "“probability” of stage 2 is much; write a number"),
        ("day_limit = 7", "day_limit = true", "“day_limit” of stage 1 is True; write a number"),
        ("due_days = 0", 'due_days = "soon"', "“due_days” of task 1 of stage 1 is soon"),
        ('stage = "lost"', 'stage = "lots"', "gate 3 guards the stage “lots”, which is not there; did you mean “lost”?"),
        ('check = "filled"', 'check = "full"', "“check” of gate 1 is “full”; did you mean “filled”?"),
        ('effect = "warn"', 'effect = "stop"', "“effect” of gate 1 is “stop”; choose one of: block, warn."),
        ('subject = "source"', 'subject = "sauce"', "gate 1 refers to “sauce”, which is not a valid column of Deals"),
        ('check = "filled"\nsubject = "source"', 'check = "task_done"\nsubject = "attract.3"', "“attract.3”, which is not"),
        ('check = "filled"\nsubject = "source"', 'check = "activity_within"\nsubject = "dance"', "“dance”, which is not"),
        ('check = "filled"\nsubject = "source"', 'check = "quote_is"\nvalue = "sent, lost"', "“sent, lost”, which is not a"),
        ("[[stages]]", "[[steps]]", "the playbook has no “[[stages]]”"),
        ("order = 9", "order = ", "is not TOML"),
        ("order = 9", "order = " + "[" * 50_000, "is nested too deeply"),
        ("order = 9", 'order = "x"', "“order” of the playbook is x; write a number"),
        ("day_limit = 7", "day_limit = 1e400", "“day_limit” of stage 1 is inf; write a number"),
        ("day_limit = 7", "day_limit = nan", "“day_limit” of stage 1 is nan; write a number"),
        ('id = "attract"', "id = [1]", "“id” of stage 1 is [1]; write text in quotation marks"),
        ('name = { en = "Attract", zh = "吸引" }', "name = { en = 1, zh = 2 }", "“name” of stage 1 is not in both"),
        ('kind = "open"', "kind = 2026-01-01", "“kind” of stage 1 is 2026-01-01; write text in quotation marks"),
        ('check = "filled"', "check = { a = 1 }", "“check” of gate 1 is {'a': 1}; write text in quotation marks"),
        ('subject = "source"', 'subject = "source"\nactive = "no"', "“active” of gate 1 is no; write true or false"),
        ('subject = "source"', 'subject = "source"\nvalue = [1]', "“value” of gate 1 is [1]; write text"),
    ],
)  # fmt: skip
# attack: TOML nested 100,000 deep, with endless numbers or wrong types
# outcome: one sentence with file, key and what is asked
def test_a_fault_is_one_sentence(old: str, new: str, says: str, tmp_path: Path) -> None:
    path, source = tmp_path / "mine.toml", copy_playbook_source("b2c")
    assert old in source
    path.write_text(source.replace(old, new) if old == "[[stages]]" else source.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_own_playbook(path, "en")
    assert says in str(raised.value)
    assert raised.value.in_("zh") != str(raised.value)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(copy_playbook_source("b2c").replace('effect = "block"', 'effect = "stop"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"gate 2 is “stop”.*gate 3 is “stop”"):
        read_own_playbook(path, "en")


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read; check the name"):
        read_own_playbook(tmp_path / "none.toml", "en")
