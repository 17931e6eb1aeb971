"""The engine that Django is told to use: its own for PostgreSQL but for one question."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection stays with its thread, and is looked at before each request."""

    def is_usable(self) -> bool:
        """Whether this connection still stands; the server is only asked where there is a doubt.

        When a server ends or falls, its side is closed: then there is something to read though nothing was asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred:
            return super().is_usable()
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0) or super().is_usable()
