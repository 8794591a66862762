"""The direction of a stage move, and the stages it skips."""

from __future__ import annotations

import pytest

from tests.tables import crm

WAYS = """
    from         | to           | way
    -            | Lead         | forward
    Lead         | Qualified    | forward
    Lead         | Presentation | skip
    Contract     | Lead         | back
    Contract     | Contract     | back
    Lead         | Won          | won
    Contract     | Won          | won
    Lead         | Lost         | lost
    Won          | Lost         | lost
    Lost         | Won          | won
    Won          | Nurture      | aftercare
    Nurture      | Won          | back
    Won          | Contract     | reopened
    Lost         | Lead         | reopened
    Nurture      | Lead         | reopened
"""


@pytest.mark.parametrize("line", WAYS.strip().splitlines()[1:])
def test_the_direction_of_a_move(line: str) -> None:
    before, after, way = (cell.strip() for cell in line.split("|"))
    playbook = crm().playbooks["crm"]
    assert playbook.direction(playbook.by_name.get(before), playbook.by_name[after]) == way


def test_the_stages_that_a_move_skips() -> None:
    playbook = crm().playbooks["crm"]
    assert [stage.name for stage in playbook.passed(1, playbook.by_name["Contract"])] == [
        "Qualified", "Presentation", "Objections",
    ]  # fmt: skip
    assert playbook.passed(5, playbook.won) == ()
