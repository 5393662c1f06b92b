"""Backups: one file that holds the database and the secret key, made while the site runs, and the way back from it."""

from .making import back_up
from .manifest import BackupError, Manifest
from .restoring import restore

__all__ = ["BackupError", "Manifest", "back_up", "restore"]
