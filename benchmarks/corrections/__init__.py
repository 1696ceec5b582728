"""How long a changed, a retracted and a merged verdict takes to arrive in each channel that carries a claim."""
