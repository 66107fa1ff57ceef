"""Floor 0: the words that every floor uses. Imports nothing of ours.

Time, identifiers and randomness come from here and from nowhere else, so that a test can move the clock and repeat a
run. The rejected alternative, reading `time.time()` where it is needed, makes every test of expiry a test that sleeps.
"""
