import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.exporter.pushgateway.Format;
import io.prometheus.metrics.exporter.pushgateway.PushGateway;
import io.prometheus.metrics.exporter.pushgateway.Scheme;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Pushes with prometheus-metrics-exporter-pushgateway what each line of stdin asks for (see ../README.md). The argument is the format. */
class Push {
  static PrometheusRegistry collect(String metrics) {
    PrometheusRegistry registry = new PrometheusRegistry();
    if (!metrics.equals("all")) {
      String[] gauge = metrics.split("=");
      Gauge.builder().name(gauge[0]).help("One value.").register(registry).set(Double.parseDouble(gauge[1]));
      return registry;
    }
    Counter.builder().name("client_rows").help("Rows.").labelNames("table").register(registry).labelValues("a\"b\\c\nd").inc(3);
    Gauge.builder().name("client_last_seconds").help("Last.").register(registry).set(1e6);
    Gauge.builder().name("client_files").help("Files.").labelNames("path").register(registry).labelValues("é".repeat(1000)).set(42);
    Histogram.builder().name("client_latency_seconds").help("Latency.").classicOnly().classicUpperBounds(0.1, 1).register(registry).observe(0.5);
    Summary.builder().name("client_size_bytes").help("Size.").register(registry).observe(7);
    return registry;
  }

  static void push(Format format, String[] fields) throws IOException {
    URI url = URI.create(fields[1]);
    PushGateway.Builder builder = PushGateway.builder()
        .address(url.getAuthority())
        .scheme(url.getScheme().equals("https") ? Scheme.HTTPS : Scheme.HTTP)
        .format(format)
        .registry(collect(fields[4]))
        .job(fields[5]);
    if (!fields[2].isEmpty()) builder.basicAuth(fields[2], fields[3]);
    for (int i = 6; i < fields.length; i++) {
      String[] label = fields[i].split("=", 2);
      builder.groupingKey(label[0], label[1]);
    }
    PushGateway gateway = builder.build();
    switch (fields[0]) {
      case "push" -> gateway.push();
      case "pushadd" -> gateway.pushAdd();
      default -> gateway.delete();
    }
  }

  public static void main(String[] args) throws IOException {
    Format format = args[0].equals("text") ? Format.PROMETHEUS_TEXT : Format.PROMETHEUS_PROTOBUF;
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      try {
        push(format, line.split("\t", -1));
        answers.println("ok");
      } catch (Exception error) {
        answers.println("error " + error.toString().replace('\n', ' '));
      }
    }
  }
}
