"""Measures each piece of work next to its floor in the same run: ratios say more than seconds on a shared machine."""
