"""Pages are tested with the small templates too."""

from tests.quizzes.conftest import small

__all__ = ["small"]
