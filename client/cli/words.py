"""Words of the command line: states, figures."""

from __future__ import annotations

from collections.abc import Mapping

from core.changes.states import State

# With these, later may be better; nothing has to be done by hand.
LATER = frozenset(
    {"no_line", "slow_line", "cut_line", "portal", "office_trouble", "office_busy", "bad_reply"}
)

STATES: Mapping[State, str] = {
    State.QUEUED: "待发送",
    State.SENDING: "发送中",
    State.RECEIVED: "已接收",
    State.UNDER_REVIEW: "审核中",
    State.APPROVED: "已通过",
    State.RETURNED: "已退回",
    State.REJECTED: "未受理",
    State.CONFLICT: "有冲突",
}

STAFFING: Mapping[str, str] = {
    "organ_institutions": "行政机构",
    "psu_institutions": "事业机构",
    "registers": "机构编制管理簿",
    "organ_posts_total": "行政编制（含涉密）",
    "organ_posts_to_publish": "行政编制（应公开）",
    "organ_in_post_total": "行政实有（含涉密）",
    "organ_in_post_to_publish": "行政实有（应公开）",
    "psu_posts": "事业编制",
    "psu_in_post": "事业实有",
    "psu_headcount_incl_not_in_service": "事业实有（含非在职）",
    "cards": "人员编制卡片",
    "publication_rate_percent": "公开率（%）",
}
