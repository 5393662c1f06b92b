"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from .charsets import of_text

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")

application = of_text(get_wsgi_application())
