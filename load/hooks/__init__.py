"""Python of one's own where YAML ends: functions in a file that `--hooks` names, marked by what they do.

    from load.hooks import Answer, Request, change, check, realism, react

Imports `options`, and is imported by files of users: what it exports stays as it is.
"""

from load.hooks.marks import change, check, react, realism
from load.hooks.messages import Answer, Request

__all__ = ["Answer", "Request", "change", "check", "react", "realism"]
