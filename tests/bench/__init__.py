"""Timings, each against a baseline in the same run: what the machine is does not matter."""
