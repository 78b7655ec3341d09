"""Options reach every process of a run unchanged."""

import msgspec

from contract_tests.load.options.test_credentials import SCHEMES
from load.options.options import OPTIONS, Options, read_options
from load.options.scenario_file import load_scenario, read_scenario


def test_options_reach_other_processes_unchanged() -> None:
    given = {
        "include": ["a"],
        "read_only": True,
        "header": ["X-A: b"],
        "api_key": ["token=c"],
        "basic": "d:e",
        "database_url": "postgresql://me:pass-word@127.0.0.1/it",
        "timeout": "1m30s",
    }
    options = read_options(load_scenario("steps"), given, SCHEMES)
    assert options.timeout == 90
    assert msgspec.convert(msgspec.to_builtins(options), Options) == options
    assert "pass-word" not in repr(options)
    secret = {"header", "bearer", "api_key", "basic", "database_url"}
    assert {option.key for option in OPTIONS if option.variable} == secret


def test_scenarios_reach_other_processes_unchanged() -> None:
    text = (
        "stages: [{rate: {from: 1, to: 5}, seconds: 1m}]\nwait: {between: [0, 1]}\nwait_after: {read: 2}\n"
        "weights: {read: 1}\nheaders: {X-A: secret-of-mine}"
    )
    options = read_options(read_scenario("mine.yaml", text), {}, {})
    assert msgspec.convert(msgspec.to_builtins(options), Options) == options
    assert "secret-of-mine" not in repr(options)
