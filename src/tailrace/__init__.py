"""Tailrace: tables, the stream of their changes, and the functions that the changes trigger. See ARCHITECTURE.md."""

__version__ = "0.1.0"
