"""How numbers and days are written in a language, where Django does it otherwise than the language's own readers."""
