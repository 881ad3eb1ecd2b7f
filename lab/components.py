"""The real programs of a lab, one line of knowledge each: command, user, needs, readiness.

The flags are explained where they aren't plain; the port numbers and files come from `Setup`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from harvester_net.lab.certificates import FRONT_PROXY
from harvester_net.lab.users import USERS
from lab import readiness
from lab.nodes import component as nodes
from lab.setup import LOOPBACK, Setup

OBJECTS = "objects"
"""The step between the API server and all others: types, base objects, ways to webhooks."""


@dataclass(frozen=True)
class Component:
    """A program of `lab.binaries`, by its name there."""

    name: str
    flags: Callable[[Setup], list[str]]
    ready: Callable[[Setup], Awaitable[bool]]
    needs: tuple[str, ...] = (OBJECTS,)
    user: str | None = None
    """Whose KUBECONFIG it gets, if it takes it from the environment."""
    service: tuple[str, str] | None = None
    """Namespace and name of the Service by which the API server calls it."""
    lease: tuple[str, str] | None = None
    """Namespace and name of the Lease it takes before it works."""
    prepare: Callable[[Setup], None] | None = None
    """What is to be done before it starts."""
    environment: Callable[[Setup], dict[str, str]] | None = None
    """Variables that it needs besides."""
    introduced: Callable[[Setup], Awaitable[bool]] | None = None
    """Asked until true once it runs, before it can become ready."""

    def command(self, setup: Setup) -> list[str]:
        return [str(setup.programs[self.name]), *self.flags(setup)]


def etcd(setup: Setup) -> list[str]:
    client = f"http://{LOOPBACK}:{setup.ports['etcd']}"
    peer = f"http://{LOOPBACK}:{setup.ports['etcd-peer']}"
    return [
        f"--data-dir={setup.etcd_data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        # A lab need not survive a power cut.
        "--unsafe-no-fsync",
    ]


def kube_apiserver(setup: Setup) -> list[str]:
    keys = setup.certificate("service-accounts.key")
    return [
        f"--etcd-servers=http://{LOOPBACK}:{setup.ports['etcd']}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={setup.ports['kube-apiserver']}",
        f"--tls-cert-file={setup.certificate('kube-apiserver.crt')}",
        f"--tls-private-key-file={setup.certificate('kube-apiserver.key')}",
        f"--client-ca-file={setup.ca_file}",
        # Lets every component have the very user name it has in Harvester.
        f"--token-auth-file={setup.users.tokens_csv}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://lab",
        f"--service-account-key-file={keys}",
        f"--service-account-signing-key-file={keys}",
        "--disable-admission-plugins=ServiceAccount",
        "--service-cluster-ip-range=10.0.0.0/24",
        # Calls webhooks at the address in their EndpointSlice: there is no pod network.
        "--enable-aggregator-routing=true",
        "--endpoint-reconciler-type=none",
        # How virt-api, an aggregated API, knows for whom the API server asks.
        f"--requestheader-client-ca-file={setup.ca_file}",
        f"--requestheader-allowed-names={FRONT_PROXY}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={setup.certificate(f'{FRONT_PROXY}.crt')}",
        f"--proxy-client-key-file={setup.certificate(f'{FRONT_PROXY}.key')}",
    ]


def network_webhook(setup: Setup) -> list[str]:
    return [
        f"--https-port={setup.ports['harvester-network-webhook']}",
        f"--controller-user={USERS['harvester-network-controller']}",
    ]


def network_controller(setup: Setup) -> list[str]:
    # The helper image is for Jobs, which nothing runs here.
    return ["manager", "--namespace=harvester-system", "--helper-image=none"]


def harvester_webhook(setup: Setup) -> list[str]:
    return [
        f"--https-port={setup.ports['harvester-webhook']}",
        "--namespace=harvester-system",
        f"--controller-user={USERS['harvester']}",
        # Otherwise it opens port 6060 to the world.
        "--profile-listen-address=",
    ]


def harvester_controllers(setup: Setup) -> list[str]:
    return []


def virt_api(setup: Setup) -> list[str]:
    return [
        f"--kubeconfig={setup.users.kubeconfig('kubevirt-apiserver')}",
        f"--listen={setup.address}",
        f"--port={setup.ports['virt-api']}",
        f"--tls-cert-file={setup.certificate('virt-api.crt')}",
        f"--tls-key-file={setup.certificate('virt-api.key')}",
        f"--handler-cert-file={setup.certificate('kubevirt.crt')}",
        f"--handler-key-file={setup.certificate('kubevirt.key')}",
    ]


def virt_controller(setup: Setup) -> list[str]:
    return [
        f"--kubeconfig={setup.users.kubeconfig('kubevirt-controller')}",
        f"--listen={LOOPBACK}",
        f"--port={setup.ports['virt-controller']}",
        "--launcher-image=none",
        f"--prom-cert-file={setup.certificate('kubevirt.crt')}",
        f"--prom-key-file={setup.certificate('kubevirt.key')}",
    ]


_NETWORK_LEASE = ("kube-system", "harvester-network-controllers")
_VIRT_LEASE = ("kubevirt", "virt-controller")

COMPONENTS: tuple[Component, ...] = (
    Component("etcd", etcd, readiness.etcd, needs=()),
    Component("kube-apiserver", kube_apiserver, readiness.api_server, needs=("etcd",)),
    Component(
        "harvester-network-webhook",
        network_webhook,
        readiness.refuses_long_cluster_network,
        user="harvester-network-controller",
        service=("harvester-system", "harvester-network-webhook"),
    ),
    Component(
        "harvester-network-controller",
        network_controller,
        readiness.leads(_NETWORK_LEASE),
        user="harvester-network-controller",
        lease=_NETWORK_LEASE,
    ),
    Component(
        "harvester-webhook",
        harvester_webhook,
        readiness.refuses_senseless_storage_network,
        user="harvester-webhook",
        service=("harvester-system", "harvester-webhook"),
    ),
    Component(
        "harvester-controllers",
        harvester_controllers,
        readiness.logged("harvester-controllers", "caches synced"),
        user="harvester",
    ),
    Component(
        "virt-api",
        virt_api,
        readiness.virt_api_serves,
        service=("kubevirt", "virt-api"),
    ),
    Component(
        "virt-controller",
        virt_controller,
        readiness.leads(_VIRT_LEASE),
        lease=_VIRT_LEASE,
    ),
)

NODES = Component(
    nodes.NAME,
    nodes.flags,
    nodes.agents_work,
    needs=(),
    prepare=nodes.prepare,
    environment=nodes.environment,
    introduced=nodes.introduced,
)
"""The machine of the real nodes, only in a lab that has some."""

LISTENING = (
    "etcd",
    "etcd-peer",
    "kube-apiserver",
    "harvester-network-webhook",
    "harvester-webhook",
    "virt-api",
    "virt-controller",
    nodes.NAME,
    "control",
)


def component(name: str) -> Component:
    return next(known for known in (*COMPONENTS, NODES) if known.name == name)
