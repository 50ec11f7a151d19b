from hypothesis import settings

# A shared machine is slow at times; how long a case takes says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
