"""Explanations: why an event was answered or not, and what each run did about it."""
