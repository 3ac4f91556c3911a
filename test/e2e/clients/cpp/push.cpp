// Pushes with prometheus-cpp what each line of stdin asks for (see ../README.md).
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gateway.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

using namespace prometheus;

std::shared_ptr<Registry> collect(const std::string& metrics) {
  auto registry = std::make_shared<Registry>();
  const auto equals = metrics.find('=');
  if (equals != std::string::npos) {
    BuildGauge().Name(metrics.substr(0, equals)).Help("One value.").Register(*registry).Add({}).Set(std::stod(metrics.substr(equals + 1)));
    return registry;
  }
  std::string path;
  for (int i = 0; i < 1000; i++) path += "é";
  BuildCounter().Name("client_rows_total").Help("Rows.").Register(*registry).Add({{"table", "a\"b\\c\nd"}}).Increment(3);
  BuildGauge().Name("client_last_seconds").Help("Last.").Register(*registry).Add({}).Set(1e6);
  BuildGauge().Name("client_files").Help("Files.").Register(*registry).Add({{"path", path}}).Set(42);
  BuildHistogram().Name("client_latency_seconds").Help("Latency.").Register(*registry).Add({}, Histogram::BucketBoundaries{0.1, 1}).Observe(0.5);
  BuildSummary().Name("client_size_bytes").Help("Size.").Register(*registry).Add({}, Summary::Quantiles{}).Observe(7);
  return registry;
}

int push(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream rest(line);
  for (std::string field; std::getline(rest, field, '\t');) fields.push_back(field);
  const auto colon = fields[1].rfind(':');
  Labels labels;
  for (std::size_t i = 6; i < fields.size(); i++) {
    const auto equals = fields[i].find('=');
    labels[fields[i].substr(0, equals)] = fields[i].substr(equals + 1);
  }
  Gateway gateway(fields[1].substr(0, colon), fields[1].substr(colon + 1), fields[5], labels, fields[2], fields[3]);
  const auto registry = collect(fields[4]);
  gateway.RegisterCollectable(registry);
  // In this client the names are the wrong way round: Push() adds (POST), PushAdd() replaces (PUT). Delete() forgets the labels.
  if (fields[0] == "push") return gateway.PushAdd();
  if (fields[0] == "pushadd") return gateway.Push();
  return gateway.DeleteForInstance();
}

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    // The client tells a status, or a negative number if there was no answer. What the gateway said it prints by itself.
    const int status = push(line);
    std::cout << '\n';
    if (status >= 200 && status < 300) {
      std::cout << "ok" << std::endl;
    } else {
      std::cout << "error status " << status << std::endl;
    }
  }
}
