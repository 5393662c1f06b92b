"""Windows of an input as the columns (or rows) of a matrix."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.words import Language

from ..words import Both
from . import tables
from .arguments import Arguments, FigureError, Rows, integer, matrix, misfit, pair, sides, unfit, word
from .cells import Board, Texts, board, longest, ring, texts
from .svg import HATCHED, LINE, MUTED, TEXT, WIDTH, WINDOW, Figure, Frame, arrow, box, figure, frame, label, path, tint
from .words import WORDS, around, by, chosen, counted


@dataclass(frozen=True, slots=True)
class Scene:
    """``x`` is empty where only the size of the input is known."""

    x: Rows
    channels: int
    windows_as: str
    down: WindowAxis
    across: WindowAxis


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    x: Rows = ()
    channels = integer(arguments, "channels", 1, default=1)
    if "x" in arguments:
        if "height" in arguments or "width" in arguments:
            message = Both(
                "x には高さと幅があります。x だけか、height と width だけを書いてください。",
                "x has a height and a width of its own: give either x, or height and width",
            )
            raise FigureError(message)
        if channels != 1:
            raise unfit("channels", Both("x があるときは1にしてください", "be 1 where x is given"), channels)
        x = matrix(arguments, "x")
        shape = len(x), len(x[0])
    elif "height" in arguments and "width" in arguments:
        shape = integer(arguments, "height", 1), integer(arguments, "width", 1)
    else:
        raise FigureError(Both("x か、height と width がありません。", "x is missing, or height and width"))
    kernel = pair(arguments, "kernel", 1)
    stride = pair(arguments, "stride", 1, default=(1, 1))
    try:
        down, across = window_axes(shape, kernel, stride, sides(arguments))
    except FigureError:
        raise
    except ValueError as reason:
        told = Both("kernel がパディング後の入力に収まりません", "kernel must fit the padded input")
        raise misfit(told, reason) from reason
    return Scene(x, channels, word(arguments, "windows_as", ("columns", "rows"), "columns"), down, across)


TITLE: dict[Language, str] = {"ja": "im2colの図", "en": "im2col"}
TOP = 34
SIDE = 132  # the longer side of an input without numbers
MOST = 12, 16  # rows and columns of a matrix that is drawn with its numbers


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """Before the answer one window and the end of one column, torn off; afterwards the whole matrix."""
    title = TITLE[language]
    rows = _given(scene, language)
    table = tables.named(rows)
    if scene.x:
        table += tables.matrix(WORDS["input"][language], texts(scene.x), language)
    on = _input_board(scene)
    head = label(2, 14, _line(scene, language), MUTED, "start", 13)
    still = head + _input(scene, on, ring_drawn=revealed or level == 1) + _window(scene, on, (0, 0))
    lower = _lower(scene, on)
    if not revealed:
        body = still + _torn(scene, lower, language)
        described = _described(scene, rows, language)
        return figure("im2col", (WIDTH, lower + 118), title, described, table, body, revealed=False)
    height, width = _shape(scene)
    words = _matrix(scene)
    table += tables.named([("行列の大きさ" if language == "ja" else "Matrix", by((height, width)))])
    if words:
        table += tables.matrix("行列" if language == "ja" else "Matrix", words, language)
    drawn, end = _result(scene, words, (0, 0), lower, language)
    described = _described(scene, rows, language) + _told(scene, language)
    return figure("im2col", (WIDTH, end), title, described, table, still + drawn, revealed=True)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """Window by window, each with its column (or row) of the matrix."""
    places, every = chosen(scene.down.output, scene.across.output)
    on, words, lower = _input_board(scene), _matrix(scene), _lower(scene, _input_board(scene))
    head = label(2, 14, _line(scene, language), MUTED, "start", 13)
    still = head + _input(scene, on, ring_drawn=True)
    key = str(_given(scene, language)) + str(scene.x)
    frames = []
    for step, place in enumerate(places, 1):
        number = place[0] * scene.across.output + place[1]
        drawn, end = _result(scene, words, place, lower, language)
        line = ("列" if scene.windows_as == "columns" else "行") if language == "ja" else scene.windows_as[:-1]
        caption = (
            f"窓{number + 1:,}（{place[0] + 1:,}段目の左から{place[1] + 1:,}番目） → 行列の{number + 1:,}{line}目"
            if language == "ja"
            else f"Window {number + 1:,} (row {place[0] + 1:,}, place {place[1] + 1:,}) → matrix {line} {number + 1:,}"
        )
        if words:
            entries = [row[number] for row in words] if scene.windows_as == "columns" else words[number]
            caption += f": {', '.join(entries)}"
        if not every:
            caption += counted(number + 1, scene.down.output * scene.across.output, language)
        body = still + _window(scene, on, place) + drawn
        frames.append(frame("im2col", step, (WIDTH, end), TITLE[language], caption, "", key, body))
    return tuple(frames)


def _entries(scene: Scene) -> int:
    return scene.channels * scene.down.kernel * scene.across.kernel


def _shape(scene: Scene) -> tuple[int, int]:
    shape = _entries(scene), scene.down.output * scene.across.output
    return shape if scene.windows_as == "columns" else (shape[1], shape[0])


def _matrix(scene: Scene) -> Texts:
    """The matrix as it is shown, or nothing where it is too large or its numbers are not known."""
    height, width = _shape(scene)
    if not scene.x or height > MOST[0] or width > MOST[1]:
        return ()
    words = texts(scene.x)
    down, across = scene.down, scene.across
    columns = [
        [
            words[i][j] if 0 <= i < down.size and 0 <= j < across.size else "0"
            for i in range(top, top + down.kernel)
            for j in range(left, left + across.kernel)
        ]
        for top in range(-down.before, down.output * down.stride - down.before, down.stride)
        for left in range(-across.before, across.output * across.stride - across.before, across.stride)
    ]
    return tuple(map(tuple, columns if scene.windows_as == "rows" else zip(*columns, strict=True)))


def _settings(scene: Scene, language: Language) -> list[tuple[str, str]]:
    down, across = scene.down, scene.across
    stride = f"{down.stride:,}" if down.stride == across.stride else by((down.stride, across.stride))
    return [
        (WORDS["window"][language], by((down.kernel, across.kernel))),
        (WORDS["stride"][language], stride),
        (WORDS["padding"][language], around(((down.before, down.after), (across.before, across.after)))),
    ]


def _given(scene: Scene, language: Language) -> list[tuple[str, str]]:
    size = (WORDS["input"][language], by((scene.down.size, scene.across.size)))
    return [size, (WORDS["channels"][language], f"{scene.channels:,}"), *_settings(scene, language)]


def _line(scene: Scene, language: Language) -> str:
    return "　".join([f"{name} {value}" for name, value in _settings(scene, language)])


def _described(scene: Scene, rows: list[tuple[str, str]], language: Language) -> str:
    columns = scene.windows_as == "columns"
    if language == "ja":
        given = "、".join(f"{name}{value}" for name, value in rows)
        return f"{given}。窓1つの数値が、行列の{'1列' if columns else '1行'}になります。"
    given = ", ".join(f"{name.lower()} {value}" for name, value in rows)
    line = "column" if columns else "row"
    return f"{given[0].upper()}{given[1:]}. The numbers of one window become one {line} of the matrix."


def _told(scene: Scene, language: Language) -> str:
    height, width = _shape(scene)
    if language == "ja":
        return f"行列は{height:,}行{width:,}列です。"
    rows, columns = "row" if height == 1 else "rows", "column" if width == 1 else "columns"
    return f" The matrix has {height:,} {rows} and {width:,} {columns}."


def _input_board(scene: Scene) -> Board:
    """The input without its padding, with room for it around."""
    down, across = scene.down, scene.across
    rows, columns = down.size + down.before + down.after, across.size + across.before + across.after
    if scene.x:
        whole = board(2, TOP, rows, columns, longest(texts(scene.x)), WIDTH - 4, 30)
        unit = whole.width, whole.height
    else:
        side = SIDE / max(rows, columns)
        whole, unit = Board(2, TOP, rows, columns, side, side, 12), (side, side)
    x, y = 2 + across.before * unit[0], TOP + down.before * unit[1]
    if not scene.x:
        x += 44  # the height stands to the left
    return Board(x, y, down.size, across.size, *unit, whole.font)


def _lower(scene: Scene, on: Board) -> float:
    return on.bottom + scene.down.after * on.height + (0 if scene.x else 26)


def _input(scene: Scene, on: Board, *, ring_drawn: bool) -> str:
    down, across = scene.down, scene.across
    padding = (down.before, down.after), (across.before, across.after)
    parts = []
    if ring_drawn and padding != ((0, 0), (0, 0)):
        parts.append(ring(on, padding, HATCHED))
    if scene.x:
        return "".join((*parts, on.empty(), on.numbers(texts(scene.x))))
    width, height = on.right - on.x, on.bottom - on.y
    if scene.channels > 1:
        parts += [box(on.x + 8, on.y - 8, width, height), box(on.x + 4, on.y - 4, width, height)]
    parts.append(on.empty() if max(down.size, across.size) <= 18 else box(on.x, on.y, width, height))
    below = on.bottom + down.after * on.height + 14
    parts.append(label(on.x - across.before * on.width - 6, on.y + height / 2, f"{down.size:,}", anchor="end"))
    parts.append(label(on.x + width / 2, below, f"{across.size:,}"))
    parts.append(label(on.right + across.after * on.width + 16, on.y + 10, f"C = {scene.channels:,}", MUTED, "start"))
    return "".join(parts)


def _window(scene: Scene, on: Board, place: tuple[int, int]) -> str:
    down, across = scene.down, scene.across
    row, column = place[0] * down.stride - down.before, place[1] * across.stride - across.before
    if scene.x:
        return on.outline(row, column, down.kernel, across.kernel, 0)
    x, y = on.x + column * on.width, on.y + row * on.height
    width, height = max(across.kernel * on.width, 6), max(down.kernel * on.height, 6)
    return tint(x, y, width, height, WINDOW, 0.18) + box(x, y, width, height, "none", WINDOW, 2.5)


def _torn(scene: Scene, lower: float, language: Language) -> str:
    """The beginning of one column (or row) of a matrix whose size is not told."""
    columns = scene.windows_as == "columns"
    y = lower + 34
    if columns:
        line = f"M40 {y + 66:.4g}V{y:.4g}h26v66l-5 5l-5 -5l-5 5l-5 -5z"
        marks = f"M40 {y + 22:.4g}h26M40 {y + 44:.4g}h26"
        words, x = ("窓1つ → 1列" if language == "ja" else "one window → one column"), 88
    else:
        line = f"M106 {y + 10:.4g}H40v26h66l5 -6.5l-5 -6.5l5 -6.5z"
        marks = f"M62 {y + 10:.4g}v26M84 {y + 10:.4g}v26"
        words, x = ("窓1つ → 1行" if language == "ja" else "one window → one row"), 130
    return "".join(
        (
            arrow(53, lower + 6, 53, lower + 28),
            f'<path d="{line}" fill="{WINDOW}" fill-opacity="0.18" stroke="{WINDOW}" stroke-width="2.5"/>',
            path(marks, LINE, 0.8),
            label(x, y + 14, words, TEXT, "start"),
            label(x, y + 40, "行列の大きさ ? × ?" if language == "ja" else "matrix: ? × ?", MUTED, "start"),
        )
    )


def _result(scene: Scene, words: Texts, place: tuple[int, int], lower: float, language: Language) -> tuple[str, float]:
    """The matrix with the line of one window, and where it ends."""
    height, width = _shape(scene)
    columns = scene.windows_as == "columns"
    number = place[0] * scene.across.output + place[1]
    name = f"{'行列' if language == 'ja' else 'Matrix'} {by((height, width))}"
    head = arrow(14, lower + 6, 14, lower + 28) + label(28, lower + 17, name, TEXT, "start", bold=True)
    y = lower + 40
    if words:
        on = board(2, y, height, width, longest(words), WIDTH - 4, 26)
        mark = (0, number, height, 1) if columns else (number, 0, 1, width)
        return "".join((head, on.empty(), on.numbers(words), on.outline(*mark, 0, 0))), on.bottom + 4
    # an outline in proportion, but never too flat to see
    longer = 200.0
    unit = longer / max(height, width)
    across, down = max(width * unit, 24.0), max(height * unit, 24.0)
    step = (across / width, down) if columns else (across, down / height)
    line = max(step[0], 3) if columns else across, down if columns else max(step[1], 3)
    x = 60 + min(number * step[0], across - line[0]) if columns else 60.0
    top = y if columns else y + min(number * step[1], down - line[1])
    parts = [
        head,
        box(60, y, across, down),
        tint(x, top, *line, WINDOW, 0.35) + box(x, top, *line, "none", WINDOW, 1.5),
        label(54, y + down / 2, f"{height:,}", TEXT, "end"),
        label(60 + across / 2, y + down + 14, f"{width:,}"),
    ]
    return "".join(parts), y + down + 28
