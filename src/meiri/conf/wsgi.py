"""Django as a WSGI application, loaded and settled."""

import os

from django.core.wsgi import get_wsgi_application

from meiri.conf.collector import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
application = get_wsgi_application()
settle()
