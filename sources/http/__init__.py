"""All outgoing HTTP of the project. `connections` rejects private addresses when connecting."""
