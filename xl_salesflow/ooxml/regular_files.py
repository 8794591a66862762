"""Open files that somebody else may have put there: a pipe has no end, and neither has a device."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from os import PathLike

_READ_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


def open_regular_file(path: str | PathLike[str]) -> BufferedReader:
    """Open the file at *path*, or the one that a link leads to, for reading.

    Raises:
        OSError: it cannot be opened, or is a folder, a pipe or a device.
    """
    handle = os.open(path, _READ_FLAGS)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.ENODEV, "it is a pipe or a device, not a file", str(path))


def read_regular_file(path: str | PathLike[str]) -> bytes:
    """Return the bytes of the file at *path*; raises OSError as `open_regular_file` does."""
    with open_regular_file(path) as file:
        return file.read()
