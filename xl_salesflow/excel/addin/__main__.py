"""Write the generated parts of macros/: python -m xl_salesflow.excel.addin."""

from __future__ import annotations

from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.excel.addin.addin_build import macros_folder
from xl_salesflow.excel.addin.generated_sources import functions_module, ribbon_xml, verbs_module

if __name__ == "__main__":
    for name, made in (
        ("ribbon.xml", ribbon_xml),
        ("SalesflowVerbs.bas", verbs_module),
        ("SalesflowFunctions.bas", functions_module),
    ):
        save_file_atomically(macros_folder() / name, made().encode("ascii"))
