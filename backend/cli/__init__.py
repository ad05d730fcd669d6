"""The command line: every process and tool of Fieldhand as one program."""
