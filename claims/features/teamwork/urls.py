from django.urls import path

from claims.features.teamwork.admin.presence import record_presence

desk = [path("presence/", record_presence, name="desk-presence")]
