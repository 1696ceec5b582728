"""How Google's HTTP APIs are asked and how they answer, for addresses that stand in for one of theirs."""
