"""From an article to its claims, measured on articles that were labelled beforehand: one module a part."""
