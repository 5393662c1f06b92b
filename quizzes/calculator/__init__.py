"""The calculator: any layer, network or small matrix that a learner types, worked out. Pure: it knows no web."""

from .pages import Page, opened

__all__ = ["Page", "opened"]
