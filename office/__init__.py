"""The central office: intake, review desk, change feed."""
