"""Refusals as RFC 9457 problem details: a stable type, a status, a Chinese sentence."""

from __future__ import annotations

from core.wire.protocol import Problem, ProblemType

_STATUS = {
    ProblemType.BAD_REQUEST: 400,
    ProblemType.OLD_CLIENT: 400,
    ProblemType.NONCE: 401,
    ProblemType.SESSION: 401,
    ProblemType.FORBIDDEN: 403,
    ProblemType.REVOKED: 403,
    ProblemType.ENROL_CODE: 403,
    ProblemType.NOT_FOUND: 404,
    ProblemType.MISMATCH: 409,
    ProblemType.RESYNC: 410,
    ProblemType.TOO_LARGE: 413,
    ProblemType.MEDIA_TYPE: 415,
    ProblemType.ENVELOPE: 422,
    ProblemType.BUSY: 429,
    ProblemType.TROUBLE: 500,
    ProblemType.STORAGE_FULL: 507,
}
_TITLE = {
    ProblemType.BAD_REQUEST: "请求有误",
    ProblemType.OLD_CLIENT: "客户端版本太旧",
    ProblemType.NONCE: "请签名",
    ProblemType.SESSION: "会话已结束",
    ProblemType.FORBIDDEN: "没有权限",
    ProblemType.REVOKED: "设备已停用",
    ProblemType.ENROL_CODE: "登记码无效",
    ProblemType.NOT_FOUND: "没有找到",
    ProblemType.MISMATCH: "编号重复而内容不同",
    ProblemType.RESYNC: "需要重新同步",
    ProblemType.TOO_LARGE: "内容太大",
    ProblemType.MEDIA_TYPE: "媒体类型不对",
    ProblemType.ENVELOPE: "信封打不开",
    ProblemType.BUSY: "请稍后再试",
    ProblemType.TROUBLE: "中心出错",
    ProblemType.STORAGE_FULL: "中心磁盘已满",
}


class Refusal(Exception):  # noqa: N818 - it is the refused request's answer, not our error
    """The request is refused; raising it rolls back, and answers with the problem."""

    def __init__(
        self,
        type: ProblemType,  # noqa: A002 - RFC 9457's word
        detail: str,
        *,
        nonce: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        """*detail* is a Chinese sentence; *retry_after* is in seconds."""
        super().__init__(type)
        self.problem = Problem(type, _TITLE[type], _STATUS[type], detail, nonce)
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status
