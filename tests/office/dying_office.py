"""Serves an office that kills itself (SIGKILL) at a named moment of the next envelope.

`python -m tests.office.dying_office BASE MOMENT`, MOMENT `after` (all committed, no reply yet) or
`between` (the first item committed, the second not begun).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, NoReturn

from office.cli.main import main
from office.intake import envelope
from office.routes import traffic


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def after(*args: Any) -> Any:
    envelope.take_in(*args)
    die()


def between(*args: Any) -> Any:
    _answer(*args)
    die()


_answer = envelope._answer

if __name__ == "__main__":
    if sys.argv[2] == "after":
        setattr(traffic, "take_in", after)  # noqa: B010 - the module does not export it
    else:
        setattr(envelope, "_answer", between)  # noqa: B010 - as above
    sys.exit(main(["--base-dir", sys.argv[1], "serve", "--port", "0"]))
