"""The only outgoing HTTP of the project. `connections` refuses private addresses, at the moment of connecting."""
