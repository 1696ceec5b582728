#!/usr/bin/env python3
"""The project's command line: `manage.py help` lists what it can do."""

from factcheck.command_line import main

if __name__ == "__main__":
    main()
