"""For `locust -f load/locustfile.py`: users who load the contract's service."""

from locust import events

from load.users import ContractUser, register

__all__ = ["ContractUser"]

register(events)
