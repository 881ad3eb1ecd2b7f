"""How the cluster is reached: kubeconfig files or text, exec credentials, proxies, a pod's own
account.

The official Kubernetes client reads all of it; here its gaps are closed: impersonation, and
errors that a user can act on. Everything of that library that we use is named in this module,
in `connection` and in `credential_plugin`.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import kube_config, load_incluster_config
from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.kube_config import ConfigNode, KubeConfigLoader, KubeConfigMerger
from multidict import CIMultiDict

from .credential_plugin import CredentialPlugin
from .errors import BadConnection, Remedy

kube_config.ExecProvider = CredentialPlugin  # type: ignore[attr-defined]

CLUSTER_ID = "HARVESTER_NET_CLUSTER_ID"
"""Names the cluster that is meant, for one command: the engine reads a state's resources by
the configuration that it had, so a new one comes too late."""
DEFAULT_FILE = Path("~/.kube/config")
IN_CLUSTER_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True)
class AccessSettings:
    """What the user says about how to reach the cluster; all of it is optional."""

    kubeconfig: str | None = field(default=None, repr=False)
    """Text of a kubeconfig, or paths of one or several files (`:` between them)."""
    context: str | None = None
    cluster_id: str = field(default_factory=lambda: os.environ.get(CLUSTER_ID, ""))
    """Uid of the namespace kube-system of the cluster that is meant; no other is touched."""
    environment: str = field(default_factory=lambda: os.environ.get("KUBECONFIG", ""))


@dataclass
class Access:
    """Transport and credentials: the client library's transport and who we are."""

    configuration: Any
    transport: Any
    impersonation: list[tuple[str, str]]
    loader: Any = None
    """Renews the credentials of an exec plugin; None where they do not expire."""
    context: str = ""
    """Name of the kubeconfig's context; empty in a pod."""

    @property
    def server(self) -> str:
        """URL of the API server."""
        return str(self.configuration.host)

    async def renew(self) -> None:
        """Have the credential plugin run, if its credentials are close to their end."""
        if self.loader is not None:
            await self.loader.load_from_exec_plugin()
            self.configuration.api_key["BearerToken"] = self.loader.token

    async def headers(self) -> CIMultiDict[str]:
        """The headers that say who we are."""
        token = await self.configuration.get_api_key_with_prefix("BearerToken")
        headers = CIMultiDict(self.impersonation)
        if token:
            # A token file may end with a line break, which no header may.
            headers["Authorization"] = token.strip()
        return headers


async def load(settings: AccessSettings) -> Access:
    """Find and read the credentials: the setting, then KUBECONFIG, then ~/.kube/config, then
    the pod's.

    Raises BadConnection with what was looked for and what is wrong with it; the text of a
    kubeconfig is never part of a message.
    """
    given = settings.kubeconfig
    if given and _is_text(given):
        config = ConfigNode("kubeconfig", _parsed(given), os.path.join(os.getcwd(), "-"))
        return await _from_kubeconfig(config, settings.context, "the kubeconfig text")
    if not given and not settings.environment and _in_a_pod():
        return _in_cluster()
    files = os.pathsep.join(_given_file(given) if given else _usual_files(settings))
    with _explained(files):
        merged = KubeConfigMerger(files).config
    return await _from_kubeconfig(merged, settings.context, files)


def _is_text(value: str) -> bool:
    return "\n" in value or value.lstrip().startswith("{")


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        # The library's message would quote the text, which is secret.
        raise BadConnection("the kubeconfig text is not valid YAML") from None
    if not isinstance(content, dict) or "clusters" not in content:
        raise BadConnection("the kubeconfig text has no clusters; it is not a kubeconfig")
    return content


def _in_a_pod() -> bool:
    return IN_CLUSTER_TOKEN.exists() and not DEFAULT_FILE.expanduser().exists()


def _given_file(given: str) -> list[str]:
    found = _existing(given)
    if not found:
        # Not quoted: it may be a kubeconfig that we do not recognise.
        raise BadConnection(
            "the given kubeconfig is neither the text of a kubeconfig nor the path of a file "
            "that is here",
            remedy=Remedy.NAME_A_KUBECONFIG,
        )
    return found


def _usual_files(settings: AccessSettings) -> list[str]:
    files = settings.environment or str(DEFAULT_FILE)
    found = _existing(files)
    if not found:
        raise BadConnection(f"no kubeconfig at {files}", remedy=Remedy.NAME_A_KUBECONFIG)
    return found


def _existing(files: str) -> list[str]:
    wanted = [Path(name).expanduser() for name in files.split(os.pathsep) if name]
    return [str(path) for path in wanted if path.is_file()]


async def _from_kubeconfig(config: ConfigNode, context: str | None, source: str) -> Access:
    configuration = Configuration()
    with _private_directory() as directory, _explained(source), _complaints() as complaints:
        loader = KubeConfigLoader(
            config, active_context=context, config_base_path=None, temp_file_path=directory
        )
        user = _user(config, loader.current_context)
        await loader.load_and_set(configuration)
        if "exec" in user and not (configuration.api_key or configuration.cert_file):
            raise BadConnection(_no_credentials(source, user["exec"], complaints))
        headers = impersonation(user)
        transport = RESTClientObject(configuration)
    expires = hasattr(loader, "exec_plugin_expiry")
    renewing = loader if expires else None
    name = str(loader.current_context["name"])
    return Access(configuration, transport, headers, renewing, name)


def _user(config: ConfigNode, context: dict[str, Any]) -> dict[str, Any]:
    name = context["context"].get("user")
    users = config.safe_get("users") or []
    listed = (getattr(entry, "value", entry) for entry in users)
    return next((entry["user"] for entry in listed if entry["name"] == name), None) or {}


def _no_credentials(source: str, plugin: dict[str, Any], complaints: list[str]) -> str:
    said = f": {complaints[-1]}" if complaints else ""
    return (
        f"{source}: the credential plugin '{plugin.get('command')}' gave no credentials{said}"
    )


def impersonation(user: dict[str, Any]) -> list[tuple[str, str]]:
    """The headers of a kubeconfig user's `as` fields, which the client library does not
    read.
    """
    headers = []
    if user.get("as"):
        headers.append(("Impersonate-User", str(user["as"])))
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    headers += [("Impersonate-Group", group) for group in user.get("as-groups") or []]
    for key, values in (user.get("as-user-extra") or {}).items():
        headers += [(f"Impersonate-Extra-{key}", value) for value in values]
    return headers


def _in_cluster() -> Access:
    configuration = Configuration()
    with _explained("the pod's service account"):
        load_incluster_config(client_configuration=configuration)
        return Access(configuration, RESTClientObject(configuration), [])


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the library logs meanwhile: it keeps the reason why a plugin failed to its log."""
    seen: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    log, listener = logging.getLogger(kube_config.__name__), Listener(logging.ERROR)
    log.addHandler(listener)
    try:
        yield seen
    finally:
        log.removeHandler(listener)


@contextmanager
def _explained(source: str) -> Iterator[None]:
    try:
        yield
    except ConfigException as error:
        raise BadConnection(f"{source}: {error}") from error
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        # The parser's message would quote the file.
        raise BadConnection(f"{source} is not valid YAML") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadConnection(f"{source} cannot be used as a kubeconfig: {error}") from error


@contextmanager
def _private_directory() -> Iterator[str]:
    """Where the library puts inline certificates and keys while the TLS context is made of
    them.
    """
    directory = tempfile.mkdtemp(prefix="harvester-net-")
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        # The library remembers the files by content and would name them again.
        kube_config._temp_files.clear()
