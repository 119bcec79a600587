"""`zhibao demo`: everything real, on one machine, with a made-up county."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from client.demo.office import REVIEWER, REVIEWER_PASSWORD, DemoOffice
from client.demo.prepare import prepare
from client.paths import Paths, paths

if TYPE_CHECKING:
    from client.demo.round import Step, Story

DONE, CANNOT = 0, 2
PASSWORD = "demo"  # noqa: S105 - of made-up data
_WIDTH, _HEIGHT = 1366, 768


def demo(base_dir: Path | None, *, headless: bool, as_json: bool, out: Path = Path("out")) -> int:
    """Play the round offscreen, or open the window for an officer; gives the exit code.

    The password is `ZHIBAO_PASSWORD`, or `demo`. Pictures go to *out*. Without *base_dir* the
    headless round leaves nothing behind, and the window keeps its folder for the next time.
    """
    password = os.environ.get("ZHIBAO_PASSWORD") or PASSWORD
    if not headless:
        return _open_window(paths(base_dir).base / "demo", password)
    from client import app

    app.use_offscreen()
    if base_dir is not None:
        return _play(base_dir, password, out, as_json=as_json)
    with tempfile.TemporaryDirectory(prefix="zhibao-demo-") as folder:
        return _play(Path(folder), password, out, as_json=as_json)


def _open_window(base: Path, password: str) -> int:
    from client import app

    office = DemoOffice(base / "office")
    _say("正在准备示例县和公开办，第一次大约半分钟……")
    office.start()
    try:
        where = paths(base / "client")
        prepare(where, office, password)
        _say(f"窗口的口令：{password}")
        _say(f"审核页面：{office.url}/desk  账号 {REVIEWER}  密码 {REVIEWER_PASSWORD}")
        return app.run(where.base)
    finally:
        office.stop()


def _play(base: Path, password: str, out: Path, *, as_json: bool) -> int:
    from client import app
    from client.demo.hands import NotSeenError
    from client.demo.round import Officer, Story

    story = Story()
    told = _quiet if as_json else _tell
    office = DemoOffice(base / "office")
    where = paths(base / "client")
    verified = False
    pictures: list[Path] = []
    try:
        story.tell("启动公开办", lambda: _start(office), told)
        story.tell("登记并取回台账", lambda: _prepare(where, office, password), told)
        client = app.start(where)
        client.window.resize(_WIDTH, _HEIGHT)
        officer = Officer(client, office, password, out, story)
        pictures = officer.hands.taken
        try:
            for name, act in officer.steps():
                story.tell(name, act, told)
        except NotSeenError:
            officer.hands.picture("failed")
            raise
        finally:
            client.stop()
        story.tell("核验回执签名", lambda: _verify(where, password, story.submission), told)
        verified = True
    except NotSeenError:
        pass
    finally:
        office.stop()
    if as_json:
        _print_json(story, pictures, verified=verified)
    elif story.is_whole:
        _say(f"全部完成。图片在 {out.resolve()}")
    return DONE if story.is_whole and verified else CANNOT


def _start(office: DemoOffice) -> str:
    office.start()
    return office.url


def _prepare(where: Paths, office: DemoOffice, password: str) -> str:
    summary = prepare(where, office, password)
    return f"取回 {summary.bytes_in / 1e6:.1f} MB"


def _verify(where: Paths, password: str, submission_id: str) -> str:
    """Open the store anew and check the receipt against the pinned key and the sent bytes."""
    from client.demo.hands import NotSeenError
    from core.resources import forms
    from core.wire.errors import WireError
    from core.wire.receipts import open_receipt
    from db import identity, keyfile, outbox
    from db.store import Store

    store = Store.open(where.store, keyfile.unlock(where.key, password, time.time()), forms=forms())
    try:
        who, item = identity.get(store), outbox.get(store, submission_id)
        if who is None or item is None or item.receipt is None:
            raise NotSeenError("本机没有这件的回执")
        try:
            receipt = open_receipt(
                item.receipt, who.office, submission_id=submission_id, digest=item.digest
            )
        except WireError as error:
            raise NotSeenError(f"回执不对：{error}") from error
    finally:
        store.close()
    return f"回执第 {receipt.log_index} 号，{receipt.received_at}"


def _print_json(story: Story, pictures: list[Path], *, verified: bool) -> None:
    told = {
        "steps": [asdict(each) for each in story.steps],
        "submission": story.submission,
        "receipt_verified": verified,
        "final_state": story.final_state,
        "screenshots": [str(each.resolve()) for each in pictures],
    }
    _say(json.dumps(told, ensure_ascii=False))


def _tell(step: Step) -> None:
    mark = "完成" if step.ok else "失败"
    _say(f"[{mark}] {step.step}  {step.seconds:.1f} 秒  {step.detail}")


def _quiet(_: Step) -> None:
    """Says nothing: the whole is printed at the end."""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
