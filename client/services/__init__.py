"""The desk between screen and store: verbs in, signals out."""
