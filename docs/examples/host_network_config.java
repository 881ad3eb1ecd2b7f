import com.pulumi.Pulumi;
import io.github.harvesternet.networks.HostNetworkConfig;
import io.github.harvesternet.networks.HostNetworkConfigArgs;
import io.github.harvesternet.networks.enums.HostMode;
import io.github.harvesternet.networks.inputs.DisruptionArgs;
import io.github.harvesternet.networks.inputs.VerifyOnNodesArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var backup = new HostNetworkConfig("hnc-backup", HostNetworkConfigArgs.builder()
                .clusterNetwork("mgmt")
                .vlan(400)
                .mode(HostMode.Static)
                .ips(Map.of(
                    "node1", "10.40.0.11/24",
                    "node2", "10.40.0.12/24",
                    "node3", "10.40.0.13/24"))
                .disruption(DisruptionArgs.builder()
                    .verifyOnNodes(VerifyOnNodesArgs.builder().build())
                    .build())
                .build());
        });
    }
}
