"""Stories that a server plays for you, each a folder: what is told there is run by the tests as it stands."""
