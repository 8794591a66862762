"""LibreOffice without a window, controlled through its own bridge, so that a workbook is opened once for many queries."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.libreoffice import end_group, write_settings
from tests.parts import office

_BRIDGE = "/usr/lib/python3/dist-packages"  # Debian's folder for the module uno
_ALWAYS, _NEVER = "<value>0</value>", "<value>1</value>"


class Office:
    """A running LibreOffice with its own profile; it opens workbooks without calculating anything."""

    def __init__(self, home: Path) -> None:
        launcher = office()
        if launcher is None:
            raise SystemExit("LibreOffice is not installed.")
        self._uno = _bridge()
        self._program = launcher.resolve().with_name("soffice.bin")
        self._profile, self._pipe = home / "profile", f"salesflow{uuid.uuid4().hex[:12]}"
        write_settings(self._profile)
        settings = self._profile / "user" / "registrymodifications.xcu"
        written = settings.read_text(encoding="utf-8")
        for mode in ("OOXMLRecalcMode", "ODFRecalcMode"):
            written = written.replace(f'name="{mode}" oor:op="fuse">{_ALWAYS}', f'name="{mode}" oor:op="fuse">{_NEVER}')
        settings.write_text(written, encoding="utf-8")
        self._process = self._start()
        self._desktop = self._connected()

    def open(self, path: Path) -> Any:
        """Open a workbook with its cached values; no macro of it runs."""
        arguments = []
        for name, value in {"Hidden": True, "MacroExecutionMode": 0}.items():
            made = self._uno.createUnoStruct("com.sun.star.beans.PropertyValue")
            made.Name, made.Value = name, value
            arguments.append(made)
        return self._desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, tuple(arguments))

    def busy(self) -> float:
        """Return the CPU seconds it has used so far, all threads together; 0 if the system does not report them."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process and its children."""
        end_group(self._process)

    def _start(self) -> subprocess.Popen[str]:
        command = [
            str(self._program), f"-env:UserInstallation={self._profile.as_uri()}", "--headless", "--norestore",
            "--nologo", f"--accept=pipe,name={self._pipe};urp;",
        ]  # fmt: skip
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, text=True, start_new_session=True)

    def _connected(self) -> Any:
        local = self._uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(240):
            if self._process.poll() == 81:  # it asks to be restarted after it has created its profile
                self._process = self._start()
            with contextlib.suppress(self._uno.getClass("com.sun.star.connection.NoConnectException")):
                context = resolver.resolve(f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext")
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            time.sleep(0.25)
        raise TimeoutError("LibreOffice did not answer within a minute")


def _bridge() -> Any:
    if _BRIDGE not in sys.path:
        sys.path.append(_BRIDGE)
    import uno

    return uno
