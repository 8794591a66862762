"""A cell may hold 32,767 letters, and a header thousands; no pattern takes long to see that they are no name."""

from __future__ import annotations

import subprocess
import sys

JUDGED = """
from xl_salesflow.imports.import_stages import kind_of_stage_name
from xl_salesflow.imports.person_names import names_several_people, take_first_person, turn_last_name
from xl_salesflow.imports.stage_history import stage_of_entry_header

for part in ("-", "(", "a, ", "won ", "a <b", "1."):
    text = part * (32_000 // len(part))
    assert kind_of_stage_name(text) in (None, "won"), part
    assert not names_several_people(text) and take_first_person(text) == text and turn_last_name(text) == "", part
for part in (" ", "date ", "on ", "-", "' "):
    assert stage_of_entry_header("a" + part * (3_900 // len(part)) + "b") == "", part
"""


def test_a_long_text_is_judged_at_once() -> None:
    """The limit is that of every attack: twenty seconds. With the patterns alone, a single text took minutes."""
    subprocess.run([sys.executable, "-c", JUDGED], check=True, timeout=20)
