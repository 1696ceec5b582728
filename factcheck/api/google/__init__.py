"""The conventions of Google's HTTP APIs, for endpoints that replace one of Google's."""
