"""The command line as a whole."""

import sys

import click

from load.cli.capacity import capacity
from load.cli.results import compare, judge_again, report, schema
from load.cli.run import run
from load.cli.scenario import scenario
from load.errors import LoadError
from load.measurements.secret_mask import Mask
from openapi.contract import ContractError

WRONG_USAGE = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="students-contract", message="%(prog)s %(version)s")
def cli() -> None:
    """Load a service by its OpenAPI document, and check every answer."""


for command in (run, capacity, report, judge_again, compare, schema, scenario):
    cli.add_command(command)


def main() -> None:
    """Run the command line. An error is one line on standard error and a non-zero exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(WRONG_USAGE)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "contract-load"
        _fail(f"{_sentence(error.format_message())} See '{path} --help'.", WRONG_USAGE)
    except (LoadError, ContractError, click.ClickException) as error:
        _fail(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    click.echo(f"contract-load: {Mask()(message)}", err=True)
    sys.exit(code)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
