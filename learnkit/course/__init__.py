"""The course as files and commands: notebooks from one source, and the `learnkit` command."""
