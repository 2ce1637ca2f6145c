-- Opens a unit, types a mistake, takes the correction, then asks for hover, a definition, completion, lenses and a rename over three
-- files; prints what it sees.
local function say(text)
  io.stdout:write(text .. "\n")
end

local function stop(message)
  say(message)
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    stop("waited in vain for " .. what .. ": " .. vim.inspect(vim.diagnostic.get(0)))
  end
end

local function find(text)
  for _, finding in ipairs(vim.diagnostic.get(0)) do
    if finding.message:find(text, 1, true) then
      return finding
    end
  end
end

-- Puts the cursor on the first place of a text.
local function go(text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if vim.fn.search("\\V" .. text, "c") == 0 then
    stop("there is no " .. text)
  end
end

local function ask(method, params)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  params = params or vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
  for _, answer in pairs(answers or {}) do
    if answer.error then
      stop(method .. ": " .. answer.error.message)
    end
    return answer.result
  end
  stop("no answer to " .. method)
end

vim.cmd("edit api/nestling.yml")
wait("the server", function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
vim.cmd("%s/script/scirpt/")
wait("the mistake", function() return find("scirpt") ~= nil end)
local finding = find("unknown job keyword")
say(vim.split(finding.message, "\n")[1])

vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
local title
vim.lsp.buf.code_action({
  filter = function(action)
    title = title or action.title
    return action.title == title
  end,
  apply = true,
})
wait("the correction", function() return title ~= nil and find("scirpt") == nil end)
say(title)
wait("a file without findings", function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd("write")
say("nothing is left")

go("deploy:")
say("hover: " .. vim.split(ask("textDocument/hover").contents.value, "\n")[1])
go("node")
local definition = ask("textDocument/definition")[1]
say("definition: " .. vim.fn.fnamemodify(vim.uri_to_fname(definition.uri), ":t"))
go("stage: deploy")
vim.fn.search("stage: \\zsdeploy", "c")
local labels = {}
for _, item in ipairs(ask("textDocument/completion")) do
  table.insert(labels, item.label)
end
say("completion: " .. table.concat(labels, " "))
for _, lens in ipairs(ask("textDocument/codeLens", { textDocument = vim.lsp.util.make_text_document_params() })) do
  say("lens: " .. lens.command.title)
end

-- The settings show them without a request here.
local function shown()
  return vim.lsp.codelens.get(0) or {}
end
wait("lenses", function() return #shown() == 2 end)
local of_unit = #shown()

-- An input of the template that two units give.
vim.cmd("edit ci/node.yml")
wait("the server", function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
wait("lenses of a template", function() return #shown() > 0 and shown()[1].command.title:find("used by", 1, true) end)
say("shown: " .. of_unit .. " lenses, 1 of a template")
go("shards")
vim.lsp.buf.rename("parts")
wait("the new name", function() return vim.fn.search("parts", "nw") > 0 end)
vim.cmd("wall")
say("renamed")
vim.cmd("qall!")
