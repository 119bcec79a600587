"""The page of settings (设置)."""
