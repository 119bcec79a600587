#!/usr/bin/env python3
"""Sets everything up and runs it: `python3 run.py`, `python3 run.py test`, `python3 run.py setup`.

Needs nothing but Python; makes `.venv` in the checkout, installs the hash-pinned packages there
and, on Debian-likes, the few system libraries that Qt needs. A second run finds all done.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
COVERED = ROOT / "tests" / "covered.txt"
STAMP = VENV / "zhibao-setup.txt"
OLDEST = (3, 11)
NEWER = ("3.13", "3.12", "3.11", "3.14")

# What Qt opens even without a screen, and what a window under X11 or Wayland needs besides
# (libxcb-cursor0 brings what is not named here). Library: Debian's package.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
CHINESE_FONTS = ("*CJK*", "*SourceHan*", "wqy*", "*DroidSansFallback*", "uming*", "ukai*")
# Settings of the person's shell that would send packages or imports elsewhere.
MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH")


class CannotGoOnError(Exception):
    """Set-up has to stop; the message says why and what to do."""


def say(text: str) -> None:
    """Prints one line at once, also into a pipe."""
    print(text, flush=True)


def call(command: list[str | Path], *, quiet: bool = False) -> int:
    """Runs a command at the root of the checkout; `quiet` shows its words only if it fails."""
    environment = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    environment.update(PYTHONUTF8="1", DEBIAN_FRONTEND="noninteractive")
    words, into = (subprocess.PIPE, subprocess.STDOUT) if quiet else (None, None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=words, stderr=into, check=False
    )
    if quiet and done.returncode != 0:
        say(done.stdout.decode("utf-8", "replace"))
    return done.returncode


def answers(command: list[str | Path]) -> str | None:
    """What a command prints, or None if it is missing or fails."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")


# --- system packages ------------------------------------------------------------------------


def is_loadable(library: str) -> bool:
    """Whether the dynamic loader finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing(libraries: dict[str, str]) -> list[str]:
    """The Debian packages of those libraries that this Linux machine lacks."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for name, package in libraries.items() if not is_loadable(name)]


def has_chinese_font() -> bool:
    """Whether some installed font shows Chinese; Windows and macOS ship one."""
    if not sys.platform.startswith("linux"):
        return True
    if (answers(["fc-list", ":lang=zh", "family"]) or "").strip():
        return True
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    return any(next(one.rglob(name), None) for one in folders for name in CHINESE_FONTS)


class Apt:
    """Installs Debian packages when it may, or says how to."""

    updated = False

    def install(self, packages: list[str], purpose: str) -> None:
        """Tries to install; whoever asked looks afterwards whether it helped."""
        if not packages:
            return
        if shutil.which("apt-get") is None:
            say(f"{purpose}: please install (named as on Debian): {' '.join(packages)}")
            return
        prefix: list[str | Path] | None = None
        if os.geteuid() == 0:
            prefix = []
        elif answers(["sudo", "-n", "true"]) is not None:
            prefix = ["sudo", "-n"]
        install: list[str | Path] = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        if prefix is None:
            words = " ".join(["sudo apt-get install -y --no-install-recommends", *packages])
            say(f"{purpose}: please run\n    sudo apt-get update && {words}")
            return
        say(f"{purpose}: installing {' '.join(packages)}")
        if not Apt.updated:
            call([*prefix, "apt-get", "update", "-qq"], quiet=True)
            Apt.updated = True
        call([*prefix, *install, *packages], quiet=True)


def set_up_system(*, for_tests: bool) -> None:
    """Qt's libraries, a Chinese font and, for the tests, a browser; Linux only."""
    apt = Apt()
    apt.install(missing({**LIBRARIES, **WINDOW_LIBRARIES}), "Libraries for Qt")
    still = missing(LIBRARIES)
    if still:
        raise CannotGoOnError(f"Without these system packages Qt cannot start: {' '.join(still)}")
    if not has_chinese_font():
        apt.install(["fonts-noto-cjk"], "A font with Chinese characters")
        if not has_chinese_font():
            say("Warning: no Chinese font was found; the pictures will show boxes.")
    if for_tests and sys.platform.startswith("linux"):
        tools = {"chromium": "chromium", "chromedriver": "chromium-driver"}
        apt.install([tools[one] for one in tools if not shutil.which(one)], "Browser for the tests")
        if not all(shutil.which(one) for one in tools):
            say("Warning: Chromium is missing; the tests of the review desk will fail.")


# --- Python packages ------------------------------------------------------------------------


def wanted_stamp() -> str:
    """Changes whenever the environment has to be made or filled again."""
    content = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return f"{ROOT}\n{hashlib.sha256(content).hexdigest()}\n"


def make_environment() -> None:
    """Makes `.venv`, again if it is broken or was made at another place."""
    moved = STAMP.exists() and STAMP.read_text("utf-8").partition("\n")[0] != str(ROOT)
    if not moved and PYTHON.exists() and answers([PYTHON, "-m", "pip", "--version"]):
        return
    probe: list[str | Path] = [sys.executable, "-c", "import ensurepip, venv"]
    if answers(probe) is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        Apt().install([f"python{version}-venv"], "Python's venv module")
        if answers(probe) is None:
            raise CannotGoOnError("Without Python's venv module nothing can be installed.")
    say(f"Making {VENV.name} with Python {sys.version.split()[0]}")
    if call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        raise CannotGoOnError(f"{VENV} could not be made; the words above say why.")


def install_packages() -> None:
    """Fills `.venv` with what the lock names, and with this checkout."""
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == wanted_stamp():
        return
    make_environment()
    STAMP.unlink(missing_ok=True)
    say("Installing the packages of requirements.lock (a minute or two, the first time)")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
    if call([*pip, "--progress-bar=off", "--require-hashes", "-r", LOCK], quiet=True) != 0:
        raise CannotGoOnError(
            "The packages could not be installed. Check the connection to the package index that "
            "pip is set to, then run this command again; what is there already is kept."
        )
    if call([*pip, "--no-deps", "--no-build-isolation", "-e", ROOT], quiet=True) != 0:
        raise CannotGoOnError("This checkout could not be installed; the words above say why.")
    STAMP.write_text(wanted_stamp(), "utf-8")


# --- verbs ----------------------------------------------------------------------------------


def has_display() -> bool:
    """Whether a window can really open here."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    if os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal"}:
        return False
    probe = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    return answers([PYTHON, "-c", probe]) is not None


def demo(arguments: list[str]) -> int:
    """Opens the demo, or plays it without a screen and saves pictures under out/."""
    program: list[str | Path] = [PYTHON, "-m", "client.cli.main", "demo"]
    if "--headless" in arguments or has_display():
        return call([*program, *arguments])
    say("No screen here: the demo plays without one and saves its pictures under out/.")
    return call([*program, "--headless", *arguments])


def test(arguments: list[str]) -> int:
    """Lint, types, the whole suite, its coverage; with arguments, pytest gets these instead."""
    spread = ["-n", str(min(os.cpu_count() or 2, 4)), "--dist", "worksteal"]
    steps: list[tuple[str, list[str]]] = [
        ("lint", ["ruff", "check", "."]),
        ("format", ["ruff", "format", "--check", "."]),
        ("types", ["mypy"]),
        ("tests", ["pytest", *spread, *(arguments or ["--cov", "--cov-report="])]),
    ]
    if not arguments:
        listed = [one for one in COVERED.read_text("utf-8").split("\n") if one and one[0] != "#"]
        shown = ["--fail-under=100", "--show-missing", "--skip-covered"]
        steps.append(("coverage", ["coverage", "report", *shown, f"--include={','.join(listed)}"]))
    failed = []
    for name, step in steps:
        say(f"== {name}: {' '.join(step)[:100]}")
        if call([PYTHON, "-m", *step]) != 0:
            failed.append(name)
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def setup(_arguments: list[str]) -> int:
    """Set-up only."""
    say(f"Ready: {BIN / 'zhibao'} and {BIN / 'zhibao-office'}")
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {"demo": demo, "test": test, "setup": setup}


def run_with_newer_python(arguments: list[str]) -> int:
    """Hands over to a Python that is new enough, or says that there is none."""
    for version in NEWER:
        command: list[str | Path] = [f"python{version}"]
        if os.name == "nt":
            command = ["py", f"-{version}"]
        if answers([*command, "--version"]):
            return call([*command, __file__, *arguments])
    say("Zhibao needs Python 3.11 or newer, and none was found. Please install one.")
    return 2


def main(arguments: list[str]) -> int:
    """Does what the first argument says; without one, the demo."""
    if sys.version_info < OLDEST:
        return run_with_newer_python(arguments)
    verb = "demo" if not arguments or arguments[0].startswith("-") else arguments.pop(0)
    if verb not in VERBS or {"-h", "--help"} & set(arguments):
        say(f"{__doc__}\nVerbs: {', '.join(VERBS)} (without one: demo)")
        return 0 if verb in VERBS else 2
    try:
        set_up_system(for_tests=verb == "test")
        install_packages()
    except CannotGoOnError as problem:
        say(str(problem))
        return 2
    return VERBS[verb](arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
