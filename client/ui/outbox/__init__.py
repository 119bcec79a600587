"""The page of what was submitted (上报)."""
