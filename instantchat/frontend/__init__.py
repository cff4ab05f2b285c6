"""The pages as files: how Reflex builds them (`plugin`, `export`), when they are stale (`build`), how they are served
(`static`, `site`)."""
