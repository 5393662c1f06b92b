from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import ReceptiveField, receptive_field, receptive_fields
from cnncalc.geometry import WindowAxis

STAGE = st.tuples(
    st.integers(1, 4), st.integers(1, 3), st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 2)
)


@given(st.lists(STAGE, min_size=1, max_size=4), st.integers(0, 5))
def test_a_unit_reaches_from_the_first_to_the_last_position_of_its_field(
    stages: list[tuple[int, int, tuple[int, int], int]], unit: int
) -> None:
    reached = {unit}
    for kernel, stride, (before, after), dilation in reversed(stages):
        axis = WindowAxis(1, kernel, stride, before, after, dilation, max(reached) + 50)
        # windows left of the first one exist here too: units in the padding of a later stage
        first = axis.positions()[0]
        reached = {int(place) + one * stride for one in reached for place in first}
    positions = receptive_field(stages).positions(unit)
    assert (positions[0], positions[-1]) == (min(reached), max(reached))


def test_published_receptive_fields() -> None:
    alexnet = [(11, 4, 2), (3, 2), (5, 1, 2), (3, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2)]
    assert receptive_field(alexnet).size == 195  # Araujo et al. 2019, table: alexnet_v2
    block = [(3, 1, 1), (3, 1, 1)]
    vgg16 = [*block, (2, 2), *block, (2, 2), *([(3, 1, 1)] * 3 + [(2, 2)]) * 3]
    assert receptive_field(vgg16) == ReceptiveField(size=212, jump=32, start=-90)  # the same table: vgg_16


def test_three_small_kernels_see_as_much_as_a_large_one() -> None:
    assert receptive_field([(3,)] * 3) == receptive_field([(7,)])


def test_the_fields_of_a_stack_are_those_of_its_beginnings() -> None:
    stages = [(5, 2, 2), (3, 1, (1, 0), 2), (2, 2)]
    assert receptive_fields(stages) == tuple(receptive_field(stages[:n]) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([], r"stages must be a list of \(kernel, stride, padding, dilation\), got \[\]"),
        (3, "stages must be a list"),
        ([(3,), ()], r"stage 2 must be \(kernel, stride, padding, dilation\), got \(\)"),
        ([(3, 1, 0, 1, 1)], "stage 1 must be"),
        ([3], "stage 1 must be"),
        ([(3,), (0,)], r"stage 2 \(0,\): kernel must be at least 1, got 0"),
        ([(3, True)], "stride must be an integer, got True"),
        ([(3, 1, (1, -1))], "padding must be at least 0"),
        ([(3, 1, 0, 1.0)], "dilation must be an integer"),
    ],
)
def test_impossible_stages_are_refused_by_their_number(stages: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        receptive_fields(stages)


def test_numpy_integers_are_integers() -> None:
    assert receptive_field([tuple(np.array([3, 2, 1]))]) == ReceptiveField(3, 2, -1)
