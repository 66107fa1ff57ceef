"""Clients as their own documentation uses them, against a real server: what they do is what users' programs do."""
