-- Tables that grow by doubling, closures, strings joined and split; the
-- collector returns blocks in bursts.
local state = 1
local function below(n)
    state = (state * 1103515245 + 12345) % 2147483648
    return (state // 256) % n
end

local index, list = {}, {}
for round = 1, 8000 do
    local key = "key" .. below(600)
    local entry = index[key]
    if not entry then
        entry = { name = key, values = {} }
        index[key] = entry
    end
    entry.values[#entry.values + 1] = round
    if below(4) == 0 then
        list[#list + 1] = function() return entry.name .. ":" .. #entry.values end
    end
    if #list > 300 then
        local texts = {}
        for i, f in ipairs(list) do texts[i] = f() end
        list = { function() return table.concat(texts, ","):sub(1, 100) end }
    end
    if below(300) == 0 then index[next(index)] = nil end
end
local names = {}
for name in pairs(index) do names[#names + 1] = name end
table.sort(names)
print(#names, #list, list[1]())
