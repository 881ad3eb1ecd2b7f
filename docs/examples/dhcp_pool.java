import com.pulumi.Pulumi;
import io.github.harvesternet.networks.DhcpPool;
import io.github.harvesternet.networks.DhcpPoolArgs;
import io.github.harvesternet.networks.VmNetwork;
import io.github.harvesternet.networks.VmNetworkArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var web = new VmNetwork("web", VmNetworkArgs.builder()
                .clusterNetwork("mgmt")
                .vlan(100)
                .build());

            var pool = new DhcpPool("web-pool", DhcpPoolArgs.builder()
                .vmNetwork(web)
                .cidr("192.168.100.0/24")
                .serverIp("192.168.100.2")
                .start("192.168.100.10")
                .end("192.168.100.200")
                .exclude("192.168.100.50")
                .router("192.168.100.1")
                .dns("192.168.100.1")
                .leaseTime(3600)
                .build());
        });
    }
}
