"""A page of a PDF as a grid of shades: coarse enough for two versions of a program to agree, fine enough to see damage."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Grid = npt.NDArray[np.int64]

_CELL = 6  # dots of a page at 50 dots per inch
_DARKEST = 9


def grids(pdf: bytes, folder: Path) -> list[Grid]:
    """Return every page of a PDF as rows of shades from 0, white, to 9."""
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm is not installed (poppler-utils).")
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run([program, "-gray", "-r", "50", str(folder / "page.pdf"), str(folder / "page")], check=True)
    return [_grid(path.read_bytes()) for path in sorted(folder.glob("page-*.pgm"))]


def written(pages: list[Grid]) -> str:
    """Return pages as text: a digit for each shade, and a blank for white."""
    lines = ["\n".join("".join(str(shade or " ") for shade in row).rstrip() for row in page) for page in pages]
    return "\n\f\n".join(lines) + "\n"


def read(text: str, shape: tuple[int, int]) -> list[Grid]:
    """Return the pages from the text that `written` returned."""
    pages = []
    for page in text.removesuffix("\n").split("\n\f\n"):
        grid = np.zeros(shape, np.int64)
        for at, line in enumerate(page.split("\n")[: shape[0]]):
            grid[at, : len(line)] = [0 if mark == " " else int(mark) for mark in line]
        pages.append(grid)
    return pages


def _grid(picture: bytes) -> Grid:
    head, size, _, dots = picture.split(b"\n", 3)
    assert head == b"P5"
    width, height = map(int, size.split())
    page = np.frombuffer(dots, np.uint8, width * height).reshape(height, width)
    rows, columns = height // _CELL, width // _CELL
    cells = page[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    dark = 255.0 - cells.mean(axis=(1, 3))
    return np.minimum(np.ceil(dark / 255.0 * _DARKEST - 0.2).clip(0), _DARKEST).astype(np.int64)
