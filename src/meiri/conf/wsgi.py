"""Django as a WSGI application, loaded and settled."""

import os

from django.core.wsgi import get_wsgi_application

from meiri.conf.gc_freeze import freeze_loaded_objects

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
application = get_wsgi_application()
freeze_loaded_objects()
