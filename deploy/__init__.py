"""What an installation on several machines is made of: configuration of each part, and programs that rehearse it."""
