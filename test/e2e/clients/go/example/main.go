package main

import (
	"log"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
)

func main() {
	gateway := os.Getenv("PUSHGATE_URL")
	if gateway == "" {
		gateway = "http://localhost:9091"
	}
	lastSuccess := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "backup_last_success_timestamp_seconds",
		Help: "When the last backup ended well.",
	})
	lastSuccess.SetToCurrentTime()

	// The error says the status and what the gateway said.
	err := push.New(gateway, "backup").Grouping("instance", "db1").Grouping("path", "/var/lib").Collector(lastSuccess).Push()
	if err != nil {
		log.Fatal(err)
	}
}
