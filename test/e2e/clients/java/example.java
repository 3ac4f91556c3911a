import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.exporter.pushgateway.PushGateway;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;

class Backup {
  public static void main(String[] args) throws IOException {
    // Host and port, without http://
    String gateway = System.getenv().getOrDefault("PUSHGATE_ADDRESS", "localhost:9091");

    PrometheusRegistry registry = new PrometheusRegistry();
    Gauge.builder()
        .name("backup_last_success_timestamp_seconds")
        .help("When the last backup ended well.")
        .register(registry)
        .set(System.currentTimeMillis() / 1000.0);

    // The exception says the status and what the gateway said.
    PushGateway.builder()
        .address(gateway)
        .job("backup")
        .groupingKey("instance", "db1")
        .groupingKey("path", "/var/lib")
        .connectionTimeout(Duration.ofSeconds(10))
        .readTimeout(Duration.ofSeconds(10))
        .registry(registry)
        .build()
        .push();
  }
}
