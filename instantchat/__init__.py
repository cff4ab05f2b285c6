"""InstantChat: self-hosted Instagram DM automation in one Reflex codebase."""

__version__ = "0.1.0"
