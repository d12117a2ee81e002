"""A worker's way of sending all mail that is due by the server at an address: process.py ADDRESS."""

import sys
from threading import Event

import django

django.setup()

from meiri.mail.sending import send_due  # noqa: E402
from meiri.mail.server import server_of  # noqa: E402

print("ready", flush=True)
sys.stdin.readline()
print(send_due(server_of(sys.argv[1]), Event()))
