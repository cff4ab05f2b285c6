"""The keys that are made in development are never empty, half-written or shared with others."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from instantchat.config import Settings
from instantchat.errors import StartRefused


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder)


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_an_empty_key_is_refused_and_not_signed_with(tmp_path: Path, content: str) -> None:
    """Whoever knows that the key is empty can sign tokens: a crash between creating and writing must not do that."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret_key").write_text(content)
    with pytest.raises(StartRefused, match="secret_key"):
        _ = settings(tmp_path).signing_key


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    for number in range(20):
        folder, found = tmp_path / str(number), []
        begin = threading.Barrier(4)

        def read(folder: Path = folder, found: list[str] = found, begin: threading.Barrier = begin) -> None:
            begin.wait(5)
            found.append(settings(folder).signing_key.reveal())

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(found) == 4 and len(set(found)) == 1 and len(found[0]) >= 32


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    _ = settings(tmp_path).signing_key, settings(tmp_path).vault
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    files = list((tmp_path / "keys").iterdir())
    assert sorted(path.name for path in files) == ["encryption_key", "secret_key"]
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []
