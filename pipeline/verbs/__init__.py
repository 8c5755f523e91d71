"""The verbs of the command, each beside what it needs to ask and to tell."""
