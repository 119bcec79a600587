"""The walls between the folders stand."""

from pathlib import Path

import pytest

from tests.layers import breaches

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("resources", "core", "db", "client", "office", "tests", "benchmarks")


def sources() -> list[Path]:
    found = [ROOT / "run.py"] if (ROOT / "run.py").exists() else []
    for folder in FOLDERS:
        found.extend(sorted((ROOT / folder).rglob("*.py")))
    return found


def test_no_file_breaks_a_wall() -> None:
    found = [
        breach
        for path in sources()
        for breach in breaches(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]
    assert found == [], "\n" + "\n".join(found)


def test_there_are_files_to_read() -> None:
    assert len(sources()) > 10


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/record.py", "import sqlalchemy"),
        ("core/record.py", "from db import store"),
        ("core/record.py", "import requests"),
        ("core/record.py", "import socket"),
        ("core/record.py", "from urllib.request import urlopen"),
        ("core/record.py", "import pypinyin"),
        ("core/record.py", "from PySide6 import QtCore"),
        ("core/checks/field.py", "def f():\n    from client.ui import entry"),
        ("core/checks/field.py", "from ...office import intake"),
        ("core/wire/note.py", "import openpyxl"),
        ("core/sheets/reader.py", "import zstandard"),
        ("core/pinyin.py", "import importlib\nimportlib.import_module('office.intake')"),
        ("db/drafts.py", "import requests"),
        ("db/drafts.py", "from cryptography.fernet import Fernet"),
        ("db/drafts.py", "from PySide6.QtCore import QObject"),
        ("db/drafts.py", "from client import settings"),
        ("client/sync/engine.py", "from PySide6.QtCore import QObject"),
        ("client/sync/engine.py", "from client.services import outbox"),
        ("client/sync/engine.py", "import threading"),
        ("client/services/entry.py", "from PySide6.QtWidgets import QWidget"),
        ("client/services/entry.py", "from PySide6 import QtGui"),
        ("client/services/entry.py", "from client.ui.entry import page"),
        ("client/services/entry.py", "from concurrent.futures import ThreadPoolExecutor"),
        ("client/services/entry.py", "from PySide6.QtCore import QThread"),
        ("client/ui/window.py", "import db"),
        ("client/ui/window.py", "from db.drafts import save"),
        ("client/ui/window.py", "from client.sync import engine"),
        ("client/ui/window.py", "from ..sync import engine"),
        ("client/ui/window.py", "import sqlalchemy.orm"),
        ("client/ui/window.py", "from PySide6 import QtCore\nQtCore.QThreadPool()"),
        ("client/ui/window.py", "dialog.exec()"),
        ("client/ui/window.py", "from client import background"),
        ("client/cli/main.py", "from PySide6.QtCore import QObject"),
        ("client/cli/main.py", "from client.ui import window"),
        ("client/cli/main.py", "import subprocess"),
        ("client/settings.py", "from client.ui import window"),
        ("client/app.py", "from office import app"),
        ("client/app.py", "import threading"),
        ("client/demo/office.py", "import office"),
        ("client/demo/office.py", "import threading"),
        ("office/intake.py", "from client.sync import engine"),
        ("office/intake.py", "from db import store"),
        ("office/intake.py", "from PySide6.QtCore import QObject"),
        ("run.py", "import requests"),
        ("tests/db/test_drafts.py", "import time\ntime.sleep(1)"),
        ("tests/ui/test_entry.py", "def test(qtbot):\n    qtbot.wait(50)"),
    ],
)
def test_a_breach_is_found(path: str, source: str) -> None:
    assert breaches(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("core/record.py", "from core.forms.model import Form\nimport decimal"),
        ("core/wire/note.py", "from cryptography.hazmat.primitives import hashes"),
        ("db/keys.py", "from cryptography.hazmat.primitives import hashes"),
        ("client/background.py", "import threading\nfrom PySide6.QtCore import QObject"),
        ("client/services/entry.py", "from client import background\nfrom db import drafts"),
        ("client/ui/window.py", "from PySide6.QtWidgets import QDialog\nQDialog().open()"),
        ("client/cli/main.py", "def f():\n    from client.demo import play"),
        ("client/app.py", "from client.ui import window\napplication.exec()"),
        ("client/demo/office.py", "import subprocess"),
        ("office/intake.py", "from core.checks import check_record\nimport threading"),
    ],
)
def test_what_the_walls_allow_is_no_breach(path: str, source: str) -> None:
    assert breaches(path, source) == []
