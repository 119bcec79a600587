"""`run.py` sets up what is missing, says what it may not, and passes exit codes on."""

import os
import shutil
import sys
from pathlib import Path

import pytest

import run

Command = list[str | Path]


class Calls:
    """Takes commands instead of running them."""

    def __init__(self, codes: dict[str, int] | None = None) -> None:
        self.commands: list[list[str]] = []
        self.codes = codes or {}

    def __call__(self, command: Command, *, quiet: bool = False) -> int:
        words = [str(word) for word in command]
        self.commands.append(words)
        return next((code for part, code in self.codes.items() if part in words), 0)

    def naming(self, *words: str) -> list[list[str]]:
        return [command for command in self.commands if set(words) <= set(command)]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    recorder = Calls()
    monkeypatch.setattr(run, "call", recorder)
    return recorder


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian-like where everything is there and nothing may be installed."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(run, "answers", lambda _command: None)
    monkeypatch.setattr(run, "is_loadable", lambda _library: True)
    monkeypatch.setattr(run, "has_chinese_font", lambda: True)
    monkeypatch.setattr(run.Apt, "updated", False)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up checkout with an environment that answers."""
    names = {"ROOT": "", "VENV": ".venv", "LOCK": "requirements.lock"}
    names |= {"PYTHON": ".venv/python", "STAMP": ".venv/stamp"}
    for name, relative in names.items():
        monkeypatch.setattr(run, name, tmp_path / relative)
    (tmp_path / ".venv").mkdir()
    for relative in ("requirements.lock", "pyproject.toml", ".venv/python"):
        (tmp_path / relative).write_text("first", "utf-8")
    monkeypatch.setattr(run, "answers", lambda _command: "yes")
    return tmp_path


@pytest.mark.usefixtures("linux")
class TestSystemPackages:
    def test_nothing_is_called_where_all_is_there(self, calls: Calls) -> None:
        run.set_up_system(for_tests=True)
        assert calls.commands == []

    def test_without_permission_the_exact_command_is_said(
        self, calls: Calls, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run.Apt().install(["libegl1", "libgl1"], "Libraries for Qt")
        said = capsys.readouterr().out
        assert "apt-get install -y --no-install-recommends libegl1 libgl1" in said
        assert calls.commands == []

    def test_root_installs_and_updates_the_lists_once(
        self, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
        run.Apt().install(["libegl1"], "Libraries for Qt")
        run.Apt().install(["fonts-noto-cjk"], "A font")
        assert len(calls.naming("apt-get", "update")) == 1
        assert len(calls.naming("apt-get", "install", "fonts-noto-cjk")) == 1
        assert not calls.naming("sudo")

    def test_passwordless_sudo_is_used(self, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(run, "answers", lambda _command: "")
        run.Apt().install(["libegl1"], "Libraries for Qt")
        assert calls.naming("sudo", "-n", "apt-get", "install", "libegl1")

    def test_a_missing_library_stops_with_its_name(
        self,
        calls: Calls,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(run, "is_loadable", lambda library: library != "libEGL.so.1")
        assert run.main(["setup"]) == 2
        assert "Qt cannot start: libegl1" in capsys.readouterr().out
        assert calls.commands == []

    def test_a_library_that_only_a_window_needs_does_not_stop(
        self, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run, "is_loadable", lambda library: "xcb" not in library)
        run.set_up_system(for_tests=False)
        assert calls.commands == []

    def test_a_missing_font_only_warns(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(run, "has_chinese_font", lambda: False)
        run.set_up_system(for_tests=False)
        assert "Warning: no Chinese font" in capsys.readouterr().out

    def test_a_browser_is_wanted_for_tests_only(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def which(name: str) -> str | None:
            return None if name.startswith("chrom") else f"/usr/bin/{name}"

        monkeypatch.setattr(shutil, "which", which)
        run.set_up_system(for_tests=False)
        assert "chromium" not in capsys.readouterr().out
        run.set_up_system(for_tests=True)
        assert "chromium chromium-driver" in capsys.readouterr().out


class TestPackages:
    def test_a_second_run_finds_all_done(self, checkout: Path, calls: Calls) -> None:
        run.install_packages()
        assert calls.naming("--require-hashes", str(checkout / "requirements.lock"))
        assert calls.naming("--no-deps", "--no-build-isolation", "-e", str(checkout))
        calls.commands.clear()
        run.install_packages()
        assert calls.commands == []

    @pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
    def test_a_changed_file_installs_again(self, checkout: Path, calls: Calls, name: str) -> None:
        run.install_packages()
        calls.commands.clear()
        (checkout / name).write_text("second", "utf-8")
        run.install_packages()
        assert calls.naming("--require-hashes")
        assert not calls.naming("--clear")

    def test_a_moved_checkout_makes_the_environment_again(
        self, checkout: Path, calls: Calls
    ) -> None:
        (checkout / ".venv/stamp").write_text("elsewhere\n0\n", "utf-8")
        run.install_packages()
        assert calls.naming("venv", "--clear")

    def test_a_failed_install_is_tried_again_next_time(
        self, checkout: Path, calls: Calls, capsys: pytest.CaptureFixture[str]
    ) -> None:
        calls.codes["--require-hashes"] = 1
        with pytest.raises(run.CannotGoOnError, match="run this command again"):
            run.install_packages()
        assert not (checkout / ".venv/stamp").exists()

    def test_a_python_without_venv_says_which_package_is_missing(
        self,
        checkout: Path,
        calls: Calls,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (checkout / ".venv/python").unlink()
        monkeypatch.setattr(run, "answers", lambda _command: None)
        monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
        with pytest.raises(run.CannotGoOnError, match="venv module"):
            run.install_packages()
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        assert f"python{version}-venv" in capsys.readouterr().out
        assert calls.commands == []


class TestVerbs:
    @pytest.fixture(autouse=True)
    def _set_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(run, "set_up_system", lambda *, for_tests: None)
        monkeypatch.setattr(run, "install_packages", lambda: None)

    @pytest.mark.parametrize(
        ("screen", "arguments", "headless"),
        [(True, [], False), (False, [], True), (True, ["--headless"], True)],
    )
    def test_the_demo_opens_a_window_only_where_there_is_a_screen(
        self,
        calls: Calls,
        monkeypatch: pytest.MonkeyPatch,
        screen: bool,
        arguments: list[str],
        headless: bool,
    ) -> None:
        monkeypatch.setattr(run, "has_display", lambda: screen)
        run.main(arguments)
        assert calls.naming("demo")[0].count("--headless") == int(headless)

    def test_the_exit_code_of_the_demo_passes_through(
        self, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run, "has_display", lambda: False)
        calls.codes["demo"] = 3
        assert run.main([]) == 3

    @pytest.mark.parametrize("tool", ["ruff", "mypy", "pytest"])
    def test_one_failing_step_fails_the_run_but_stops_no_other(
        self, calls: Calls, tool: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        calls.codes[tool] = 1
        assert run.main(["test", "-x"]) == 1
        assert [command[2] for command in calls.commands] == ["ruff", "ruff", "mypy", "pytest"]
        assert calls.naming("pytest", "-x")
        assert "Failed:" in capsys.readouterr().out

    def test_the_whole_suite_is_measured(self, calls: Calls) -> None:
        assert run.main(["test"]) == 0
        assert calls.naming("pytest", "--cov")
        listed = calls.naming("coverage", "report", "--fail-under=100")[0][-1]
        assert "core/record.py" in listed.removeprefix("--include=").split(",")
        assert "#" not in listed

    def test_every_file_that_has_to_stay_covered_is_there(self) -> None:
        listed = run.COVERED.read_text("utf-8").splitlines()[1:]
        assert [one for one in listed if not (run.ROOT / one).is_file()] == []
        assert listed == sorted(set(listed))

    def test_all_good_is_exit_code_zero(self, calls: Calls) -> None:
        assert run.main(["test"]) == 0
        assert run.main(["setup"]) == 0

    def test_an_unknown_verb_names_the_known_ones(
        self, calls: Calls, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run.main(["tset"]) == 2
        assert "demo, test, setup" in capsys.readouterr().out
        assert calls.commands == []


class TestOldPython:
    @pytest.fixture(autouse=True)
    def _old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    def test_a_newer_one_takes_over(self, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        def has_312(command: Command) -> str | None:
            return "Python 3.12" if "python3.12" in command else None

        monkeypatch.setattr(run, "answers", has_312)
        assert run.main(["test"]) == 0
        assert calls.naming("python3.12", "test")

    def test_without_a_newer_one_a_sentence_says_so(
        self,
        calls: Calls,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(run, "answers", lambda _command: None)
        assert run.main([]) == 2
        assert "Python 3.11 or newer" in capsys.readouterr().out
        assert calls.commands == []


def test_variables_that_mislead_pip_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in run.MISLEADING:
        monkeypatch.setenv(name, "elsewhere")
    look = f"import os, sys; sys.exit(any(os.environ.get(n) for n in {run.MISLEADING!r}))"
    # PYTHONHOME would keep the child from starting at all.
    assert run.call([sys.executable, "-c", look]) == 0


def test_a_failing_quiet_command_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print('why'); sys.exit(int(sys.argv[1]))"
    assert run.call([sys.executable, "-c", program, "0"], quiet=True) == 0
    assert capsys.readouterr().out == ""
    assert run.call([sys.executable, "-c", program, "7"], quiet=True) == 7
    assert "why" in capsys.readouterr().out
