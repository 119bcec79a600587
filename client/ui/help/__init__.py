"""The list of shortcuts (F1)."""
