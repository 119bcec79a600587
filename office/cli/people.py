"""`enrol-code`, `user` and `device`."""

from __future__ import annotations

import argparse
import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from office import accounts, enrol
from office.accounts import Person
from office.cli.common import DONE, CommandError, opened, say
from office.cli.founding import PASSWORD
from office.context import Office
from office.models import Account, Device, Role


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands of this file."""
    code = commands.add_parser("enrol-code", help="给一个单位的信息员发一次性登记码")
    code.add_argument("unit", help="单位编号；全县是六位县代码")
    code.add_argument("--account", help="信息员账号（该单位只有一个时可省略）")
    code.set_defaults(run=_enrol_code)
    user = commands.add_parser("user", help="账号").add_subparsers(required=True)
    add = user.add_parser("add", help="新建账号")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=[str(each) for each in Role])
    add.add_argument("--scope", help="管辖单位编号及其以下；默认全县")
    add.add_argument("--title", help="姓名或称呼")
    add.add_argument("--holder", help="本人标识；同一人的几个账号写同一个，审核时据此回避")
    add.set_defaults(run=_add)
    user.add_parser("list", help="所有账号").set_defaults(run=_list)
    for name, run, help_text in (
        ("close", _close, "停用账号"),
        ("password", _password, "重设密码"),
    ):
        each = user.add_parser(name, help=help_text)
        each.add_argument("name")
        each.set_defaults(run=run)
    device = commands.add_parser("device", help="已登记的设备").add_subparsers(required=True)
    device.add_parser("list", help="所有设备").set_defaults(run=_devices)
    revoke = device.add_parser("revoke", help="停用设备")
    revoke.add_argument("device")
    revoke.set_defaults(run=_revoke)


def _enrol_code(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.write() as session:
        account = args.account or _officer_of(session, office, args.unit)
        person = accounts.find(session, office, account)
        if person is not None and person.scope != args.unit:
            raise CommandError(f"账号 {account} 管的是 {person.scope}，不是 {args.unit}。")
        code = enrol.issue_code(session, office, account)
        hours = office.settings.enrol_code_hours
    value = {"code": code, "unit": args.unit, "account": account, "hours": hours}
    say(args, value, f"登记码：{code}\n账号 {account}，{hours} 小时内用一次有效，请当面交给本人。")
    return DONE


def _officer_of(session: Session, office: Office, unit: str) -> str:
    found = session.scalars(
        select(Account.name).where(
            Account.county == office.county,
            Account.scope == unit,
            Account.role == Role.OFFICER,
            Account.active,
        )
    ).all()
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"单位 {unit} 有几个信息员，请用 --account 指明：{'、'.join(found)}。")
    raise CommandError(
        f"单位 {unit} 还没有信息员账号。请先运行 "
        f"zhibao-office user add 账号 --role officer --scope {unit}。"
    )


def _add(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.write() as session:
        person = Person(
            name=args.name,
            title=args.title or args.name,
            role=Role(args.role),
            scope=args.scope or office.county,
            holder=args.holder or args.name,
        )
        given = os.environ.get(PASSWORD, "")
        password = given or accounts.new_password()
        accounts.add(session, office, person, password)
    value = {"name": person.name, "role": person.role, "scope": person.scope}
    shown = "" if given else f"\n初始密码（只显示这一次）：{password}"
    say(args, {**value, "password": "" if given else password}, f"已建账号 {args.name}。{shown}")
    return DONE


def _list(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.read() as session:
        people = accounts.everyone(session, office)
    rows = [
        {"name": each.name, "title": each.title, "role": each.role, "scope": each.scope}
        for each in people
    ]
    say(args, rows, "\n".join(f"{e.name}\t{e.role}\t{e.scope}\t{e.title}" for e in people))
    return DONE


def _close(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.write() as session:
        accounts.deactivate(session, office, args.name)
    say(args, {"name": args.name}, f"账号 {args.name} 已停用。")
    return DONE


def _password(args: argparse.Namespace) -> int:
    given = os.environ.get(PASSWORD, "")
    password = given or accounts.new_password()
    with opened(args) as office, office.database.write() as session:
        accounts.set_password(session, office, args.name, password)
    shown = "" if given else password
    say(args, {"name": args.name, "password": shown}, f"新密码（只显示这一次）：{shown}")
    return DONE


def _devices(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.read() as session:
        found = session.scalars(
            select(Device).where(Device.county == office.county).order_by(Device.enrolled_at)
        )
        rows = [
            {
                "device": each.device_id,
                "account": each.account,
                "title": each.title,
                "enrolled_at": each.enrolled_at,
                "seen_at": each.seen_at,
                "revoked_at": each.revoked_at,
            }
            for each in found
        ]
    lines = (f"{e['device']}\t{e['account']}\t{e['title']}\t{e['revoked_at']}" for e in rows)
    say(args, rows, "\n".join(lines))
    return DONE


def _revoke(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.write() as session:
        if not enrol.revoke(session, office, args.device):
            raise CommandError(f"没有编号为 {args.device} 的设备。")
    say(args, {"device": args.device}, "设备已停用，立即生效。")
    return DONE
