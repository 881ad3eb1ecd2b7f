import com.pulumi.Pulumi;
import com.pulumi.core.Either;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;
import io.github.harvesternet.networks.VmNetworks;
import io.github.harvesternet.networks.VmNetworksArgs;
import io.github.harvesternet.networks.enums.RouteMode;
import io.github.harvesternet.networks.inputs.RouteArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var data = new ClusterNetwork("cn-data", ClusterNetworkArgs.builder()
                .mtu(9000)
                .build());

            var tenants = new VmNetworks("tenants", VmNetworksArgs.builder()
                .namespace("tenants")
                .clusterNetwork(data)
                .vlans(Either.ofRight("100-199"), Either.ofLeft(300))
                .namePattern("tenant-{vlan}")
                .routes(Map.of("300", RouteArgs.builder()
                    .mode(RouteMode.Manual)
                    .cidr("192.168.30.0/24")
                    .gateway("192.168.30.1")
                    .build()))
                .build());
        });
    }
}
