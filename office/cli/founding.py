"""`init` and `serve`."""

from __future__ import annotations

import argparse
import logging
import os
from contextlib import closing, suppress
from pathlib import Path

from office import accounts, keys, settings
from office.accounts import Person
from office.cli.common import DONE, CommandError, founded, opened, say
from office.context import Office, open_office
from office.database import FILE_NAME
from office.founding import Planted, found, plant
from office.models import Role
from office.server import Address, serve

_DEFAULT, _SETTINGS = Address(), settings.Settings()
PASSWORD = "ZHIBAO_OFFICE_PASSWORD"  # noqa: S105 - the variable's name


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands of this file."""
    init = commands.add_parser("init", help="建立中心库、密钥和第一批账号")
    init.add_argument("--sample", choices=["zhijiang"], help="装入示例县（枝江 2007）")
    init.add_argument("--people", type=int, help="示例县改装这么多人（测量用）")
    init.add_argument("--county", help="县级行政区划代码，六位")
    init.add_argument("--title", help="县（市、区）名称")
    init.set_defaults(run=_init)
    start = commands.add_parser("serve", help="开始接收、审核")
    start.add_argument("--host", default=_DEFAULT.host)
    start.add_argument("--port", type=int, default=_DEFAULT.port, help="0 表示任选一个空闲端口")
    start.add_argument("--certificate", type=Path, help="TLS 证书（PEM），有它才用 https")
    start.add_argument("--key", type=Path, help="TLS 私钥（PEM）")
    start.set_defaults(run=_serve)


def _init(args: argparse.Namespace) -> int:
    base: Path = args.base_dir
    _prepare(args)
    with closing(open_office(base, args.database)) as office:
        with office.database.read() as session:
            if founded(session, office):
                raise CommandError(f"{base} 里已经有中心库，没有改动它。")
        with office.database.write() as session:
            found(session, office)
        counts: dict[str, int] = {}
        if args.sample:
            from office.sample.generate import generate

            made = generate(people=args.people)
            counts = plant(office, (Planted(*each) for each in made))
        passwords = _first_accounts(office, sample=bool(args.sample))
    shown = "\n".join(f"  {name}  {password}" for name, password in passwords.items())
    if os.environ.get(PASSWORD):
        shown, passwords = f"  密码都是 {PASSWORD} 的值", dict.fromkeys(passwords, "")
    sentence = f"中心库已建在 {base}。\n账号和初始密码（只显示这一次）：\n{shown}"
    value = {"base_dir": str(base), "county": office.county, "records": counts}
    say(args, {**value, "accounts": passwords}, sentence)
    return DONE


def _prepare(args: argparse.Namespace) -> None:
    """Folder, settings and keys, unless an earlier try has left them."""
    base: Path = args.base_dir
    county = args.county or _SETTINGS.county
    if len(county) != 6 or not county.isdigit():
        raise CommandError("行政区划代码是六位数字，例如 420583。")
    if args.sample and county != _SETTINGS.county:
        raise CommandError("示例县的代码是 420583，不能换。")
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (base / settings.FILE_NAME).exists():
            title = args.title or (_SETTINGS.title if not args.county else county)
            settings.save(
                base, settings.Settings(county=county, title=title, database=args.database)
            )
        if not (base / keys.SIGNING).exists():
            for name in (keys.INTAKE, keys.RECOVERY):
                (base / name).unlink(missing_ok=True)
            keys.create(base, county)
        if not args.database:
            os.close(os.open(base / FILE_NAME, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise CommandError(f"不能写入 {base}：{error.strerror}。") from error


def _first_accounts(office: Office, *, sample: bool) -> dict[str, str]:
    """The accounts that an office begins with; their passwords by name."""
    county = office.county
    people = [Person("guanli", "管理员", Role.ADMIN, county, "guanli")]
    if sample:
        people += [
            Person("xinxi", "信息员", Role.OFFICER, county, "xinxi"),
            Person("shenhe", "审核员", Role.REVIEWER, county, "shenhe"),
            Person("shenji", "审计员", Role.AUDITOR, county, "shenji"),
        ]
    passwords: dict[str, str] = {}
    with office.database.write() as session:
        for person in people:
            password = os.environ.get(PASSWORD) or accounts.new_password()
            accounts.add(session, office, person, password)
            passwords[person.name] = password
    return passwords


def _serve(args: argparse.Namespace) -> int:
    if bool(args.certificate) != bool(args.key):
        raise CommandError("TLS 要同时给证书（--certificate）和私钥（--key）。")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("zhibao").setLevel(logging.INFO)
    with opened(args) as office, suppress(KeyboardInterrupt):
        serve(office, Address(args.host, args.port, args.certificate, args.key))
    return DONE
