"""The steps of receptive fields: one per layer of the stack."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc import receptive
from cnncalc.receptive import Stage
from cnncalc.trace.steps import Step, Trace


def receptive_fields(stages: Sequence[Stage]) -> Trace:
    """Trace ``receptive.receptive_fields``: field-formula, a "layer" for each stage, result.

    R is the size, J the jump and A the start of the field. Raises ``ValueError`` as that function does.

    >>> for step in receptive_fields([(3, 2, 1), (3,)]):
    ...     print(step.latex)
    R_n = R_{n-1} + (F_n - 1) J_{n-1}, \\quad J_n = J_{n-1} S_n, \\quad A_n = A_{n-1} - P_n J_{n-1}
    R_1 = 1 + (3 - 1) \\cdot 1 = 3, \\quad J_1 = 1 \\cdot 2 = 2, \\quad A_1 = 0 - 1 \\cdot 1 = -1
    R_2 = 3 + (3 - 1) \\cdot 2 = 7, \\quad J_2 = 2 \\cdot 1 = 2, \\quad A_2 = -1 - 0 \\cdot 2 = -1
    (R_1, R_2) = (3, 7)
    """
    fields = receptive.receptive_fields(stages)
    names = ", ".join(f"R_{{{n}}}" if n > 9 else f"R_{n}" for n in range(1, len(fields) + 1))
    sizes = ", ".join(str(field.size) for field in fields)
    return (*_layers(stages), Step("result", f"({names}) = ({sizes})", fields))


def receptive_field(stages: Sequence[Stage]) -> Trace:
    """Trace ``receptive.receptive_field``: as ``receptive_fields``, ending with the last layer.

    >>> receptive_field([(3, 2, 1), (3,)])[-1].latex
    'R = 7, \\\\quad J = 2, \\\\quad A = -1'
    """
    field = receptive.receptive_field(stages)
    line = f"R = {field.size}, \\quad J = {field.jump}, \\quad A = {field.start}"
    return (*_layers(stages), Step("result", line, field))


def _layers(stages: Sequence[Stage]) -> Trace:
    fields = receptive.receptive_fields(stages)
    whole = [receptive.whole_stage(number, stage) for number, stage in enumerate(stages, 1)]
    dilated = any(dilation > 1 for *_, dilation in whole)
    kernel = "D_n(F_n - 1)" if dilated else "(F_n - 1)"
    steps = [
        Step(
            "field-formula",
            f"R_n = R_{{n-1}} + {kernel} J_{{n-1}}, \\quad J_n = J_{{n-1}} S_n, \\quad A_n = A_{{n-1}} - P_n J_{{n-1}}",
        )
    ]
    before = receptive.ReceptiveField(size=1, jump=1, start=0)
    for number, (field, stage) in enumerate(zip(fields, whole, strict=True), 1):
        kernel_size, stride, (padding, _), dilation = stage
        n = f"{{{number}}}" if number > 9 else number
        factor = f"{dilation} \\cdot ({kernel_size} - 1)" if dilated else f"({kernel_size} - 1)"
        steps.append(
            Step(
                "layer",
                f"R_{n} = {before.size} + {factor} \\cdot {before.jump} = {field.size}, \\quad "
                f"J_{n} = {before.jump} \\cdot {stride} = {field.jump}, \\quad "
                f"A_{n} = {before.start} - {padding} \\cdot {before.jump} = {field.start}",
                field,
            )
        )
        before = field
    return tuple(steps)
