"""What can go wrong with the store, each with a code, parameters and a sentence for the officer.

Everything that SQLite reports about its environment is mapped here and nowhere else; what is not
known here is a bug and stays loud.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

SENTENCES = {
    "wrong_password": "口令不正确，还可以再试 {left} 次。",
    "locked": "口令连续输错，已锁定。请 {minutes} 分钟后再试。",
    "too_new": "本机数据由更新版本的程序保存，请先升级程序再打开。",
    "damaged": "本机数据文件已损坏，程序没有使用其中的内容。请从备份恢复。",
    "unavailable.full": "磁盘空间已满，无法保存。请清理磁盘后再试，已录入的内容仍在屏幕上。",
    "unavailable.readonly": "数据文件夹是只读的，无法保存。请检查文件夹权限。",
    "unavailable.busy": "本机数据正被另一个程序占用，请稍候再试。",
    "unavailable.network_drive": "数据不能放在网络盘上，请改用本机磁盘。",
    "unavailable.gone": "找不到本机数据文件，请检查数据文件夹。",
    "unavailable.exists": "这里已有数据文件，不能重新建立。",
    "unavailable.denied": "没有权限打开数据文件夹，请联系管理员。",
    "unavailable.io": "读写磁盘时出错，请检查磁盘后再试。",
    "pending": "这条记录已有一份上报在途，请等办公室答复后再改。",
    "not_reopenable": "这份上报不能重新打开：它未被退回，或已另行上报。",
    "no_draft": "这份草稿已不存在。",
}


class StoreError(Exception):
    """Trouble with the store that the officer can be told about."""

    code: ClassVar[str] = "store"

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __str__(self) -> str:
        return ", ".join([self.key, *(f"{name}={each}" for name, each in self.params.items())])

    @property
    def key(self) -> str:
        """The code that chooses the sentence."""
        return self.code

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in Chinese."""
        return SENTENCES[self.key].format(**self.params)


class WrongPassword(StoreError):  # noqa: N818 - the name says what happened
    """The password does not open the key file; `left` tries remain before the lock."""

    code = "wrong_password"

    def __init__(self, left: int) -> None:
        super().__init__(left=left)


class StoreLocked(StoreError):  # noqa: N818 - as above
    """Too many wrong passwords; unlocking is possible again after `seconds`."""

    code = "locked"

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds, minutes=max(1, -(-seconds // 60)))


class StoreTooNew(StoreError):  # noqa: N818 - as above
    """The store was written by a newer program."""

    code = "too_new"


class StoreDamaged(StoreError):  # noqa: N818 - as above
    """The store's bytes are not what was written; `detail` is technical."""

    code = "damaged"

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class StoreUnavailable(StoreError):  # noqa: N818 - as above
    """The environment does not let us; `kind` says which way."""

    code = "unavailable"

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)

    @property
    def kind(self) -> str:
        """One of: full readonly busy network_drive gone exists denied io."""
        return str(self.params["kind"])

    @property
    def key(self) -> str:
        """The code and the kind."""
        return f"{self.code}.{self.kind}"


class RecordPending(StoreError):  # noqa: N818 - as above
    """The record already has a submission under way, `submission`."""

    code = "pending"


class NotReopenable(StoreError):  # noqa: N818 - as above
    """The submission was not returned, or its successor was submitted already."""

    code = "not_reopenable"


class NoDraft(StoreError):  # noqa: N818 - as above
    """There is no draft of this id."""

    code = "no_draft"


_DAMAGE = (
    "malformed",
    "not a database",
    "hmac check failed",
    "vtable constructor failed",
    "corrupt",
)
_KINDS = {
    "is full": "full",
    "readonly": "readonly",
    "read-only": "readonly",
    "locked": "busy",
    "unable to open": "gone",
    "access permission denied": "denied",
    "disk i/o error": "io",
}


def translated(error: BaseException) -> StoreError | None:
    """The store error that *error* (of SQLite, of SQLAlchemy over it, of the system) means."""
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, StoreError):
        return origin
    if type(origin).__module__.startswith("sqlcipher3"):
        text = str(origin).lower()
        if any(each in text for each in _DAMAGE):
            return StoreDamaged(text)
        return next((StoreUnavailable(kind) for each, kind in _KINDS.items() if each in text), None)
    return _of_system(origin) if isinstance(origin, OSError) else None


def _of_system(error: OSError) -> StoreError:
    import errno

    if isinstance(error, FileNotFoundError):
        return StoreUnavailable("gone")
    if isinstance(error, FileExistsError):
        return StoreUnavailable("exists")
    if isinstance(error, PermissionError):
        return StoreUnavailable("denied")
    kinds = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "readonly"}
    return StoreUnavailable(kinds.get(error.errno or 0, "io"))


@contextmanager
def guarded() -> Iterator[None]:
    """Raises known trouble as `StoreError`; everything else passes through."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error
