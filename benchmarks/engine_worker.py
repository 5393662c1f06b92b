"""One library's side of the engine's benchmark, alone in its process: ``python -m benchmarks.engine_worker NAME``.

NumPy's and PyTorch's pools of threads disturb each other, so each library answers from a process of its own. A line
in is ``time CASE CALLS`` or ``memory CASE``; a line out is seconds per call, or the bytes that a call needs at its
peak above what was there before it, less its result.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[[], Any]

SMALL, MEDIUM = (1, 3, 8, 8), (8, 64, 56, 56)


def array(*shape: int) -> Any:
    """Return the same float32 numbers in every process."""
    return np.random.default_rng(shape).standard_normal(shape, dtype=np.float32)


def cnncalc_cases() -> dict[str, Callable[[], Run]]:
    """Return what this project's functions do."""
    import cnncalc as c

    def conv(x: Any, w: Any, groups: int = 1) -> Run:
        return lambda: c.conv2d(x, w, padding=1, groups=groups)

    def backward(x: Any, w: Any) -> Run:
        dy = array(x.shape[0], w.shape[0], *x.shape[2:])
        return lambda: c.conv2d_backward(dy, x, w, padding=1)

    x = array(*MEDIUM)
    return {
        "conv 8×8": lambda: conv(array(*SMALL), array(4, 3, 3, 3)),
        "conv medium": lambda: conv(x, array(64, 64, 3, 3)),
        "conv backward 8×8": lambda: backward(array(*SMALL), array(4, 3, 3, 3)),
        "conv backward medium": lambda: backward(x, array(64, 64, 3, 3)),
        "depthwise conv medium": lambda: conv(x, array(64, 1, 3, 3), 64),
        "im2col medium": lambda: lambda: c.im2col(x[:1], 3, padding=1),
        "max pooling 2×2": lambda: lambda: c.max_pool2d(x, 2),
        "max pooling 3×3/2": lambda: lambda: c.max_pool2d(x, 3, 2, 1),
        "max pooling 2×2, indices": lambda: lambda: c.max_pool2d(x, 2, return_indices=True),
        "max pooling 3×3/2, indices": lambda: lambda: c.max_pool2d(x, 3, 2, 1, return_indices=True),
        "mean pooling 2×2": lambda: lambda: c.mean_pool2d(x, 2),
        "mean pooling 3×3/2": lambda: lambda: c.mean_pool2d(x, 3, 2, 1),
        "Lp pooling 2×2, p = 2": lambda: lambda: c.lp_pool2d(x, 2, 2),
        "Lp pooling 3×3/2, p = 3": lambda: lambda: c.lp_pool2d(x, 3, 3, 2),
    }


def torch_cases() -> dict[str, Callable[[], Run]]:
    """Return the same with PyTorch on the CPU, without its automatic gradients except in backward."""
    import torch
    import torch.nn.functional as f

    torch.set_num_threads(2)
    torch.set_grad_enabled(False)

    def tensor(*shape: int) -> Any:
        return torch.from_numpy(array(*shape))

    def conv(x: Any, w: Any, groups: int = 1) -> Run:
        return lambda: f.conv2d(x, w, padding=1, groups=groups)

    def backward(x: Any, w: Any) -> Run:
        dy = tensor(x.shape[0], w.shape[0], *x.shape[2:])
        mask, ones = [True, True, True], [1, 1]
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, [w.shape[0]], ones, ones, ones, False, [0, 0], 1, mask
        )

    x = tensor(*MEDIUM)
    return {
        "conv 8×8": lambda: conv(tensor(*SMALL), tensor(4, 3, 3, 3)),
        "conv medium": lambda: conv(x, tensor(64, 64, 3, 3)),
        "conv backward 8×8": lambda: backward(tensor(*SMALL), tensor(4, 3, 3, 3)),
        "conv backward medium": lambda: backward(x, tensor(64, 64, 3, 3)),
        "depthwise conv medium": lambda: conv(x, tensor(64, 1, 3, 3), 64),
        "im2col medium": lambda: lambda: f.unfold(x[:1], 3, padding=1),
        "max pooling 2×2": lambda: lambda: f.max_pool2d(x, 2),
        "max pooling 3×3/2": lambda: lambda: f.max_pool2d(x, 3, 2, 1),
        "max pooling 2×2, indices": lambda: lambda: f.max_pool2d(x, 2, return_indices=True),
        "max pooling 3×3/2, indices": lambda: lambda: f.max_pool2d(x, 3, 2, 1, return_indices=True),
        "mean pooling 2×2": lambda: lambda: f.avg_pool2d(x, 2),
        "mean pooling 3×3/2": lambda: lambda: f.avg_pool2d(x, 3, 2, 1),
        "Lp pooling 2×2, p = 2": lambda: lambda: f.lp_pool2d(x, 2, 2),
        "Lp pooling 3×3/2, p = 3": lambda: lambda: f.lp_pool2d(x, 3, 3, 2),
    }


def scipy_cases() -> dict[str, Callable[[], Run]]:
    """Return what SciPy offers: correlation of single maps, summed over the channels; filters, thinned out."""
    from scipy import ndimage, signal

    def conv(x: Any, w: Any) -> Run:
        return lambda: np.array([[sum(map(correlated, image, kernels)) for kernels in w] for image in x])

    def correlated(image: Any, kernel: Any) -> Any:
        return signal.correlate2d(image, kernel, mode="same")

    x = array(*MEDIUM)
    return {
        "conv 8×8": lambda: conv(array(*SMALL), array(4, 3, 3, 3)),
        "max pooling 2×2": lambda: (
            lambda: ndimage.maximum_filter(x, (1, 1, 2, 2), origin=(0, 0, -1, -1))[:, :, ::2, ::2]
        ),
        "mean pooling 2×2": lambda: (
            lambda: ndimage.uniform_filter(x, (0, 0, 2, 2), origin=(0, 0, -1, -1))[:, :, ::2, ::2]
        ),
    }


def loop_cases() -> dict[str, Callable[[], Run]]:
    """Return the loops of a textbook, where they end within reasonable time."""

    def conv() -> Any:
        x, w = array(*SMALL), array(4, 3, 3, 3)
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        return np.array(
            [
                [
                    [[(image[:, i : i + 3, j : j + 3] * k).sum() for j in range(x.shape[3])] for i in range(x.shape[2])]
                    for k in w
                ]
                for image in padded
            ]
        )

    def pooled(x: Any) -> Any:
        return np.array(
            [[x[r : r + 2, c : c + 2].max() for c in range(0, x.shape[1], 2)] for r in range(0, x.shape[0], 2)]
        )

    x = array(*MEDIUM)
    return {
        "conv 8×8": lambda: conv,
        "max pooling 2×2": lambda: lambda: [pooled(channel) for channel in x[:, :].reshape(-1, 56, 56)],
    }


LIBRARIES = {"cnncalc": cnncalc_cases, "PyTorch": torch_cases, "SciPy": scipy_cases, "plain loops": loop_cases}


def seconds(run: Run, calls: int) -> float:
    """Return the mean time of ``calls`` calls, after one that wakes the threads."""
    run()
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def memory(run: Run) -> int:
    """Return the bytes above the start at the peak of one call, less its result's (Linux)."""
    run()
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    result = run()
    return max(_status("VmHWM") - before - _bytes(result), 0)


def _bytes(result: Any) -> int:
    if isinstance(result, tuple | list):
        return sum(map(_bytes, result))
    return int(result.nbytes)


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def main(library: str) -> None:
    """Answer orders until the input ends."""
    cases = LIBRARIES[library]()
    runs: dict[str, Run] = {}
    print("\n".join([*cases, ""]), flush=True)
    for line in sys.stdin:
        order, case, calls = line.rstrip("\n").split("\t")
        run = runs.get(case) or runs.setdefault(case, cases[case]())
        print(seconds(run, int(calls)) if order == "time" else memory(run), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
