-- Opens a unit, types a mistake, takes the correction and saves; prints what it sees.
local function stop(message)
  io.stdout:write(message .. "\n")
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

vim.cmd("edit api/nestling.yml")
wait("the server", function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
vim.cmd("%s/script/scirpt/")
wait("the mistake", function() return find("scirpt") ~= nil end)
local finding = find("unknown job keyword")
io.stdout:write(vim.split(finding.message, "\n")[1] .. "\n")

vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
local title
vim.lsp.buf.code_action({
  filter = function(action)
    title = action.title
    return true
  end,
  apply = true,
})
wait("the correction", function() return title ~= nil and find("scirpt") == nil end)
io.stdout:write(title .. "\n")
wait("a file without findings", function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd("write")
io.stdout:write("nothing is left\n")
vim.cmd("qall!")
