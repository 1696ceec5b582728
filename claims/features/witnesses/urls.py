from django.urls import path

from claims.features.witnesses import pages as views

pages = [
    path("witness/add-checkpoint", views.add_checkpoint, name="witness-add-checkpoint"),
    path("witness", views.show_witness, name="witness"),
]
