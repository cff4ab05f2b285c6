"""Polls for InstantChat."""
