"""What this installation is: its variables, its version, and what nobody else on the machine may read.

Begin with `environment`. Settings import this, so it imports nothing of the project.
"""
