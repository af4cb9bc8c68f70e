"""What goes wrong when servers are started, in one line a person can act on."""


class EmbeddedError(Exception):
    """A plain sentence for the person at the terminal; commands print it and end with status 1."""
