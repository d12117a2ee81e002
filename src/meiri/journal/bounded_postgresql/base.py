"""The module of a database backend that Django looks for (django.db.utils.load_backend)."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

# Seconds that an answer is waited for. The server's own `statement_timeout` says nothing while its machine hangs.
LONGEST_ANSWER = 1.0


class BoundedConnection(psycopg.Connection):
    """Raises `OperationalError` where an answer takes longer than `LONGEST_ANSWER`; it is of no use after that."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or LONGEST_ANSWER)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> BoundedConnection:
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection = BoundedConnection.connect(**conn_params, autocommit=True)
        # One that was promoted could be written to.
        connection.execute("SET default_transaction_read_only = on")
        return connection
