"""Published claims as Atom, RSS 2.0 and JSON Feed, with the API's filters. Begin with `views`."""
