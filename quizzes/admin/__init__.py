"""Where authors write, see, prove and publish: Django's admin with pages of our own inside it."""

from .site import site

__all__ = ["site"]
