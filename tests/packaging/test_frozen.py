"""The one-folder program of `build.spec` works where there is no Python and no checkout."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import filelock
import pytest
from PyInstaller.archive.readers import CArchiveReader

ROOT = Path(__file__).resolve().parents[2]
INGREDIENTS = ("client", "core", "db", "resources", "build.spec", "requirements.lock")
SUFFIX = ".exe" if os.name == "nt" else ""


def fingerprint() -> str:
    """Changes with every file that goes into the program, and with the Python that builds it."""
    digest = hashlib.sha256(sys.version.encode())
    for ingredient in INGREDIENTS:
        path = ROOT / ingredient
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built folder; kept under `build/` until something that goes into it changes."""
    kept = ROOT / "build" / f"frozen-{fingerprint()}"
    kept.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(kept / "lock"):  # One worker builds, the others wait for it.
        if not (kept / "zhibao").exists():
            build(tmp_path_factory.mktemp("pyinstaller"), kept)
    return kept / "zhibao"


def build(work: Path, kept: Path) -> None:
    """Builds in *work* and puts the folder under *kept*, whole or not at all."""
    options = ["--noconfirm", "--log-level=WARN", f"--workpath={work / 'work'}"]
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, f"--distpath={work}", "build.spec"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shutil.move(work / "zhibao", kept / "unfinished")
    (kept / "unfinished").rename(kept / "zhibao")


def surroundings() -> dict[str, str]:
    """An environment that knows no Python."""
    kept = {"PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "QT_QPA_PLATFORM"}
    environment = {key: value for key, value in os.environ.items() if key in kept}
    return {**environment, "LANG": "C.UTF-8"}


def run(program: Path, base_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Starts a built program away from the checkout and waits for its end."""
    return subprocess.run(
        [program, "--base-dir", base_dir, *arguments],
        cwd=base_dir,
        env=surroundings(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def modules(folder: Path) -> set[str]:
    """The names of all Python modules inside the program."""
    archive = CArchiveReader(str(folder / f"zhibao-cli{SUFFIX}"))
    return set(archive.open_embedded_archive("PYZ.pyz").toc)


@pytest.mark.parametrize("name", ["zhibao", "zhibao-cli"])
@pytest.mark.parametrize("word", ["--self-test", "self-test"])
def test_the_self_test_passes(folder: Path, base_dir: Path, name: str, word: str) -> None:
    done = run(folder / f"{name}{SUFFIX}", base_dir, word)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_demo_says_that_it_is_not_inside(folder: Path, base_dir: Path) -> None:
    done = run(folder / f"zhibao-cli{SUFFIX}", base_dir, "demo", "--headless")
    assert done.returncode == 2
    assert "run.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_forms_are_inside(folder: Path, base_dir: Path) -> None:
    done = run(folder / f"zhibao-cli{SUFFIX}", base_dir, "forms", "--json")
    assert done.returncode == 0, done.stderr
    assert {"institution", "person"} <= {form["id"] for form in json.loads(done.stdout)}


def test_the_window_opens_and_a_second_start_raises_it(folder: Path, base_dir: Path) -> None:
    program = folder / f"zhibao{SUFFIX}"
    with subprocess.Popen(
        [program, "--base-dir", base_dir], cwd=base_dir, env=surroundings(), stderr=subprocess.PIPE
    ) as first:
        try:
            deadline = time.monotonic() + 60
            held = False
            while time.monotonic() < deadline and not held:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    first.wait(0.1)
                    pytest.fail(f"the window did not stay open: {first.communicate()[1]!r}")
                held = (base_dir / "window.lock").exists()
            # A start finds nobody to ring at (2) until the first window is painted.
            codes = iter(lambda: run(program, base_dir).returncode, 0)
            assert all(code == 2 and time.monotonic() < deadline for code in codes)
            assert first.poll() is None
        finally:
            first.terminate()


def test_the_office_and_the_tools_are_not_inside(folder: Path) -> None:
    tops = {name.partition(".")[0] for name in modules(folder)}
    assert {"client", "core", "db"} <= tops
    assert not tops & {"office", "tests", "fastapi", "uvicorn", "pytest", "hypothesis", "mypy"}
    assert not list(folder.rglob("office*"))
    assert not any(name.startswith("client.demo") for name in modules(folder))


def test_the_migrations_are_inside(folder: Path) -> None:
    versions = ROOT / "db" / "migrations" / "versions"
    wanted = {path.name for path in versions.glob("*.py")}
    found = {path.name for path in folder.rglob("migrations/versions/*.py")}
    assert wanted
    assert wanted <= found


def test_qt_is_trimmed(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert not [name for name in names if "Qt6Qml" in name or "Qt6Quick" in name]
