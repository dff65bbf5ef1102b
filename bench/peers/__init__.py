"""Job systems on PostgreSQL: the engine, and the peers with which it is compared."""
