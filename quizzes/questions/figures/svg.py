"""A few words of SVG. Colours are CSS variables with the light palette as fallback, so a figure also stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

COLOURS = {
    "text": "#1b1f24",
    "muted": "#57606a",
    "accent": "#0b5cad",
    "window": "#9a5b00",
    "cell": "#eaf2fb",
    "pad": "#e3e5e8",
    "line": "#7a848f",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture for one state of a question. ``table`` holds its numbers as an HTML table for those who read them."""

    svg: str
    title: str
    description: str
    table: str


def colour(name: str) -> str:
    """The paint called ``name``."""
    return f"var(--{name}, {COLOURS[name]})"


def element(tag: str, content: str = "", /, **attributes: str | float) -> str:
    """One element; ``stroke_width`` becomes ``stroke-width``, floats are cut to a tenth of a pixel."""
    written = "".join(f' {name.rstrip("_").replace("_", "-")}="{_number(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def _number(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.1f}".rstrip("0").rstrip(".")


def rectangle(x: float, y: float, width: float, height: float, **style: str | float) -> str:
    """A rectangle with its corner at (x, y)."""
    return element("rect", x=x, y=y, width=width, height=height, **style)


def label(x: float, y: float, words: str, *, anchor: str = "middle", paint: str = "text") -> str:
    """Words at (x, y), which is the middle of their height."""
    return element(
        "text",
        escape(words),
        x=x,
        y=y,
        text_anchor=anchor,
        dominant_baseline="central",
        fill=colour(paint),
    )


def path(commands: str, paint: str = "text", **style: str | float) -> str:
    """An open line."""
    return element("path", d=commands, fill="none", stroke=colour(paint), **style)


def point(x: float, y: float) -> str:
    """Coordinates inside a path."""
    return f"{_number(x)} {_number(y)}"


def picture(name: str, width: int, height: int, title: str, description: str, parts: list[str]) -> str:
    """The whole picture with its accessible name and description. ``name`` makes the ids unique on a page."""
    head = element("title", escape(title), id=f"{name}-title") + element(
        "desc", escape(description), id=f"{name}-description"
    )
    return element(
        "svg",
        head + "".join(parts),
        viewBox=f"0 0 {width} {height}",
        width=str(width),
        height=str(height),
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-description",
        font_family="inherit",
        font_size="14",
    )


def table(rows: list[tuple[str, str]]) -> str:
    """Names and numbers as an HTML table."""
    body = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f"<table><tbody>{body}</tbody></table>"
