"""Services that publish their own document, and how they are installed and started."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Service:
    """A published service. In its texts, {port} is the port to listen on, {data} an empty folder, {database}
    the folder with the socket of a PostgreSQL. `run` starts with the path of a program within the
    environment that the packages are installed into; `options` are options of contract-load.

    Larger than usual: it has one field per setting of a service.
    """

    name: str
    registry: str
    packages: tuple[str, ...]
    run: tuple[str, ...]
    document: str
    prefix: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    credentials: Mapping[str, str] = field(default_factory=dict)
    needs_database: bool = False


_TOKEN = "*:*.964a287e1b728cb5f4f3e0120df92cb5"
_LEGACY_TOKEN = "964a287e1b728cb5f4f3e0120df92cb5"

SERVICES = (
    Service(
        name="prefect",
        registry="pip",
        # The newest FastAPI no longer takes an argument that this release passes.
        packages=("prefect==3.7.2", "fastapi<0.125"),
        run=("bin/prefect", "server", "start", "--port", "{port}", "--no-services"),
        document="/openapi.json",
        prefix="/api",
        environment={
            "PREFECT_HOME": "{data}",
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        },
        # Its administration can throw away its database. SQLite takes one writer at a time.
        options=("--exclude", "/admin*", "--users", "2"),
    ),
    Service(
        name="unleash",
        registry="npm",
        packages=("unleash-server@7.5.1",),
        run=("node", "node_modules/unleash-server/dist/server.js"),
        document="/docs/openapi.json",
        environment={
            "PORT": "{port}",
            "HTTP_PORT": "{port}",
            "DATABASE_HOST": "{database}",
            "DATABASE_USERNAME": "postgres",
            "DATABASE_PASSWORD": "unused",
            "DATABASE_NAME": "postgres",
            "DATABASE_SSL": "false",
            "INIT_ADMIN_API_TOKENS": _TOKEN,
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
        },
        options=("--users", "5"),
        credentials={"CONTRACT_API_KEY": _TOKEN},
        needs_database=True,
    ),
    Service(
        name="chroma",
        registry="pip",
        packages=("chromadb==1.5.9",),
        run=("bin/chroma", "run", "--path", "{data}", "--port", "{port}"),
        document="/openapi.json",
        options=("--users", "5"),
        # Its document requires a key, which a local server ignores.
        credentials={"CONTRACT_API_KEY": "any"},
    ),
    Service(
        name="label-studio",
        registry="pip",
        packages=("label-studio==1.23.2",),
        run=(
            *("bin/label-studio", "start", "--no-browser", "--port", "{port}", "--data-dir", "{data}"),
            *("--username", "admin@example.com", "--password", "secret-98765"),
            *("--user-token", _LEGACY_TOKEN),
        ),
        document="/docs/api/schema/json/",
        environment={
            "LABEL_STUDIO_BASE_DATA_DIR": "{data}",
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
        },
        # SQLite takes one writer at a time.
        options=("--users", "3"),
        credentials={"CONTRACT_API_KEY": f"Token {_LEGACY_TOKEN}"},
    ),
)
