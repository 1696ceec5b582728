"""What the values of a record mean, one kind of value per module. Pure, and never a guess: what could be two things
is left out, and a `Problem` says why."""
