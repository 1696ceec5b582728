"""Published claims as Atom, RSS 2.0 and JSON Feed, for any filter that the API knows. Begin with `views`."""
