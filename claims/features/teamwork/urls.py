from django.urls import path

from claims.features.teamwork.presence import record_presence

desk = [path("presence/", record_presence, name="desk-presence")]
