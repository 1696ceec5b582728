"""The commands of `manage.py`, and how they tell people what they do. A command reads its arguments and hands over."""
