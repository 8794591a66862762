"""Compile the catalogues when a wheel or an editable install is built: zh.po becomes zh.mo, which is distributed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FOLDER = Path("xl_salesflow") / "locale"


class CatalogueHook(BuildHookInterface[Any]):
    """Makes a .mo beside every .po."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues before the files are collected."""
        catalogues = _load_module(Path(self.root) / _FOLDER / "catalogues.py")
        for po in sorted((Path(self.root) / _FOLDER).glob("*.po")):
            po.with_suffix(".mo").write_bytes(catalogues.compile_catalogue(po))


def _load_module(path: Path) -> ModuleType:
    # by its path, because the package itself needs dependencies that are missing during the build
    spec = importlib.util.spec_from_file_location("xl_salesflow_catalogues", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
