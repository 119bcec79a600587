"""The demo: a sample county, an office of its own on loopback, and an enrolled officer.

Like `client.app` a place where all parts meet; it starts the office as a process of its own.
"""
