"""`python -m instantchat.frontend.export`: one build by Reflex, in a process of its own.

Calls what `reflex export` calls, without its first-run step, which would write `requirements.txt` and `.gitignore`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from instantchat.errors import StartRefused

REFUSED = 3  # the exit code when a plug-in is to blame; its sentence is the last line


def main() -> None:
    """Write the pages to `.web/build/client`; exits with 1 and Reflex's own message when that fails, with
    `REFUSED` and a sentence when a plug-in's pages cannot be loaded."""
    os.environ["REFLEX_CHECK_LATEST_VERSION"] = "false"
    os.environ["REFLEX_TELEMETRY_ENABLED"] = "false"
    _load_pages()
    from reflex.utils import export, prerequisites, registry

    # Reflex would time two npm registries over the network and take the faster; equal times mean the first, npm's own.
    # NPM_CONFIG_REGISTRY still decides when it is set.
    registry.average_latency = lambda registry, attempts=3: 1
    prerequisites.initialize_reflex_user_directory()  # type: ignore[no-untyped-call]
    if prerequisites.needs_reinit():
        prerequisites.initialize_frontend_dependencies()  # type: ignore[no-untyped-call]
    export.export(zipping=False, frontend=True, backend=False)
    _settle(Path("reflex.lock/package.json"))


def _load_pages() -> None:
    from instantchat.ui.pages import discover

    try:
        discover()
    except StartRefused as refusal:
        print(refusal.message, file=sys.stderr)  # noqa: T201 - for `build.ensure_built`, which reads the log
        sys.exit(REFUSED)


def _settle(lock: Path) -> None:
    """Write the file Reflex keeps in the repository always in one layout; it alternates between two."""
    lock.write_text(f"{json.dumps(json.loads(lock.read_text()), indent=2)}\n")


if __name__ == "__main__":
    main()
