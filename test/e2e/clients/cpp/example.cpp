#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>

#include <prometheus/gateway.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

int main() {
  const char* port = std::getenv("PUSHGATE_PORT");

  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge()
      .Name("backup_last_success_timestamp_seconds")
      .Help("When the last backup ended well.")
      .Register(*registry)
      .Add({})
      .Set(static_cast<double>(std::time(nullptr)));

  prometheus::Gateway gateway("localhost", port == nullptr ? "9091" : port, "backup", {{"instance", "db1"}});
  gateway.RegisterCollectable(registry);
  // PushAdd replaces the group; Push adds to it. What the gateway says of a refused push goes to stdout.
  const int status = gateway.PushAdd();
  if (status != 200) {
    std::cerr << "the push failed with status " << status << std::endl;
    return 1;
  }
}
