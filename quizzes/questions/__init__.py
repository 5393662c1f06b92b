"""The question engine: load → generate → render → parse → grade → explain. Pure: it knows no database and no web."""

from cnncalc.words import Language

from .choices import exposes, offers_choice
from .draws import MAX_SEED
from .figures import Figure, Frame, standalone
from .grading import FieldGrade, Grade, Verdict, give_up, grade
from .loading import load, split
from .local_grading import AnswerKey, answer_key
from .markup import Text
from .prompts import Field, Option, Prompt, fields, hint, render, stem, title
from .responses import ResponseError, parse
from .shown import as_response, shown
from .solutions import RENDERABLE, Solution, check, explain, walk
from .tables import Problem, TemplateError
from .template import Kind, Template
from .variants import FORMATS, Format, GenerationError, Variant, generate, restore

__all__ = [
    "FORMATS",
    "MAX_SEED",
    "RENDERABLE",
    "AnswerKey",
    "Field",
    "FieldGrade",
    "Figure",
    "Format",
    "Frame",
    "GenerationError",
    "Grade",
    "Kind",
    "Language",
    "Option",
    "Problem",
    "Prompt",
    "ResponseError",
    "Solution",
    "Template",
    "TemplateError",
    "Text",
    "Variant",
    "Verdict",
    "answer_key",
    "as_response",
    "check",
    "explain",
    "exposes",
    "fields",
    "generate",
    "give_up",
    "grade",
    "hint",
    "load",
    "offers_choice",
    "parse",
    "render",
    "restore",
    "shown",
    "split",
    "standalone",
    "stem",
    "title",
    "walk",
]
