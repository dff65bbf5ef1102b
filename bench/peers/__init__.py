"""Whoever does background work on PostgreSQL here: the engine, and the peers that it is measured beside."""
