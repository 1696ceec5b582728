"""What the API's lists of sources and publishers can be asked, and how they read."""
