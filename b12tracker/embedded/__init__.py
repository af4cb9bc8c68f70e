"""The embedded PostgreSQL and Valkey, and the supervisor that runs the whole system on one machine."""
