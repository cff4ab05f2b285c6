"""Finding things by looking: a new node, trigger, effect handler or page is a new module, never a list entry."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import TypeVar

from instantchat.errors import StartRefused

T = TypeVar("T")


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


def load_entries(group: str) -> list[object]:
    """What installed distributions offer under an entry point group."""
    loaded: list[object] = []
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        try:
            loaded.append(entry.load())
        except Exception as error:
            message = f"The plug-in {entry.name!r} ({entry.value}) cannot be loaded: {error}. Uninstall or mend it."
            raise StartRefused("plugin_broken", message) from error
    return loaded


def _classes_of(module: ModuleType, base: type[T]) -> list[type[T]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, base) and value.__module__ == module.__name__
    ]
