import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.Summary;
import io.prometheus.client.exporter.BasicAuthHttpConnectionFactory;
import io.prometheus.client.exporter.PushGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Pushes with the older simpleclient_pushgateway what each line of stdin asks for (see ../README.md). */
class SimpleClient {
  static CollectorRegistry collect(String metrics) {
    CollectorRegistry registry = new CollectorRegistry();
    if (!metrics.equals("all")) {
      String[] gauge = metrics.split("=");
      Gauge.build(gauge[0], "One value.").register(registry).set(Double.parseDouble(gauge[1]));
      return registry;
    }
    Counter.build("client_rows", "Rows.").labelNames("table").register(registry).labels("a\"b\\c\nd").inc(3);
    Gauge.build("client_last_seconds", "Last.").register(registry).set(1e6);
    Gauge.build("client_files", "Files.").labelNames("path").register(registry).labels("é".repeat(1000)).set(42);
    Histogram.build("client_latency_seconds", "Latency.").buckets(0.1, 1).register(registry).observe(0.5);
    Summary.build("client_size_bytes", "Size.").register(registry).observe(7);
    return registry;
  }

  static void push(String[] fields) throws IOException {
    PushGateway gateway = new PushGateway(URI.create(fields[1]).toURL());
    if (!fields[2].isEmpty()) gateway.setConnectionFactory(new BasicAuthHttpConnectionFactory(fields[2], fields[3]));
    Map<String, String> grouping = new LinkedHashMap<>();
    for (int i = 6; i < fields.length; i++) {
      String[] label = fields[i].split("=", 2);
      grouping.put(label[0], label[1]);
    }
    switch (fields[0]) {
      case "push" -> gateway.push(collect(fields[4]), fields[5], grouping);
      case "pushadd" -> gateway.pushAdd(collect(fields[4]), fields[5], grouping);
      default -> gateway.delete(fields[5], grouping);
    }
  }

  public static void main(String[] args) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      try {
        push(line.split("\t", -1));
        answers.println("ok");
      } catch (Exception error) {
        answers.println("error " + error.toString().replace('\n', ' '));
      }
    }
  }
}
