"""The learner's pages."""

from django.urls import path
from django.views.generic import TemplateView

from . import (
    attempt,
    calculator,
    deletion,
    home,
    language,
    practice,
    progress,
    question,
    settings,
    sitting,
    topics,
    worksheet,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("review/", practice.begin, name="review"),
    path("practice/", practice.begin, name="practice"),
    path("practice/<slug:slug>/", practice.begin, name="practice"),
    path("practice/<slug:slug>/worksheet/", worksheet.worksheet, name="worksheet"),
    path("misconceptions/<slug:slug>/", practice.begin, name="practise_misconception"),
    path("cards/", practice.begin, name="cards"),
    path("cards/<slug:slug>/", practice.begin, name="cards"),
    path("cram/", practice.begin, name="cram"),
    path("cram/<slug:slug>/", practice.begin, name="cram"),
    path("question/", question.question, name="question"),
    path("attempts/<uuid:attempt_id>/", attempt.attempt, name="attempt"),
    path("attempts/<uuid:attempt_id>/act/", attempt.act, name="act"),
    path("templates/<slug:slug>/resume/", attempt.resume, name="resume"),
    path("session/", sitting.summary, name="session"),
    path("topics/", topics.topics, name="topics"),
    path("topics/<slug:slug>/", topics.topic, name="topic"),
    path("progress/", progress.progress, name="progress"),
    path("progress/export.json", progress.export_json, name="export_json"),
    path("progress/export.csv", progress.export_csv, name="export_csv"),
    path("settings/", settings.settings, name="settings"),
    path("settings/delete/", deletion.delete_account, name="delete_account"),
    path("about/", TemplateView.as_view(template_name="quizzes/about.html"), name="about"),
    path("language/", language.language, name="language"),
]
