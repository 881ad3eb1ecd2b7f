import com.pulumi.Pulumi;
import com.pulumi.resources.CustomResourceOptions;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;
import io.github.harvesternet.networks.NetworkConfig;
import io.github.harvesternet.networks.NetworkConfigArgs;
import io.github.harvesternet.networks.VmMigrationNetwork;
import io.github.harvesternet.networks.VmMigrationNetworkArgs;
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

            var migration = new VmMigrationNetwork("migration", VmMigrationNetworkArgs.builder()
                .clusterNetwork(data)
                .vlan(60)
                .range("192.168.60.0/24")
                .build(), CustomResourceOptions.builder()
                    .dependsOn(uplink)
                    .build());
        });
    }
}
