// Pushes with client_golang what each line of stdin asks for (see ../../README.md). The one argument is the format: text or protobuf.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/prometheus/common/expfmt"
)

func collect(metrics string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	if name, text, found := strings.Cut(metrics, "="); found {
		value, _ := strconv.ParseFloat(text, 64)
		gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "One value."})
		gauge.Set(value)
		registry.MustRegister(gauge)
		return registry
	}
	rows := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "client_rows_total", Help: "Rows."}, []string{"table"})
	rows.WithLabelValues("a\"b\\c\nd").Add(3)
	last := prometheus.NewGauge(prometheus.GaugeOpts{Name: "client_last_seconds", Help: "Last."})
	last.Set(1e6)
	files := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "client_files", Help: "Files."}, []string{"path"})
	files.WithLabelValues(strings.Repeat("é", 1000)).Set(42)
	latency := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "client_latency_seconds", Help: "Latency.", Buckets: []float64{0.1, 1}})
	latency.Observe(0.5)
	size := prometheus.NewSummary(prometheus.SummaryOpts{Name: "client_size_bytes", Help: "Size."})
	size.Observe(7)
	registry.MustRegister(rows, last, files, latency, size)
	return registry
}

func send(format expfmt.Format, line string) error {
	fields := strings.Split(line, "\t")
	operation, url, user, password, metrics, job := fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]
	pusher := push.New(url, job).Gatherer(collect(metrics)).Format(format)
	if user != "" {
		pusher.BasicAuth(user, password)
	}
	for _, label := range fields[6:] {
		name, value, _ := strings.Cut(label, "=")
		pusher.Grouping(name, value)
	}
	switch operation {
	case "push":
		return pusher.Push()
	case "pushadd":
		return pusher.Add()
	default:
		return pusher.Delete()
	}
}

func main() {
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	if os.Args[1] == "text" {
		format = expfmt.NewFormat(expfmt.TypeTextPlain)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := send(format, lines.Text()); err != nil {
			fmt.Println("error " + strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok")
		}
	}
}
