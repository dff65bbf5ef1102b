"""Connections of clients: their number, their time limits and their addresses."""
