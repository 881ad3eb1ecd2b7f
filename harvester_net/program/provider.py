"""Provider: how a cluster is reached, where the program decides it."""

from __future__ import annotations

import pulumi

from .registration import PACKAGE, options


@pulumi.type_token(f"pulumi:providers:{PACKAGE}")
class Provider(pulumi.ProviderResource):
    """How the cluster is reached. Without any of it: KUBECONFIG, then `~/.kube/config`."""

    kubeconfig: pulumi.Output[str | None] = pulumi.property("kubeconfig")
    context: pulumi.Output[str | None] = pulumi.property("context")
    cluster_id: pulumi.Output[str | None] = pulumi.property("clusterId")
    reviewed_plan: pulumi.Output[str | None] = pulumi.property("reviewedPlan")
    snapshot: pulumi.Output[str | None] = pulumi.property("snapshot")

    def __init__(
        self,
        resource_name: str,
        *,
        kubeconfig: pulumi.Input[str] | None = None,
        context: pulumi.Input[str] | None = None,
        cluster_id: pulumi.Input[str] | None = None,
        reviewed_plan: pulumi.Input[str] | None = None,
        snapshot: pulumi.Input[str] | None = None,
        offline: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """How a cluster is reached.

        Args:
            resource_name: Name of the resource in the program.
            kubeconfig: The text of a kubeconfig, or the path of one. Always a secret. Defaults
                to the environment variable `KUBECONFIG`, then `~/.kube/config`, then the
                account of the pod.
            context: Name of the kubeconfig's context. Defaults to its current context.
            cluster_id: The cluster that is meant: the uid of its namespace `kube-system`
                (`kubectl get namespace kube-system -o jsonpath={.metadata.uid}`). Any other
                one is refused. What was made on one cluster is refused on another in any case,
                unless the environment variable `HARVESTER_NET_CLUSTER_ID` names it: for a
                cluster that was restored from a backup.
            reviewed_plan: The id of the plan that was reviewed, as the preview shows it;
                several with commas. A change that would interrupt anything by another plan is
                refused, with the plan as it is now. Also `HARVESTER_NET_REVIEWED_PLAN`.
                Defaults to any plan.
            snapshot: The path of a file that `harvester-net snapshot` wrote. Previews see the
                cluster as it was then, judge by it and answer functions from it; no cluster is
                reached, and every write is refused. Also `HARVESTER_NET_SNAPSHOT`.
            offline: Whether to preview without reaching the cluster: nothing live is looked
                at, and every write is refused. Also `HARVESTER_NET_OFFLINE=true`. Defaults to
                false.
            opts: Options of every Pulumi resource.
        """
        secret = pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"])
        super().__init__(
            PACKAGE,
            resource_name,
            {
                "kubeconfig": None if kubeconfig is None else pulumi.Output.secret(kubeconfig),
                "context": context,
                "clusterId": cluster_id,
                "reviewedPlan": reviewed_plan,
                "snapshot": snapshot,
                "offline": None if offline is None else _as_text(offline),
            },
            pulumi.ResourceOptions.merge(options(opts), secret),
        )


def _as_text(value: pulumi.Input[bool]) -> pulumi.Output[str]:
    # The engine knows only texts in a provider's configuration (P10).
    return pulumi.Output.json_dumps(value)
