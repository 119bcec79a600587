"""The demo's office: the real program, in a process of its own, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REVIEWER = "shenhe"
OFFICER = "xinxi"
COUNTY = "420583"
# Of made-up data, on loopback only; told to whoever starts the demo.
REVIEWER_PASSWORD = "zhibao-demo-1"  # noqa: S105
_SECONDS = 60


class OfficeFailedError(RuntimeError):
    """The office said no; the message is its own sentence."""


class DemoOffice:
    """The office in *folder*: founded on first use, then served until `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Found the office with the sample county unless it is there, and serve it.

        Raises:
            OfficeFailedError: it did not start.

        """
        founded = self.folder / "founded"
        if not founded.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.run("init", "--sample", "zhijiang")
            founded.touch()
        with (self.folder / "office.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("serve", "--port", "0"),
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                env=self._environment(),
            )
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            self.stop()
            raise OfficeFailedError(f"公开办没有启动，原因见 {self.folder / 'office.log'}。")
        self.url = str(json.loads(line)["url"])

    def run(self, *args: str) -> Any:
        """What `zhibao-office --json ARGS` printed, as values.

        Raises:
            OfficeFailedError: the command failed.

        """
        done = subprocess.run(
            self._command("--json", *args),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env=self._environment(),
        )
        if done.returncode != 0:
            raise OfficeFailedError(done.stderr.strip() or f"公开办返回 {done.returncode}。")
        return json.loads(done.stdout)

    def enrol_code(self) -> str:
        """A fresh code for the demo's officer, whose scope is the whole county."""
        return str(self.run("enrol-code", COUNTY, "--account", OFFICER)["code"])

    def stop(self) -> None:
        """End the process that `start` started, if it still runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "office", "--base-dir", str(self.folder), *args]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONUTF8": "1",
            "ZHIBAO_OFFICE_PASSWORD": REVIEWER_PASSWORD,
        }
