//! Pushes with the prometheus crate what each line of stdin asks for (see ../README.md).
use std::collections::HashMap;
use std::io::BufRead;

use prometheus::{BasicAuthentication, CounterVec, Error, Gauge, GaugeVec, Histogram, HistogramOpts, Opts, Registry};

fn collect(metrics: &str) -> Result<Registry, Error> {
    let registry = Registry::new();
    if let Some((name, value)) = metrics.split_once('=') {
        let gauge = Gauge::new(name, "One value.")?;
        gauge.set(value.parse().unwrap());
        registry.register(Box::new(gauge))?;
        return Ok(registry);
    }
    let rows = CounterVec::new(Opts::new("client_rows_total", "Rows."), &["table"])?;
    rows.with_label_values(&["a\"b\\c\nd"]).inc_by(3.0);
    let last = Gauge::new("client_last_seconds", "Last.")?;
    last.set(1e6);
    let files = GaugeVec::new(Opts::new("client_files", "Files."), &["path"])?;
    files.with_label_values(&["é".repeat(1000).as_str()]).set(42.0);
    let latency = Histogram::with_opts(HistogramOpts::new("client_latency_seconds", "Latency.").buckets(vec![0.1, 1.0]))?;
    latency.observe(0.5);
    registry.register(Box::new(rows))?;
    registry.register(Box::new(last))?;
    registry.register(Box::new(files))?;
    registry.register(Box::new(latency))?;
    Ok(registry)
}

fn push(line: &str) -> Result<(), Error> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (operation, url, user, password, metrics, job) = (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
    let grouping: HashMap<String, String> =
        fields[6..].iter().filter_map(|label| label.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect();
    let password = (!user.is_empty()).then(|| BasicAuthentication { username: user.into(), password: password.into() });
    let families = collect(metrics)?.gather();
    match operation {
        "push" => prometheus::push_metrics(job, grouping, url, families, password),
        "pushadd" => prometheus::push_add_metrics(job, grouping, url, families, password),
        _ => Err(Error::Msg("the crate cannot delete".into())),
    }
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        match push(&line.unwrap()) {
            Ok(()) => println!("ok"),
            Err(error) => println!("error {}", error.to_string().replace('\n', " ")),
        }
    }
}
