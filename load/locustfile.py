"""For `locust -f load/locustfile.py`: users who load the service of a document."""

from locust import events

from load.run.events import register
from load.run.users import ContractUser

__all__ = ["ContractUser"]

register(events)
