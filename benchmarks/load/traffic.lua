-- Sends the lines of a file one after the other: method, path, token, body, divided by tabs.
-- wrk … -- FILE PREFIX FIRST: paths stand below PREFIX, the first line sent is FIRST (from 0). After the last line
-- comes the first.

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   sent, lines = 0, {}
   prefix, first = args[2], tonumber(args[3])
   for line in io.lines(args[1]) do
      table.insert(lines, line)
   end
end

function request()
   local line = lines[(first + sent) % #lines + 1]
   sent = sent + 1
   local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
   local headers = { ["Authorization"] = "Token " .. token, ["Accept-Language"] = "en" }
   if body == "" then
      return wrk.format(method, prefix .. path, headers)
   end
   headers["Content-Type"] = "application/json"
   return wrk.format(method, prefix .. path, headers, body)
end

function done(summary, latency, requests)
   local errors = summary.errors
   print(string.format(
      'FIGURES {"requests": %d, "seconds": %f, "p50": %f, "p95": %f, "p99": %f, "refused": %d, "broken": %d, ' ..
      '"sent": %d}',
      summary.requests, summary.duration / 1e6,
      latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout,
      threads[1]:get("sent")))
end
