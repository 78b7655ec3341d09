"""A function of one's own that answers an operation."""


def greet(name: str, times: int = 1) -> dict[str, str]:
    """Greet somebody."""
    return {"greeting": " ".join([f"Hello {name}!"] * times)}
