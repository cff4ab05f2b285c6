"""Alembic migrations of the SQL backends, run at start by `store.sql.schema`. Add one as `versions/NNNN_what.py`."""
