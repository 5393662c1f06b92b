"""A convolution or pooling without its numbers: the padded input, the window at its first place, the stride; then every
stop."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.words import Language

from ..words import Both
from . import tables
from .arguments import Arguments, FigureError, integer, misfit, pair, sides, word
from .svg import (
    ACCENT,
    HATCHED,
    LINE,
    MUTED,
    WINDOW,
    Figure,
    Frame,
    arrow,
    box,
    comb,
    figure,
    frame,
    grid,
    label,
    path,
    tint,
)
from .words import WORDS, around, by, chosen, counted

SIDE = 168  # the longer side of the padded input is always drawn this long: a picture's size tells nothing
LEFT, TOP = 88, 44
WIDTH = 344
MAX_GRID = 18  # more cells than this are too small to tell apart: no grid lines
SMALLEST = 6.0  # a window of a huge input is drawn larger than it is, or it would not be seen

TITLES: dict[str, dict[Language, str]] = {
    "convolution": {"ja": "畳み込みの図", "en": "The convolution"},
    "pooling": {"ja": "プーリングの図", "en": "The pooling"},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """The windows along both axes; ``square`` where the stem speaks of one size only."""

    down: WindowAxis
    across: WindowAxis
    square: bool
    operation: str

    @property
    def unit(self) -> float:
        """The side of one cell."""
        return SIDE / max(_padded(self.down), _padded(self.across))


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    if "size" in arguments:
        if "height" in arguments or "width" in arguments:
            message = Both(
                "size は height と width の代わりです。size だけか、height と width の両方を書いてください。",
                "size stands for height and width: give either size, or both of them",
            )
            raise FigureError(message)
        size = integer(arguments, "size", 1)
        shape = size, size
    elif "height" in arguments and "width" in arguments:
        shape = integer(arguments, "height", 1), integer(arguments, "width", 1)
    else:
        message = Both("size か、height と width がありません。", "size is missing, or height and width")
        raise FigureError(message)
    kernel = pair(arguments, "kernel", 1)
    stride = pair(arguments, "stride", 1, default=(1, 1))
    dilation = pair(arguments, "dilation", 1, default=(1, 1))
    try:
        down, across = window_axes(shape, kernel, stride, sides(arguments), dilation)
    except FigureError:
        raise
    except ValueError as reason:
        told = Both("kernel がパディング後の入力に収まりません", "kernel must fit the padded input")
        raise misfit(told, reason) from reason
    operation = word(arguments, "operation", tuple(TITLES), "convolution")
    return Scene(down, across, "size" in arguments and down == across, operation)


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """Before the answer only what the stem gives: from level 2 on without the ring of padding, because counting it is
    part of the skill; from level 3 on the boxes of input and filter only."""
    title = TITLES[scene.operation][language]
    rows = _given(scene, language)
    description = _seen(scene, language)
    if not revealed:
        parts = _apart(scene, language) if level >= 3 else _input(scene, ring=level == 1) + _window(scene)
        height = 150 if level >= 3 else _height(scene)
        return figure("convolution", (WIDTH, height), title, description, tables.named(rows), parts, revealed=False)
    rows += _found(scene, language)
    description += _told(scene, language)
    height = _height(scene) + 56 + round(_output_size(scene)[1])
    body = _input(scene, ring=True) + _stops(scene) + _window(scene) + _output(scene, None, language)
    return figure("convolution", (WIDTH, height), title, description, tables.named(rows), body, revealed=True)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """The window at its places, each with the output cell that it gives."""
    places, every = chosen(scene.down.output, scene.across.output)
    height = _height(scene) + 56 + round(_output_size(scene)[1])
    key = "".join(f"{name}{value}" for name, value in _given(scene, language))
    still, title = _input(scene, ring=True), TITLES[scene.operation][language]
    frames = []
    for number, (row, column) in enumerate(places, 1):
        caption = _step(scene, row, column, language)
        if not every:
            place = row * scene.across.output + column + 1
            caption += counted(place, scene.down.output * scene.across.output, language)
        body = still + _outline(scene, row, column) + _output(scene, (row, column), language)
        frames.append(frame("convolution", number, (WIDTH, height), title, caption, "", key, body))
    return tuple(frames)


def _step(scene: Scene, row: int, column: int, language: Language) -> str:
    spans = []
    for axis, place in ((scene.down, row), (scene.across, column)):
        first = place * axis.stride + 1
        spans.append((first, first + axis.dilation * (axis.kernel - 1)))
    (top, bottom), (left, right) = spans
    if language == "ja":
        rows = f"{top:,}〜{bottom:,}行" if bottom > top else f"{top:,}行"
        columns = f"{left:,}〜{right:,}列" if right > left else f"{left:,}列"
        where = "パディングを含めて" if _ring(scene) else "入力の"
        return f"窓は{where}{rows}、{columns} → 出力の{row + 1:,}行{column + 1:,}列"
    rows = f"rows {top:,}–{bottom:,}" if bottom > top else f"row {top:,}"
    columns = f"columns {left:,}–{right:,}" if right > left else f"column {left:,}"
    padded = " (counted with the padding)" if _ring(scene) else ""
    return f"The window on {rows}, {columns}{padded} → output row {row + 1:,}, column {column + 1:,}"


def _padded(axis: WindowAxis) -> int:
    return axis.size + axis.before + axis.after


def _extent(axis: WindowAxis) -> int:
    return axis.dilation * (axis.kernel - 1) + 1


def _ring(scene: Scene) -> bool:
    return bool(scene.down.before or scene.down.after or scene.across.before or scene.across.after)


def _height(scene: Scene) -> int:
    return TOP + round(_padded(scene.down) * scene.unit) + (36 if scene.square else 54)


def _settings(scene: Scene) -> list[tuple[str, str, str]]:
    """Word, letter and number of everything that the stem gives about the filter."""
    down, across = scene.down, scene.across

    def both(first: int, second: int) -> str:
        return f"{first:,}" if first == second else by((first, second))

    settings = [
        ("window" if scene.operation == "pooling" else "filter", "F", both(down.kernel, across.kernel)),
        ("padding", "P", around(((down.before, down.after), (across.before, across.after)))),
        ("stride", "S", both(down.stride, across.stride)),
    ]
    if down.dilation > 1 or across.dilation > 1:
        settings.append(("dilation", "D", both(down.dilation, across.dilation)))
    return settings


def _given(scene: Scene, language: Language) -> list[tuple[str, str]]:
    if scene.square:
        rows = [("入力（高さと幅） H" if language == "ja" else "Input (height and width) H", f"{scene.down.size:,}")]
    else:
        rows = [
            ("入力の高さ H" if language == "ja" else "Input height H", f"{scene.down.size:,}"),
            ("入力の幅 W" if language == "ja" else "Input width W", f"{scene.across.size:,}"),
        ]
    return rows + [(f"{WORDS[word][language]} {letter}", number) for word, letter, number in _settings(scene)]


def _unused(axis: WindowAxis) -> int:
    return _padded(axis) - axis.reach


def _found(scene: Scene, language: Language) -> list[tuple[str, str]]:
    down, across = scene.down, scene.across
    if scene.square:
        names = (
            ("出力（高さと幅） O", "使われない行・列")
            if language == "ja"
            else (
                "Output (height and width) O",
                "Unused rows and columns",
            )
        )
        return [(names[0], f"{down.output:,}"), (names[1], f"{_unused(down):,}")]
    names4 = (
        ("出力の高さ", "出力の幅", "使われない行", "使われない列")
        if language == "ja"
        else ("Output height", "Output width", "Unused rows", "Unused columns")
    )
    numbers = (down.output, across.output, _unused(down), _unused(across))
    return [(name, f"{number:,}") for name, number in zip(names4, numbers, strict=True)]


def _seen(scene: Scene, language: Language) -> str:
    down, across = scene.down, scene.across
    padding = around(((down.before, down.after), (across.before, across.after)))
    dilation = next((number for word, _, number in _settings(scene) if word == "dilation"), "")
    if language == "ja":
        size = f"高さと幅が{down.size:,}" if scene.square else f"高さ{down.size:,}、幅{across.size:,}"
        ring = f"周囲にパディング{padding}。" if _ring(scene) else "パディングなし。"
        window = (
            f"高さと幅が{down.kernel:,}"
            if down.kernel == across.kernel
            else f"高さ{down.kernel:,}、幅{across.kernel:,}"
        )
        spread = f"（膨張率{dilation}）" if dilation else ""
        steps = (
            f"右と下へ{down.stride:,}ずつ"
            if down.stride == across.stride
            else f"下へ{down.stride:,}ずつ、右へ{across.stride:,}ずつ"
        )
        return f"{size}の入力。{ring}左上に{window}の窓{spread}、{steps}動きます。"
    size = f"height and width {down.size:,}" if scene.square else f"height {down.size:,} and width {across.size:,}"
    ring = f"padding {padding} around it" if _ring(scene) else "no padding"
    window = (
        f"height and width {down.kernel:,}"
        if down.kernel == across.kernel
        else f"height {down.kernel:,} and width {across.kernel:,}"
    )
    spread = f" (dilation {dilation})" if dilation else ""
    steps = (
        f"steps of {down.stride:,} to the right and down"
        if down.stride == across.stride
        else f"steps of {down.stride:,} down and {across.stride:,} to the right"
    )
    return f"An input of {size}, {ring}. A window of {window}{spread} at the top left, moving in {steps}."


def _told(scene: Scene, language: Language) -> str:
    down, across = scene.down, scene.across
    rows, columns = _unused(down), _unused(across)
    if language == "ja":
        where = (
            f"縦横それぞれ{down.output:,}か所に置かれ、出力の高さと幅は{down.output:,}です。"
            if scene.square
            else f"縦に{down.output:,}か所、横に{across.output:,}か所に置かれ、"
            f"出力は高さ{down.output:,}、幅{across.output:,}です。"
        )
        rest = f"端の{rows:,}行と{columns:,}列は使われません。" if rows or columns else "余りはありません。"
        return f"窓は{where}{rest}"
    where = (
        f"{down.output:,} times in each direction: the output has height and width {down.output:,}."
        if scene.square
        else f"{down.output:,} times down and {across.output:,} times across: "
        f"the output has height {down.output:,} and width {across.output:,}."
    )
    left = f"{rows:,} {'row' if rows == 1 else 'rows'} and {columns:,} {'column' if columns == 1 else 'columns'}"
    rest = f" At the end {left} stay unused." if rows or columns else " Nothing is left over."
    return f" The window stops {where}{rest}"


def _input(scene: Scene, *, ring: bool) -> str:
    down, across, unit = scene.down, scene.across, scene.unit
    x, y = LEFT + across.before * unit, TOP + down.before * unit
    width, height = across.size * unit, down.size * unit
    bottom = TOP + _padded(down) * unit
    parts = []
    if ring and _ring(scene):
        parts.append(box(LEFT, TOP, _padded(across) * unit, _padded(down) * unit, HATCHED, LINE, 1, "4 3"))
    if max(_padded(down), _padded(across)) <= MAX_GRID:
        parts.append(grid(x, y, down.size, across.size, unit, unit))
    else:
        parts.append(box(x, y, width, height))
    parts.append(path(f"M{LEFT - 10} {y:.4g}h-6v{height:.4g}h6", MUTED))
    parts.append(label(LEFT - 20, y + height / 2, f"H = {down.size:,}", anchor="end"))
    settings = {letter: number for _, letter, number in _settings(scene)}
    below = f"P = {settings['P']}" + (f"　D = {settings['D']}" if "D" in settings else "")
    if scene.square:
        parts.append(label(LEFT, bottom + 20, below, MUTED, "start"))
    else:
        parts.append(path(f"M{x:.4g} {bottom + 8:.4g}v6h{width:.4g}v-6", MUTED))
        parts.append(label(x + width / 2, bottom + 25, f"W = {across.size:,}"))
        parts.append(label(LEFT, bottom + 43, below, MUTED, "start"))
    return "".join(parts)


def _outline(scene: Scene, row: int, column: int, paint: str = WINDOW, dash: str = "") -> str:
    """The window at one of its places; dilated, with its cells filled."""
    down, across, unit = scene.down, scene.across, scene.unit
    x, y = LEFT + column * across.stride * unit, TOP + row * down.stride * unit
    width, height = max(_extent(across) * unit, SMALLEST), max(_extent(down) * unit, SMALLEST)
    # a window that is drawn too large must not leave the input
    x = min(x, max(LEFT + _padded(across) * unit - width, LEFT))
    y = min(y, max(TOP + _padded(down) * unit - height, TOP))
    parts = [] if dash else [tint(x, y, width, height, WINDOW, 0.18)]
    if not dash and max(down.dilation, across.dilation) > 1 and down.kernel * across.kernel <= 144 and unit >= 3:
        square = f"h{unit:.4g}v{unit:.4g}h-{unit:.4g}z"
        cells = "".join(
            f"M{x + j * across.dilation * unit:.4g} {y + i * down.dilation * unit:.4g}{square}"
            for i in range(down.kernel)
            for j in range(across.kernel)
        )
        parts.append(f'<path d="{cells}" fill="{WINDOW}" fill-opacity="0.5"/>')
    parts.append(box(x, y, width, height, "none", paint, 2.5 if not dash else 2, dash))
    return "".join(parts)


def _window(scene: Scene) -> str:
    down, across, unit = scene.down, scene.across, scene.unit
    settings = {letter: number for _, letter, number in _settings(scene)}
    right, width = LEFT + _padded(across) * unit + 14, max(_extent(across) * unit, SMALLEST)
    step = min(max(down.stride * unit, 8), 190)
    return "".join(
        (
            _outline(scene, 0, 0),
            path(f"M{LEFT} {TOP - 8}v-5h{width:.4g}v5", WINDOW, 1.5),
            label(max(LEFT + width / 2, LEFT + 24), TOP - 26, f"F = {settings['F']}", WINDOW),
            path(f"M{right - 5:.4g} {TOP}h10", ACCENT, 1.8),
            arrow(right, TOP, right, TOP + step, ACCENT),
            label(right + 12, TOP + max(step / 2, 8), f"S = {settings['S']}", ACCENT, "start"),
        )
    )


def _apart(scene: Scene, language: Language) -> str:
    """Input and filter as boxes side by side, of a size that says nothing, and the other numbers in words."""
    down, across = scene.down, scene.across
    settings = _settings(scene)
    inside = f"{down.size:,}×{across.size:,}"
    others = [f"{WORDS[word][language]} {letter} = {number}" for word, letter, number in settings[1:]]
    lines = [label(16, 116 + 22 * i, words, anchor="start") for i, words in enumerate(others)]
    half = len(lines) > 1
    if half:
        lines = [
            label(16 + 160 * (i % 2), 110 + 24 * (i // 2), words, anchor="start") for i, words in enumerate(others)
        ]
    return "".join(
        (
            box(16, 34, 150, 54),
            label(91, 20, WORDS["input"][language], MUTED),
            label(91, 61, inside),
            box(206, 34, 110, 54, "none", WINDOW, 2.5),
            label(261, 20, WORDS[settings[0][0]][language], WINDOW),
            label(261, 61, by((down.kernel, across.kernel))),
            *lines,
        )
    )


def _stops(scene: Scene) -> str:
    down, across, unit = scene.down, scene.across, scene.unit
    width, height = _padded(across) * unit, _padded(down) * unit
    parts = []
    if down.stride * unit >= 2:
        marks = comb(LEFT, TOP, down.output, (0, down.stride * unit), "h7")
        parts.append(path(marks, ACCENT, 1.8))
    if across.stride * unit >= 2 and not scene.square:
        marks = comb(LEFT, TOP, across.output, (across.stride * unit, 0), "v7")
        parts.append(path(marks, ACCENT, 1.8))
    if _unused(down):
        parts.append(tint(LEFT, TOP + height - _unused(down) * unit, width, _unused(down) * unit, MUTED, 0.35))
    if _unused(across):
        parts.append(tint(LEFT + width - _unused(across) * unit, TOP, _unused(across) * unit, height, MUTED, 0.35))
    if down.output > 1 or across.output > 1:
        last = down.output - 1, across.output - 1
        parts.append(_outline(scene, *last, ACCENT, "6 3"))
        w, h = _extent(across) * unit, _extent(down) * unit
        if min(w, h) >= 16:
            x, y = LEFT + last[1] * across.stride * unit, TOP + last[0] * down.stride * unit
            parts.append(label(LEFT + min(w, 20) / 2 + 2, TOP + min(h, 20) / 2, "A", WINDOW, bold=True))
            parts.append(label(x + w - min(w, 20) / 2, y + h - min(h, 20) / 2, "B", ACCENT, bold=True))
    return "".join(parts)


def _output_size(scene: Scene) -> tuple[float, float]:
    """The output at the scale of the input, but never too small to see nor too large for the page."""
    rows, columns = scene.down.output, scene.across.output
    unit = min(max(scene.unit, 14.0 / min(rows, columns)), SIDE / max(rows, columns))
    return max(columns * unit, 3.0), max(rows * unit, 3.0)


def _output(scene: Scene, place: tuple[int, int] | None, language: Language) -> str:
    """The output with the cell at ``place``; without one, with the first and the last cell and their letters."""
    rows, columns = scene.down.output, scene.across.output
    width, height = _output_size(scene)
    x, y, above = LEFT, _height(scene) + 44, _height(scene)
    middle = LEFT + SIDE / 2
    cell = width / columns, height / rows
    parts = [arrow(middle, above, middle, above + 24)]
    parts.append(grid(x, y, rows, columns, *cell) if max(rows, columns) <= MAX_GRID else box(x, y, width, height))
    row, column = place or (0, 0)
    mark = max(cell[0], 4), max(cell[1], 4)
    left, top = min(x + column * cell[0], x + width - mark[0]), min(y + row * cell[1], y + height - mark[1])
    parts.append(tint(left, top, *mark, WINDOW, 0.35) + box(left, top, *mark, "none", WINDOW, 2))
    parts.append(path(f"M{x - 10} {y:.4g}h-6v{height:.4g}h6", MUTED))
    parts.append(label(x - 20, y + height / 2, f"O = {rows:,}", anchor="end", bold=True))
    words = f"{WORDS['output'][language]} {rows:,}×{columns:,}"
    parts.append(label(middle + 14, above + 12, words, anchor="start"))
    if (rows > 1 or columns > 1) and place is None:
        parts.append(box(x + width - mark[0], y + height - mark[1], *mark, "none", ACCENT, 2, "4 2"))
        parts.append(label(x + width + 8, y + 6, "A", WINDOW, "start", bold=True))
        parts.append(label(x + width + 8, y + max(height - 6, 20), "B", ACCENT, "start", bold=True))
    return "".join(parts)
