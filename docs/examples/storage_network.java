import com.pulumi.Pulumi;
import com.pulumi.resources.CustomResourceOptions;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;
import io.github.harvesternet.networks.NetworkConfig;
import io.github.harvesternet.networks.NetworkConfigArgs;
import io.github.harvesternet.networks.StorageNetwork;
import io.github.harvesternet.networks.StorageNetworkArgs;
import io.github.harvesternet.networks.inputs.UplinkArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var data = new ClusterNetwork("cn-data", ClusterNetworkArgs.builder()
                .mtu(9000)
                .build());

            var uplink = new NetworkConfig("cn-data-all", NetworkConfigArgs.builder()
                .clusterNetwork(data)
                .uplink(UplinkArgs.builder()
                    .nics("eno2", "eno3")
                    .build())
                .build());

            var storage = new StorageNetwork("storage", StorageNetworkArgs.builder()
                .clusterNetwork(data)
                .vlan(50)
                .range("192.168.50.0/24")
                .exclude("192.168.50.0/28")
                .build(), CustomResourceOptions.builder()
                    .dependsOn(uplink)
                    .build());
        });
    }
}
