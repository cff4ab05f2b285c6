"""Flows for the engine: compiling their JSON (`graph`), finding what is wrong with them (`lint`), running them."""

from __future__ import annotations

from .compiled import CompiledFlow, Listener
from .graph import parse_graph
from .lint import validate_flow

__all__ = ["CompiledFlow", "Listener", "parse_graph", "validate_flow"]
