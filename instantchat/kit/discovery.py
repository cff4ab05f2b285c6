"""Finding things by looking: a new node, trigger, effect handler or page is a new module, never a list entry."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import TypeVar

from instantchat.errors import StartRefused

T = TypeVar("T")
GROUPS = ("instantchat.nodes", "instantchat.triggers", "instantchat.effects", "instantchat.pages")
"""The entry point groups under which installed distributions offer things."""


def find_classes(package: str, base: type[T], *, group: str | None = None) -> list[type[T]]:
    """Every subclass of `base` defined in a module of `package` (at any depth), in module order.

    With `group`, also those that installed distributions offer under that entry point group, each entry naming a
    class or a module. Raises StartRefused (`plugin_broken`) when an entry cannot be imported.
    """
    found: dict[type[T], None] = {}
    for module in import_modules(package):
        found.update(dict.fromkeys(_classes_of(module, base)))
    for offered in load_entries(group) if group else []:
        if inspect.ismodule(offered):
            found.update(dict.fromkeys(_classes_of(offered, base)))
        elif inspect.isclass(offered) and issubclass(offered, base):
            found[offered] = None
    return list(found)


def import_modules(package: str) -> list[ModuleType]:
    """The package and every module below it, imported, sorted by name."""
    root = import_module(package)
    names = sorted(info.name for info in pkgutil.walk_packages(root.__path__, f"{package}."))
    return [root, *(import_module(name) for name in names)]


def by_name(classes: Iterable[type[T]], name_of: Callable[[type[T]], str]) -> dict[str, type[T]]:
    """Classes by wire name, those without one left out. Raises StartRefused (`plugin_clash`) when two share one."""
    found: dict[str, type[T]] = {}
    for cls in classes:
        name = name_of(cls)
        if name and found.setdefault(name, cls) is not cls:
            both = " and ".join(f"{each.__module__}.{each.__qualname__}" for each in (found[name], cls))
            raise StartRefused("plugin_clash", f"Two classes claim the name {name!r}: {both}. Uninstall one of them.")
    return found


def load_entries(group: str) -> list[object]:
    """What installed distributions offer under an entry point group."""
    loaded: list[object] = []
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        try:
            loaded.append(entry.load())
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            message = f"The plug-in {entry.name!r} ({entry.value}) cannot be loaded: {reason}. Uninstall or mend it."
            raise StartRefused("plugin_broken", message) from error
    return loaded


def _classes_of(module: ModuleType, base: type[T]) -> list[type[T]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, base) and value.__module__ == module.__name__
    ]
