"""Faults: real processes that are killed, starved, locked out and restarted under load."""
