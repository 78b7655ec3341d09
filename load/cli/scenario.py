"""contract-load scenario."""

import click
import msgspec

from load.cli.decorators import with_only
from load.options.scenario_file import scenario_schema
from load.options.scenario_template import template
from openapi.contract import load_contract, students_document
from openapi.operation_reader import readable_operations


@click.command(short_help="Write a scenario to begin with, or its JSON Schema.")
@click.argument("document", required=False)
@click.option("--schema", is_flag=True, show_default=False, help="Print the JSON Schema of scenario files.")
@with_only("--overlay", "--allow-remote-refs")
def scenario(document: str | None, schema: bool, overlay: tuple[str, ...], allow_remote_refs: bool) -> None:
    """Write a scenario for the DOCUMENT to standard output: the weight of each operation, and all that can be
    said besides as comments. Edit it, and give it to --scenario.
    """
    if schema:
        click.echo(msgspec.json.format(msgspec.json.encode(scenario_schema()), indent=2).decode())
        return
    contract = load_contract(document or students_document(), allow_remote_refs, overlay)
    operations, _ = readable_operations(contract)
    title = str(contract.object_at("info").get("title") or "a service")
    click.echo(template(title, operations), nl=False)
