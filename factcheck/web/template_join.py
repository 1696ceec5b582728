"""What joins words in templates, in the language of the page. Every template knows them."""

from django import template

from factcheck.list_phrases import comma, listed, listed_phrases, percentage, semicolon

register = template.Library()
register.simple_tag(comma)
register.simple_tag(semicolon)
register.filter("listed", listed)
register.filter("listed_phrases", listed_phrases)
register.filter("percentage", percentage)
