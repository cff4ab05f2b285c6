"""Starting: every reason to refuse gets one sentence that says what to do, exit code 1, and no stack trace."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.server import ROOT, ServerProcess, free_port

pytestmark = pytest.mark.slow


def run(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`instantchat run --api-only`, expected to end by itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTANTCHAT_")}
    environment |= {"INSTANTCHAT_DATA_DIR": str(data_dir), "INSTANTCHAT_PORT": str(free_port())}
    environment |= {f"INSTANTCHAT_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "instantchat.cli", "run", "--api-only", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def refusal(ended: subprocess.CompletedProcess[str]) -> str:
    """The sentence it ended with."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("InstantChat cannot start: ")]
    return line.removeprefix("InstantChat cannot start: ")


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "eighty"),
            ("PORT", "70000"),
            ("ENV", "prod"),
            ("DATABASE_URL", "mysql://localhost/x"),
            ("PUBLIC_URL", "example.com"),
            ("RATE_LIMIT_LOGIN", "often"),
            ("CORS_ORIGINS", "https://app.example.com/path"),
            ("TRUSTED_PROXIES", "everyone"),
            ("SECRET_KEY", "short"),
            ("ENCRYPTION_KEYS", "not-a-key"),
        ],
    )
    def test_a_bad_value_is_named(self, tmp_path: Path, name: str, value: str) -> None:
        assert f"INSTANTCHAT_{name}" in refusal(run(tmp_path, **{name: value}))

    @pytest.mark.parametrize("missing", ["SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"])
    def test_production_needs_its_keys(self, tmp_path: Path, missing: str) -> None:
        given = {
            "ENV": "production",
            "SECRET_KEY": "k" * 40,
            "ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "PUBLIC_URL": "https://chat.example.com",
        }
        del given[missing]
        assert f"INSTANTCHAT_{missing}" in refusal(run(tmp_path, **given))

    def test_production_refuses_the_simulator(self, tmp_path: Path) -> None:
        sentence = refusal(
            run(
                tmp_path,
                ENV="production",
                SIMULATOR="true",
                SECRET_KEY="k" * 40,
                ENCRYPTION_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                PUBLIC_URL="https://chat.example.com",
            )
        )
        assert "INSTANTCHAT_SIMULATOR" in sentence

    def test_an_unknown_name_warns_and_starts(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, "--api-only", colour="blue") as server:
            assert "INSTANTCHAT_COLOUR is no setting" in server.output


class TestPort:
    def test_a_taken_port_is_named(self, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            sentence = refusal(run(tmp_path, "--port", str(port)))
        assert str(port) in sentence
        assert "--port" in sentence

    def test_the_port_of_a_hosting_platform_is_used(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from instantchat import config

        monkeypatch.delenv("INSTANTCHAT_PORT", raising=False)
        monkeypatch.setenv("PORT", "5123")
        assert config.load().port == 5123


class TestDataDirectory:
    def test_one_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        in_the_way = tmp_path / "file"
        in_the_way.write_text("not a directory")
        sentence = refusal(run(in_the_way / "data"))
        assert str(in_the_way) in sentence
        assert "INSTANTCHAT_DATA_DIR" in sentence

    def test_a_second_server_on_it_is_refused_and_the_first_goes_on(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, "--api-only") as first:
            sentence = refusal(run(tmp_path))
            assert "process" in sentence
            assert httpx.get(f"{first.url}/api/health").status_code == 200

    def test_keys_and_database_are_readable_by_their_owner_only(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, "--api-only"):
            files = [path for path in (tmp_path / "keys").iterdir() if path.is_file()]
            assert files
            assert {path.stat().st_mode & 0o077 for path in [*files, tmp_path / "instantchat.db"]} == {0}


class TestRoles:
    def test_api_only_serves_everything_but_pages_without_reflex(self, tmp_path: Path) -> None:
        blocked = tmp_path / "blocked"
        (blocked / "reflex").mkdir(parents=True)
        (blocked / "reflex" / "__init__.py").write_text("raise ImportError('reflex must not be imported')")
        path = os.pathsep.join([str(blocked), str(ROOT)])
        with ServerProcess(tmp_path / "data", "--api-only", environment={"PYTHONPATH": path}) as server:
            assert httpx.get(f"{server.url}/api/health").json()["status"] == "ok"
            assert httpx.get(f"{server.url}/api/ready").status_code == 200
            assert httpx.get(f"{server.url}/socket.io/?EIO=4&transport=polling").status_code == 200
            assert httpx.get(f"{server.url}/chats").status_code == 404
            webhook = httpx.post(f"{server.url}/api/webhook/instagram", content=b"{}")
            assert webhook.status_code == 401

    def test_it_stops_when_asked_within_ten_seconds(self, tmp_path: Path) -> None:
        server = ServerProcess(tmp_path, "--api-only").start()
        assert server.stop() == 0
        assert "Traceback" not in server.output


class TestPages:
    def test_one_name_for_the_address_so_that_cookies_are_there_after_instagram(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, public_url="") as server:
            asked = {"Accept": "text/html", "Host": f"127.0.0.1:{server.port}"}
            answer = httpx.get(f"{server.url}/login?next=/chats", headers=asked)
            assert answer.status_code == 307
            assert answer.headers["Location"] == f"http://localhost:{server.port}/login?next=/chats"
            assert httpx.get(f"{server.url}/api/health", headers=asked).status_code == 200
            named = {"Accept": "text/html", "Host": f"localhost:{server.port}"}
            assert httpx.get(f"{server.url}/login", headers=named).status_code == 200

    def test_no_other_site_writes_to_the_simulator_through_a_developers_browser(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, "--api-only") as server:
            address, customer = f"{server.url}/simulator/api/customers", {"username": "eve", "name": "Eve"}
            refused = httpx.post(address, json=customer, headers={"Origin": "https://evil.example"})
            assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")
            assert httpx.post(address, json=customer, headers={"Origin": server.url}).status_code in {200, 201}


def test_a_task_that_takes_a_cancel_for_something_else_does_not_hold_up_the_stop() -> None:
    """As engineio's writer does when the server below it is gone: found where SIGTERM was not followed by an end."""
    program = """
import asyncio
from instantchat.cli import _event_loop

async def stubborn():
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.Event().wait()

async def served():
    kept.append(asyncio.create_task(stubborn()))
    await asyncio.sleep(0)

kept = []
raise SystemExit(_event_loop(served()))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
