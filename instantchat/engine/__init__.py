"""The pure engine: flows, runs and effects are plain data; nothing here reads a clock, a file or a socket."""
