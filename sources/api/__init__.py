"""Sources and publishers in the API: filters and serializers."""
