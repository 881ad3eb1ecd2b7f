import com.pulumi.Pulumi;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var data = new ClusterNetwork("cn-data", ClusterNetworkArgs.builder()
                .mtu(9000)
                .build());
        });
    }
}
