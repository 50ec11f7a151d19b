from hypothesis import HealthCheck, settings

# A shared machine is slow at times; how long a case takes says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
