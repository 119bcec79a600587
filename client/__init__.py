"""The officer's program: sync, services, window and command line."""
