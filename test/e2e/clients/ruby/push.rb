# Pushes with GitLab's prometheus-client-mmap, which Debian has, what each line of stdin asks for (see ../README.md).
require 'prometheus/client'
require 'prometheus/client/push'
require 'prometheus/client/simple_value'

# Values in memory: those in mapped files outlive their registry.
Prometheus::Client.configuration.value_class = Prometheus::Client::SimpleValue

def collect(metrics)
  registry = Prometheus::Client::Registry.new
  if metrics != 'all'
    name, value = metrics.split('=')
    registry.gauge(name.to_sym, 'One value.').set({}, value.to_f)
    return registry
  end
  registry.counter(:client_rows_total, 'Rows.').increment({ table: "a\"b\\c\nd" }, 3)
  registry.gauge(:client_last_seconds, 'Last.').set({}, 1e6)
  registry.gauge(:client_files, 'Files.').set({ path: 'é' * 1000 }, 42)
  # No histogram, no summary: in this version Push cannot write them (NoMethodError: total).
  registry
end

def push(operation, url, user, password, metrics, job, *labels)
  grouping = labels.to_h { |label| label.split('=', 2) }
  raise ArgumentError, 'the client knows no grouping label but instance' unless (grouping.keys - ['instance']).empty?

  gateway = user.empty? ? url : url.sub('://', "://#{user}:#{password}@")
  client = Prometheus::Client::Push.new(job: job, instance: grouping['instance'], gateway: gateway)
  answer = case operation
           when 'push' then client.replace(collect(metrics))
           when 'pushadd' then client.add(collect(metrics))
           else client.delete
           end
  raise "#{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)
end

$stdout.sync = true
$stdin.set_encoding('UTF-8').each_line(chomp: true) do |line|
  push(*line.split("\t", -1))
  puts 'ok'
rescue StandardError => e
  puts "error #{e.message.tr("\n", ' ')}"
end
