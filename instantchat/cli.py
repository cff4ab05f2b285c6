"""`instantchat run | worker | build`: the processes of the product; `simulator`: its Instagram alone, for any bot;
`lint | schema`: tools for flows in files; `doctor`: checks of the connection to Instagram.

`run` serves pages, API, webhooks, realtime and the worker on one port; `--api-only` leaves the pages out and needs no
build of them; `--no-worker` leaves the worker to `instantchat worker`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from instantchat import __version__, config
from instantchat.errors import StartRefused
from instantchat.kit.logging import setup_logging

_CANCELS, _CANCEL_SECONDS = 4, 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it ended well, 1 when it could not start (the sentence is on standard error)."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments) or 0)
    except StartRefused as refusal:
        print(f"InstantChat cannot start: {refusal.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    began = time.monotonic()
    if arguments.reload:
        return _run_again_on_change(arguments)
    settings = _settings(arguments)
    _refuse_taken_port(settings.listen_host, settings.port)
    pages = None
    if not arguments.api_only:
        from instantchat.frontend.build import ensure_built

        pages = ensure_built(_say)
    _prepare(settings)
    _say("Starting the server")
    from instantchat.server import serve

    def ready() -> None:
        where = settings.base_url if not arguments.api_only else f"{settings.base_url}/api/docs"
        print(f"InstantChat {__version__} is ready on {where} ({time.monotonic() - began:.1f} s)", flush=True)

    return _event_loop(serve(settings, pages=pages, worker=not arguments.no_worker, ready=ready))


def worker(arguments: argparse.Namespace) -> int:
    """Handle events and send messages until told to stop; serves nothing."""
    settings = _settings(arguments)
    _prepare(settings)
    from instantchat.server import work

    return _event_loop(work(settings, ready=lambda: print("InstantChat worker is ready", flush=True)))


def build(arguments: argparse.Namespace) -> int:
    """Build the pages when they are stale."""
    from instantchat.frontend.build import ensure_built

    ensure_built(_say)
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Try every step of the connection to Instagram, beside the running server; 1 when one failed."""
    from instantchat.doctor import report

    settings = _settings(arguments)
    setup_logging("error", settings.log_format)
    text, has_failed = report(settings, as_json=arguments.json)
    print(text)
    return 1 if has_failed else 0


def simulator(arguments: argparse.Namespace) -> int:
    """Serve the Instagram simulator alone until told to stop."""
    from instantchat.channels.simulator.alone import serve

    _refuse_taken_port(arguments.host, arguments.port)
    os.umask(0o077)
    return _event_loop(
        serve(
            host=arguments.host,
            port=arguments.port,
            deliver_to=arguments.deliver_to,
            data_dir=Path(arguments.data_dir),
            ready=lambda lines: print("\n".join(lines), flush=True),
        )
    )


def lint(arguments: argparse.Namespace) -> int:
    """Check flows in files; needs no settings, database or server."""
    from instantchat.lint.command import lint as check

    return check(arguments)


def schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of the flow format."""
    from instantchat.engine.json_schema import flow_schema

    print(json.dumps(flow_schema(), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="instantchat", description="Self-hosted Instagram DM automation.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("run", help="serve everything on one port")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on")
    serve.add_argument("--api-only", action="store_true", help="no pages: API, webhooks, realtime and worker")
    serve.add_argument("--no-worker", action="store_true", help="no worker: run `instantchat worker` beside it")
    serve.add_argument("--reload", action="store_true", help="start again when a source file changes")
    serve.set_defaults(command=run)
    commands.add_parser("worker", help="handle events and send messages only").set_defaults(command=worker)
    commands.add_parser("build", help="build the pages if they are stale").set_defaults(command=build)
    examine = commands.add_parser("doctor", help="try every step of the connection: exit code 1 when one failed")
    examine.add_argument("--port", type=int, help="port the server listens on")
    examine.add_argument("--json", action="store_true", help="print JSON instead of a table")
    examine.set_defaults(command=doctor)
    alone = commands.add_parser("simulator", help="serve the Instagram simulator alone, to test any bot with")
    alone.add_argument("--host", default="127.0.0.1", help="address to listen on")
    alone.add_argument("--port", type=int, default=8100, help="port to listen on")
    alone.add_argument("--deliver-to", required=True, metavar="URL", help="where webhooks go")
    alone.add_argument("--data-dir", default="simulator-data", metavar="DIR", help="where it keeps its state and keys")
    alone.set_defaults(command=simulator)
    check = commands.add_parser("lint", help="check flows in files: exit code 0 clean, 1 findings, 2 unreadable")
    check.add_argument("files", nargs="+", metavar="FILE", help="a JSON file, a directory of them, or - for input")
    check.add_argument("--format", choices=("text", "json"), default="text", help="how findings are printed")
    check.add_argument("--strict", action="store_true", help="warnings fail too")
    check.set_defaults(command=lint)
    commands.add_parser("schema", help="print the JSON Schema of the flow format").set_defaults(command=schema)
    return parser


def _settings(arguments: argparse.Namespace) -> config.Settings:
    given = {name: getattr(arguments, name, None) for name in ("host", "port")}
    settings = config.load(**{name: value for name, value in given.items() if value is not None})
    for name in config.unknown_names():
        print(f"Warning: {name} is no setting of InstantChat; see docs/settings.md.", file=sys.stderr)
    return settings


def _prepare(settings: config.Settings) -> None:
    """Files written from now on are for their owner alone, database and keys included; logs take their one form."""
    os.umask(0o077)
    setup_logging(settings.level, settings.log_format)


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartRefused(
                "port_unavailable",
                f"Port {port} on {host} cannot be used ({error.strerror}). Stop what uses it, "
                f"or choose another with --port or {config.PREFIX}PORT.",
            ) from None


def _event_loop(main_task: object) -> int:
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    try:
        import uvloop as loops
    except ImportError:
        loops = None  # type: ignore[assignment]  # not on Windows
    with asyncio.Runner(loop_factory=loops.new_event_loop if loops else None) as runner:
        try:
            runner.run(main_task)  # type: ignore[arg-type]
        finally:
            runner.run(_end_rest())
    return 0


async def _end_rest() -> None:
    """Cancel what libraries left running, and again what took the first cancel for something else: engineio's writer
    then waits for Granian, already gone, to close its socket, and the runner would wait for it without end."""
    for _ in range(_CANCELS):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if not rest:
            return
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=_CANCEL_SECONDS)


def _run_again_on_change(arguments: argparse.Namespace) -> int:
    from watchfiles import PythonFilter, run_process

    command = [sys.executable, "-m", "instantchat.cli", "run"]
    command += ["--host", arguments.host] if arguments.host else []
    command += ["--port", str(arguments.port)] if arguments.port else []
    command += ["--api-only"] if arguments.api_only else []
    command += ["--no-worker"] if arguments.no_worker else []
    watch = PythonFilter(extra_extensions=(".jsx", ".js", ".css"))
    run_process(
        "instantchat", "assets", "rxconfig.py", target=" ".join(command), target_type="command", watch_filter=watch
    )
    return 0


def _say(step: str) -> None:
    print(f"… {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
