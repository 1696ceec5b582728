"""Template tags, built in to every template, that join words in the language of the page."""

from django import template

from factcheck.list_phrases import comma, listed, listed_phrases, percentage, semicolon

register = template.Library()
register.simple_tag(comma)
register.simple_tag(semicolon)
register.filter("listed", listed)
register.filter("listed_phrases", listed_phrases)
register.filter("percentage", percentage)
