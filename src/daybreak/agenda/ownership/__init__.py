"""Whose tasks and events are: rules that depend on the identities of the reader."""
