"""Settings of an office, plain text in `office.toml` of its base directory."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from core.wire.protocol import MAX_ENVELOPE

FILE_NAME = "office.toml"


class SettingsError(Exception):
    """The settings cannot be used; the message is a sentence that names file and key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator may set. Times and sizes carry their unit in the name."""

    county: str = "420583"
    title: str = "枝江市"
    database: str = ""  # an SQLAlchemy URL; empty: the embedded database in the base directory
    enrol_code_hours: int = 72
    session_minutes: int = 15
    desk_idle_minutes: int = 15
    sign_in_tries: int = 5
    sign_in_lock_minutes: int = 10
    password_length: int = 10
    duty_days: int = 10
    duty_working_days: bool = False
    envelope_bytes: int = MAX_ENVELOPE
    envelope_plain_bytes: int = 16 * 1024 * 1024
    envelope_items: int = 1_000
    device_daily_bytes: int = 512 * 1024 * 1024


def load(base_dir: Path) -> Settings:
    """The settings of *base_dir*.

    Raises:
        SettingsError: no such file, not TOML, an unknown key, or a value of the wrong type.

    """
    path = base_dir / FILE_NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{base_dir} 里还没有中心库，请先运行 zhibao-office init。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"读不了设置文件 {path}。") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"设置文件 {path} 写法有误：{error}") from error
    known = {each.name: type(each.default) for each in fields(Settings)}
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"设置文件 {path} 里不认识的一项：{key}")
        if type(value) is not known[key]:
            raise SettingsError(f"设置文件 {path} 的 {key} 应是 {known[key].__name__}")
        if isinstance(value, int) and value < 0:
            raise SettingsError(f"设置文件 {path} 的 {key} 不能是负数")
    return Settings(**table)


def save(base_dir: Path, settings: Settings) -> None:
    """Write the settings; those that have their default are left out, save county and title."""
    lines = ["# 直报中心设置。改后重启 zhibao-office serve。"]
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if value != each.default or each.name in {"county", "title"}:
            # JSON's strings, integers and booleans are TOML's.
            lines.append(f"{each.name} = {json.dumps(value, ensure_ascii=False)}")
    (base_dir / FILE_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
