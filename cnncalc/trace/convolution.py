"""The steps of convolutions: one per output cell, or one per input cell that stamps its kernel."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from cnncalc import convolution, latex, transposed
from cnncalc.arguments import Padding, Pair, RealArray
from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.trace.numbers import (
    Exact,
    ExactArray,
    element,
    equation,
    exact_numbers,
    named_matrices,
    one_example,
    product_terms,
    require_finite,
    terms,
)
from cnncalc.trace.steps import Cell, Step, Trace, Window


def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Trace:
    """Trace ``convolution.conv2d`` for one example ``(C, H, W)``: a "window" per output cell, then the "result".

    The cells of a window are ``(channel, row, column)`` of the input, in the padding too, where the value is 0;
    its output is ``(kernel, row, column)``. The last summand is the bias, if there is one. Raises
    ``ValueError`` as ``convolution.conv2d`` does, for a batch, and for NaN and infinities.

    >>> for step in conv2d([[[1, -3, 5], [2, 0, 4]]], [[[[1, 2], [0, -1]]]], bias=[10]):
    ...     print(step.latex)
    1 \\cdot 1 + (-3) \\cdot 2 + 2 \\cdot 0 + 0 \\cdot (-1) + 10 = 5
    (-3) \\cdot 1 + 5 \\cdot 2 + 0 \\cdot 0 + 4 \\cdot (-1) + 10 = 13
    Y = \\begin{pmatrix} 5 & 13 \\end{pmatrix}
    """
    result = convolution.conv2d(x, w, bias, stride, padding, dilation, groups)
    maps, kernels = one_example("x", np.asarray(x)), exact_numbers("w", np.asarray(w))
    biases = None if bias is None else exact_numbers("bias", np.asarray(bias))
    require_finite("the result", result)
    axes = window_axes(maps.shape, (kernels.shape[2], kernels.shape[3]), stride, padding, dilation)
    totals: ExactArray = np.zeros(result.shape, dtype=object)
    steps = []
    for output in np.ndindex(result.shape):
        cells, weights = _seen(output, kernels, axes, groups)
        factors = [(_value(maps, cell), kernels[weight]) for cell, weight in zip(cells, weights, strict=True)]
        products = tuple(one * other for one, other in factors)
        line, total = product_terms(factors), sum(products)
        if biases is not None:
            added = _value(biases, output[:1])
            line, total = f"{line} + {latex.summand(added)}", total + added
        totals[output] = total
        window = Window(output, cells, products=products)
        steps.append(Step("window", f"{line} {latex.equals(total)}", result[output].item(), window))
    return (*steps, Step("result", named_matrices("Y", totals), result))


def conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Trace:
    """Trace ``convolution.conv2d_backward`` for one example ``(C, H, W)``.

    Steps: a "gradient-weights" per weight, which sums output gradients times cells of the input; a
    "gradient-input" per input cell, which sums output gradients times weights; a "gradient-bias" per kernel;
    and the "result", whose value is the ``Conv2dGradients``. The output of a window is the place of the weight,
    input cell or bias, its cells are places of ``dy``, ``(kernel, row, column)``. Raises ``ValueError`` as
    ``convolution.conv2d_backward`` does, for a batch, and for NaN and infinities.

    >>> for step in conv2d_backward([[[1, 10]]], [[[1, 2, 3]]], [[[[5, -1]]]]):
    ...     print(step.latex)
    dw_{1,1} = 1 \\cdot 1 + 10 \\cdot 2 = 21
    dw_{1,2} = 1 \\cdot 2 + 10 \\cdot 3 = 32
    dx_{1,1} = 1 \\cdot 5 = 5
    dx_{1,2} = 1 \\cdot (-1) + 10 \\cdot 5 = 49
    dx_{1,3} = 10 \\cdot (-1) = -10
    db = 1 + 10 = 11
    dX = \\begin{pmatrix} 5 & 49 & -10 \\end{pmatrix}, \\quad
    dW = \\begin{pmatrix} 21 & 32 \\end{pmatrix}, \\quad db = \\begin{pmatrix} 11 \\end{pmatrix}
    """
    result = convolution.conv2d_backward(dy, x, w, stride, padding, dilation, groups)
    outputs, maps = one_example("dy", np.asarray(dy)), one_example("x", np.asarray(x))
    kernels = exact_numbers("w", np.asarray(w))
    for gradient in result:
        require_finite("the result", gradient)
    axes = window_axes(maps.shape, (kernels.shape[2], kernels.shape[3]), stride, padding, dilation)
    by_weight: dict[Cell, list[tuple[Cell, Exact]]] = {place: [] for place in np.ndindex(kernels.shape)}
    by_cell: dict[Cell, list[tuple[Cell, Exact]]] = {place: [] for place in np.ndindex(maps.shape)}
    for output in np.ndindex(outputs.shape):
        for cell, weight in zip(*_seen(output, kernels, axes, groups), strict=True):
            by_weight[weight].append((output, _value(maps, cell)))
            if cell in by_cell:
                by_cell[cell].append((output, kernels[weight]))
    dw, weight_steps = _summed("gradient-weights", "dw", by_weight, outputs, result.dw)
    dx, input_steps = _summed("gradient-input", "dx", by_cell, outputs, result.dx)
    db = outputs.reshape(len(outputs), -1).sum(axis=1)
    bias_steps = []
    for kernel, total in enumerate(db):
        cells = tuple(place for place in np.ndindex(outputs.shape) if place[0] == kernel)
        summed = equation(terms(outputs[kernel].ravel().tolist()), total)
        line = f"{element('db', (kernel,), db.shape)} = {summed}"
        bias_steps.append(Step("gradient-bias", line, result.db[kernel].item(), Window((kernel,), cells)))
    lines = [named_matrices("dX", dx), named_matrices("dW", dw), f"db = {latex.matrix([db])}"]
    return (*weight_steps, *input_steps, *bias_steps, Step("result", ", \\quad ".join(lines), result))


def conv_transpose2d(
    x: ArrayLike,
    w: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: Padding = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> Trace:
    """Trace ``transposed.conv_transpose2d`` for one example ``(C, H, W)``: a "stamp" per input cell, the "result".

    A stamp is the input cell times its kernels; the output of its window is the input cell
    ``(channel, row, column)``, its cells are those of the output that it is added to, also where padding cuts
    them off. The result adds the stamps and the bias, if there is one. Raises ``ValueError`` as
    ``transposed.conv_transpose2d`` does, for a batch, and for NaN and infinities.

    >>> for step in conv_transpose2d([[[1, -2]]], [[[[1, 10, 100]]]]):
    ...     print(step.latex)
    1 \\cdot \\begin{pmatrix} 1 & 10 & 100 \\end{pmatrix} = \\begin{pmatrix} 1 & 10 & 100 \\end{pmatrix}
    -2 \\cdot \\begin{pmatrix} 1 & 10 & 100 \\end{pmatrix} = \\begin{pmatrix} -2 & -20 & -200 \\end{pmatrix}
    Y = \\begin{pmatrix} 1 & 8 & 80 & -200 \\end{pmatrix}
    """
    result = transposed.conv_transpose2d(x, w, bias, stride, padding, output_padding, groups, dilation)
    maps, kernels = one_example("x", np.asarray(x)), exact_numbers("w", np.asarray(w))
    biases = None if bias is None else exact_numbers("bias", np.asarray(bias))
    require_finite("the result", result)
    axes = transposed.transposed_axes(maps.shape, kernels.shape, stride, padding, output_padding, dilation)
    totals: ExactArray = np.zeros(result.shape, dtype=object)
    if biases is not None:
        totals += biases[:, np.newaxis, np.newaxis]
    made = kernels.shape[1]
    steps = []
    for cell in np.ndindex(maps.shape):
        first = cell[0] // (len(maps) // int(groups)) * made
        rows, columns = (axis.positions()[place].tolist() for axis, place in zip(axes, cell[1:], strict=True))
        cells = tuple(product(range(first, first + made), rows, columns))
        stamp = maps[cell] * kernels[cell[0]]
        for place, value in zip(cells, stamp.flat, strict=True):
            if _inside(place, totals.shape):
                totals[place] += value
        line = ", \\quad ".join(
            f"{latex.number(_value(maps, cell))} \\cdot {latex.matrix(kernel)} = {latex.matrix(stamped)}"
            for kernel, stamped in zip(kernels[cell[0]], stamp, strict=True)
        )
        steps.append(Step("stamp", line, stamp.tolist(), Window(cell, cells)))
    return (*steps, Step("result", named_matrices("Y", totals), result))


def _seen(
    output: Cell, kernels: ExactArray, axes: tuple[WindowAxis, WindowAxis], groups: int
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Return the input cells in the window of an output cell ``(kernel, row, column)``, and the weights on them."""
    kernel, row, column = output
    seen = kernels.shape[1]
    first = kernel // (len(kernels) // int(groups)) * seen
    rows, columns = axes[0].positions()[row].tolist(), axes[1].positions()[column].tolist()
    cells = tuple(product(range(first, first + seen), rows, columns))
    return cells, tuple((kernel, *place) for place in np.ndindex(kernels.shape[1:]))


def _inside(cell: Cell, shape: tuple[int, ...]) -> bool:
    return all(0 <= place < size for place, size in zip(cell, shape, strict=True))


def _value(maps: ExactArray, cell: Cell) -> Exact:
    """Return the number at a cell; padding is 0."""
    value: Exact = maps[cell] if _inside(cell, maps.shape) else 0
    return value


def _summed(
    key: str, name: str, parts: dict[Cell, list[tuple[Cell, Exact]]], outputs: ExactArray, values: RealArray
) -> tuple[ExactArray, list[Step]]:
    """Sum what every place of ``parts`` gets: the gradients of some output cells, each times a number."""
    totals: ExactArray = np.zeros(values.shape, dtype=object)
    steps = []
    for place, pieces in parts.items():
        factors = [(outputs[output], number) for output, number in pieces]
        products = tuple(one * other for one, other in factors)
        totals[place] = sum(products)
        line = f"{element(name, place, values.shape)} = {equation(product_terms(factors), totals[place])}"
        window = Window(place, tuple(output for output, _ in pieces), products=products)
        steps.append(Step(key, line, values[place].item(), window))
    return totals, steps
