"""The dropdown of a deal's stage, which offers the stages of the deal's own playbook.

Validations know neither tables nor filters, so the dropdown is the block of the sheet Stages from the first to the last
stage of the playbook. A deal without a playbook, or with one that Stages does not have, is offered every stage.
"""

from __future__ import annotations


def stage_dropdown_formula(playbook_cell: str) -> str:
    """Return the source of the dropdown for a row whose playbook is in *playbook_cell*, such as $AX2."""
    first = f"INDEX(stage_names,MATCH({playbook_cell},stage_playbooks,0))"
    last = f"SUMPRODUCT(MAX((stage_playbooks={playbook_cell})*ROW(stage_playbooks)))-ROW(INDEX(stage_playbooks,1))+1"
    return f"IF(COUNTIF(stage_playbooks,{playbook_cell})=0,list_stage,{first}:INDEX(stage_names,{last}))"
