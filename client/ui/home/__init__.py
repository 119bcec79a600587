"""The page of today (今日)."""
