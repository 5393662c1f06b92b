"""What pytest must not import: it would register the hooks for pytest itself."""

collect_ignore = ["hooks.py"]
