"""The door for the server: `uvicorn euthymia.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "euthymia.settings")
application = get_asgi_application()
