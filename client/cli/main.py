"""`zhibao`: the window, or the same verbs without it (design.md §8).

Exit code 0 done, 1 checks found errors, 2 cannot (one sentence on stderr), 3 work is left.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from client.cli import keeping, reading, sending
from client.cli.common import CANNOT, WORK_LEFT, CommandError, complain, folder
from client.cli.words import LATER
from client.services.troubles import is_trouble, sentence
from core.forms.errors import FormError
from db.errors import translated


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; without one, opens the window."""
    given = list(sys.argv[1:] if argv is None else argv)
    # Installers know `--self-test`; it is the verb.
    args = _parser().parse_args(["self-test" if one == "--self-test" else one for one in given])
    if not hasattr(args, "run"):
        from client import app

        return app.run(args.base_dir)
    try:
        return int(args.run(args))
    except CommandError as error:
        return _refuse(str(error), error.code)
    except FormError as error:
        return _refuse(f"表单定义有误：{error}")
    except OSError as error:
        known = translated(error)
        return _refuse(known.sentence if known is not None else str(error))
    except Exception as error:
        if not is_trouble(error):
            raise
        later = getattr(error, "code", "") in LATER
        return _refuse(sentence(error), WORK_LEFT if later else CANNOT)


def _refuse(sentence: str, code: int = CANNOT) -> int:
    complain(sentence)
    return code


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    _common(everywhere, absent=True)
    parser = argparse.ArgumentParser(prog="zhibao", description="直报：机构编制人员直报客户端")
    _common(parser, absent=False)
    commands = parser.add_subparsers(metavar="COMMAND")
    demo = commands.add_parser("demo", parents=[everywhere], help="示例县，全套真实流程")
    demo.add_argument("--headless", action="store_true", help="不开窗口，演完整个流程")
    demo.add_argument("--out", type=folder, default=folder("out"), help="图片放在哪里")
    demo.set_defaults(run=_demo)
    for each in (reading, sending, keeping):
        each.add_commands(commands, everywhere)
    return parser


def _common(parser: argparse.ArgumentParser, *, absent: bool) -> None:
    """The options that may stand before or after the command."""
    base = argparse.SUPPRESS if absent else None
    as_json = argparse.SUPPRESS if absent else False
    parser.add_argument(
        "--base-dir", type=folder, default=base, help="数据、设置、日志所在的文件夹"
    )
    parser.add_argument("--json", action="store_true", default=as_json, help="以 JSON 输出")


def _demo(args: argparse.Namespace) -> int:
    try:
        from client.demo.run import demo
    except ModuleNotFoundError as error:
        raise CommandError(
            "安装版不带示例县和公开办，不能演示。请在源代码文件夹里运行 python3 run.py。"
        ) from error
    return demo(args.base_dir, headless=args.headless, as_json=args.json, out=args.out)


if __name__ == "__main__":
    sys.exit(main())
