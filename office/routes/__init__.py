"""The routes of protocol v1, one file per subject."""
