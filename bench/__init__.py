"""Measured figures beside their budgets: `python -m bench`, or `make bench`."""
