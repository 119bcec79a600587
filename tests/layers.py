"""Reads imports and calls with `ast` and names every breach of the walls between the folders."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """What the modules below one dotted name may import besides the harmless standard library."""

    name: str
    allowed: frozenset[str]


def _layer(name: str, *allowed: str) -> Layer:
    return Layer(name, frozenset((name, *allowed)))


_DATABASE = ("sqlalchemy", "alembic", "sqlcipher3")
_CLIENT_BASE = ("client.paths", "client.settings", "client.logs")
_ALL_CLIENT = (
    "core",
    "db",
    "client",
    "PySide6",
    "shiboken6",
    "platformdirs",
    "filelock",
    "requests",
)

# The longest matching name counts; a file outside every layer may import nothing of the house.
LAYERS = (
    _layer("resources"),
    _layer("core"),
    _layer("core.sheets", "core", "openpyxl", "python_calamine", "defusedxml"),
    _layer("core.wire", "core", "rfc8785", "cryptography", "pyrage", "zstandard"),
    _layer("db", "core", *_DATABASE, "argon2"),
    _layer("db.keys", "core", "db", "argon2", "cryptography"),
    Layer("client", frozenset(("core", "platformdirs", "filelock", *_CLIENT_BASE))),
    _layer("client.__main__", "client.cli"),
    _layer("client.app", *_ALL_CLIENT),
    _layer("client.demo", *_ALL_CLIENT),
    _layer("client.background", "core", "PySide6.QtCore"),
    _layer("client.sync", "core", "db", "requests", "truststore", *_CLIENT_BASE),
    _layer(
        "client.services",
        *("core", "db", "client.sync", "client.background", "PySide6.QtCore", *_CLIENT_BASE),
    ),
    _layer("client.ui", "core", "client.services", "PySide6", "shiboken6"),
    _layer(
        "client.cli",
        *("core", "db", "client.sync", "client.app", "client.demo", "filelock", *_CLIENT_BASE),
        # Words and settings that know no Qt.
        *("client.services.troubles", "client.services.preferences"),
    ),
    _layer(
        "office",
        *(
            "core",
            *_DATABASE,
            "argon2",
            "fastapi",
            "starlette",
            "pydantic",
            "jinja2",
            "markupsafe",
            "uvicorn",
        ),
    ),
    _layer("run"),
)

_NETWORK = frozenset({"socket", "ssl", "http.client", "http.server", "urllib.request", "ftplib"})
_STORAGE = frozenset({"sqlite3"})
_WORKERS = frozenset({"threading", "_thread", "concurrent", "multiprocessing", "subprocess"})
_QT_WORKERS = frozenset({"QThread", "QThreadPool", "QRunnable", "QProcess", "QtConcurrent"})
_SLEEPS = frozenset({"time.sleep", "qtbot.wait", "QTest.qWait", "QtTest.QTest.qWait"})


def module_name(path: str) -> str:
    """`client/ui/app.py` → `client.ui.app`; a package is named without `__init__`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_below(name: str, tops: frozenset[str]) -> bool:
    return any(name == top or name.startswith(top + ".") for top in tops)


def imports(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, also inside functions and by literal."""
    package = module_name(path).split(".")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*up, node.module] if node.module else up)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called in {"__import__", "import_module", "importlib.import_module"}:
                yield node.lineno, str(node.args[0].value)


def _forbidden_by_place(module: str) -> frozenset[str]:
    """Parts of the standard library (and Qt) that a place must not import."""
    top = module.partition(".")[0]
    if top in {"core", "resources"}:
        return _NETWORK | _STORAGE | _WORKERS
    if top != "client" or module == "client.background":
        return frozenset()
    workers = (
        _WORKERS - {"subprocess"} if _is_below(module, frozenset({"client.demo"})) else _WORKERS
    )
    # The line to the office chooses whom TLS trusts, one context per office.
    tls = frozenset({"ssl"}) if _is_below(module, frozenset({"client.sync"})) else frozenset()
    return (_NETWORK - tls) | _STORAGE | workers


def _import_breaches(path: str, tree: ast.AST) -> Iterator[str]:
    module = module_name(path)
    fitting = [layer for layer in LAYERS if _is_below(module, frozenset({layer.name}))]
    if not fitting:
        return
    layer = max(fitting, key=lambda one: len(one.name))
    forbidden = _forbidden_by_place(module)
    for line, name in imports(path, tree):
        if name.partition(".")[0] in sys.stdlib_module_names:
            if _is_below(name, forbidden):
                yield f"{path}:{line}: {layer.name} must not import {name}"
        elif not _is_below(name, layer.allowed):
            yield f"{path}:{line}: {layer.name} must not import {name}"


def _call_breaches(path: str, tree: ast.AST) -> Iterator[str]:
    module = module_name(path)
    in_client = module.startswith("client.")
    may_exec = _is_below(module, frozenset({"client.app", "client.demo"}))
    for node in ast.walk(tree):
        if in_client and module != "client.background":
            name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
            if name in _QT_WORKERS:
                yield f"{path}: only client/background.py may use {name}"
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called = ast.unparse(node.func)
        if called in _SLEEPS:
            yield f"{path}:{node.lineno}: wait for a fact instead of {called}"
        if in_client and not may_exec and node.func.attr in {"exec", "exec_"}:
            yield f"{path}:{node.lineno}: show dialogs with open(), not {called}"


def breaches(path: str, source: str) -> list[str]:
    """Every breach in one source file; `path` is relative to the root, with forward slashes."""
    tree = ast.parse(source, path)
    return [*_import_breaches(path, tree), *_call_breaches(path, tree)]
