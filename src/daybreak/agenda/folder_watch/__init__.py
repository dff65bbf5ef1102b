"""Folder sources of this machine: their changes are noticed and read."""
