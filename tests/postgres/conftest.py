"""One PostgreSQL server, and a database of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer, postgres_server

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The name of a new, empty database."""
    name = f"product_{next(_numbers)}"
    postgres.create(name)
    yield name
    postgres.drop(name)


@pytest.fixture
def url(postgres: PostgresServer, database: str) -> str:
    """What goes into `INSTANTCHAT_DATABASE_URL`."""
    return postgres.url(database)
