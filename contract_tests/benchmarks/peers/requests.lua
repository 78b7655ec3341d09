-- What wrk sends. KIND is an operation, or "mixed"; FIRST and COUNT are the ids of students that stay,
-- SPARE is the first of those that may be deleted, TAG makes addresses unique.
local kind = os.getenv("KIND")
local first = tonumber(os.getenv("FIRST"))
local count = tonumber(os.getenv("COUNT"))
local spare = tonumber(os.getenv("SPARE"))
local tag = os.getenv("TAG")

local json = { ["Content-Type"] = "application/json" }
local student = '{"given_name":"Ada","family_name":"Lovelace","email":"ada.%s.%d@example.org",'
  .. '"date_of_birth":"1995-12-10","course":"Mathematics","year":2,"gpa":3.7,"status":"active"}'

local sent, made, deleted = 0, 0, 0

local function any()
  return "/students/" .. (first + sent * 7919 % count)
end

local function body()
  made = made + 1
  return student:format(tag, made)
end

local operations = {
  home = function() return wrk.format("GET", "/") end,
  health = function() return wrk.format("GET", "/health") end,
  one = function() return wrk.format("GET", any()) end,
  page = function() return wrk.format("GET", os.getenv("PAGE")) end,
  create = function() return wrk.format("POST", "/students", json, body()) end,
  replace = function() return wrk.format("PUT", any(), json, body()) end,
  delete = function()
    deleted = deleted + 1
    return wrk.format("DELETE", "/students/" .. (spare + deleted - 1))
  end,
}

-- Of 20 calls, in an order that does not depend on chance.
local mix = {
  "one", "page", "one", "create", "one", "replace", "page", "one", "delete", "create",
  "one", "page", "one", "replace", "one", "page", "create", "one", "replace", "delete",
}

request = function()
  sent = sent + 1
  return operations[kind == "mixed" and mix[sent % #mix + 1] or kind]()
end
