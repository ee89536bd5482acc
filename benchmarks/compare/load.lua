-- Sends the requests of a file, one after the other, and says what came of it as one line of JSON.
--
-- The arguments: the file, whose requests a zero byte ends; the status that every answer must have,
-- or 0 where wrk's own count of errors is enough; the number of the first body; and the body, with a
-- place for a number.

local heads, body, number = {}, nil, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for head in file:read("*a"):gmatch("[^%z]+") do heads[#heads + 1] = head end
  file:close()
  local expected = tonumber(args[2])
  if expected ~= 0 then
    function response(status)
      if status ~= expected then error("answered with " .. status) end
    end
  end
  number, body = tonumber(args[3]), args[4]
end

function request()
  number = number + 1
  local head = heads[number % #heads + 1]
  if body then return head .. body:format(number) end
  return head
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
