"""All outgoing HTTP of the project. `connections` rejects private IP addresses when connecting."""
