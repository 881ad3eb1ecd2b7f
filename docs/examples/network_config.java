import com.pulumi.Pulumi;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;
import io.github.harvesternet.networks.NetworkConfig;
import io.github.harvesternet.networks.NetworkConfigArgs;
import io.github.harvesternet.networks.enums.BondMode;
import io.github.harvesternet.networks.inputs.BondOptionsArgs;
import io.github.harvesternet.networks.inputs.UplinkArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var data = new ClusterNetwork("cn-data", ClusterNetworkArgs.builder()
                .mtu(9000)
                .build());

            var rackA = new NetworkConfig("cn-data-rack-a", NetworkConfigArgs.builder()
                .clusterNetwork(data)
                .nodeSelector(Map.of("example.com/rack", "a"))
                .uplink(UplinkArgs.builder()
                    .nics("eno2", "eno3")
                    .bondOptions(BondOptionsArgs.builder()
                        .mode(BondMode.Ieee8023ad)
                        .build())
                    .build())
                .build());
        });
    }
}
