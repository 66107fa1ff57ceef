"""Floor 3: what AWS does, a folder an API, a file a noun.

A service turns a parsed request into an answer: it knows the rules and the texts, and neither bytes nor SQL. Services
never import each other; what one causes in another goes through the store (a stream's changes, deliveries, resources).
The rejected alternative, one class a service with its state inside, is how files of five thousand lines come about.
"""
