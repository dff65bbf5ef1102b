"""The frame of the HTTP API."""
