-- Pushes by wrk: every request goes to the next group, with a body of that group's kind whose values differ from the last one's.
-- wrk -s push.lua URL -- FILE FRESH_EVERY; FILE as push-load.mjs writes it; every so manieth push goes to a group that was never there (0: none).
local heads, bodies = {}, {}
local group, round, fresh_every, count = 0, 0, 0, 0

local function read_number(file)
  return tonumber(file:read("*l"))
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  fresh_every = tonumber(args[2])
  local head_count = read_number(file)
  for index = 1, head_count do
    local length = read_number(file)
    heads[index] = file:read(length)
  end
  local kind_count, variant_count = read_number(file), read_number(file)
  for kind = 1, kind_count do
    bodies[kind] = {}
    for variant = 1, variant_count do
      local length = read_number(file)
      bodies[kind][variant] = file:read(length)
    end
  end
  file:close()
end

function request()
  local kind = bodies[group % #bodies + 1]
  local head = heads[group + 1]
  count = count + 1
  if fresh_every > 0 and count % fresh_every == 0 then
    head = head:gsub("worker%-", "fresh-" .. count .. "-", 1)
  end
  local text = head .. kind[(round + group) % #kind + 1]
  group = group + 1
  if group == #heads then
    group = 0
    round = round + 1
  end
  return text
end

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"maxMs":%f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
