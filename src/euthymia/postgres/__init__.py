"""Django's PostgreSQL with a cheaper look whether a connection that rested still stands."""
