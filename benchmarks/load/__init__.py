"""Learners by the dozen at once through gunicorn: what they get, beside what bare views with the same SQL give."""
