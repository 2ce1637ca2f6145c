-- Shows three moments of an editor, and prints each screen with its colours as a terminal would: one JSON list of pairs.
vim.o.columns, vim.o.lines = 140, 23
vim.o.termguicolors, vim.o.background = true, "dark"
vim.o.laststatus, vim.o.showmode, vim.o.ruler, vim.o.showcmd = 0, false, false, false
vim.o.signcolumn, vim.o.shortmess = "no", "filnxtToOFIcCsSW"
vim.o.completeopt = "menuone,noselect"
vim.opt.fillchars = { eob = " " }
vim.cmd("syntax enable")
vim.diagnostic.config({ virtual_text = { prefix = "■" }, signs = false, underline = true })

-- The codes of a terminal for the colours of the default scheme: red, yellow, green, blue, grey.
local codes = {
  [0xffc0b9] = "31", [0xfce094] = "33", [0xb3f6c0] = "32", [0x8cf8f7] = "36", [0xa6dbff] = "36",
  [0x9b9ea4] = "2", [0x4f5258] = "2",
}

local function fail(message)
  io.stderr:write(message .. "\n")
  vim.cmd("cquit 1")
end

-- The cells of a rectangle of a grid.
local function cells(grid, height, width)
  local rows = {}
  for row = 0, height - 1 do
    local line = {}
    for column = 0, width - 1 do
      local read, cell = pcall(vim.api.nvim__inspect_cell, grid, row, column)
      line[column] = read and cell or nil
    end
    rows[row] = line
  end
  return rows
end

-- Puts what floats over the window on its place. Without a terminal, each has a grid of its own.
local function overlay(screen, top, left, height, width, is_panel)
  for grid = 60, 2, -1 do
    if pcall(vim.api.nvim__inspect_cell, grid, height - 1, width - 1) then
      for row, line in pairs(cells(grid, height, width)) do
        for column, cell in pairs(line) do
          if screen[top + row] then
            screen[top + row][left + column] = is_panel and { cell[1], cell[2], is_panel = true } or cell
          end
        end
      end
      return
    end
  end
  fail("what floats has no grid")
end

local function in_words(screen)
  local lines = {}
  for row = 0, vim.o.lines - 2 do
    local line, style = "", ""
    for column = 0, vim.o.columns - 1 do
      local cell = screen[row][column] or { " ", {} }
      local is_blank = cell[1] == " " or cell[1] == ""
      local code = is_blank and style ~= "48" and style or codes[cell[2].foreground or 0] or (cell[2].bold and "1" or "")
      code = cell.is_panel and "48" or code
      if code ~= style then
        line = line .. "\27[0m" .. (code ~= "" and "\27[" .. code .. "m" or "")
        style = code
      end
      line = line .. (cell[1] == "" and " " or cell[1])
    end
    line = style == "48" and line or line:gsub(" +$", "")
    table.insert(lines, style ~= "" and line .. "\27[0m" or line)
  end
  return (table.concat(lines, "\n"):gsub("%s+$", "")) .. "\n"
end

local function screen()
  vim.cmd("redraw!")
  local shown = cells(1, vim.o.lines - 1, vim.o.columns)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      local top, left = unpack(vim.api.nvim_win_get_position(window))
      local height, width = vim.api.nvim_win_get_height(window), vim.api.nvim_win_get_width(window)
      overlay(shown, top, left, height + 2, width + 2)
    end
  end
  local menu = vim.fn.pum_getpos()
  if menu.row then
    overlay(shown, menu.row, menu.col, menu.height, menu.width, true)
  end
  return in_words(shown)
end

local function go(text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if vim.fn.search("\\V" .. text, "c") == 0 then
    fail("there is no " .. text)
  end
end

local shots = {}

-- Runs a step when its condition holds: between steps the editor goes on.
local function steps(list)
  local function run(number, tries)
    local step = list[number]
    if not step then
      io.stdout:write(vim.json.encode(shots))
      return vim.cmd("qall!")
    end
    if tries > 400 then
      return fail("waited in vain for step " .. number)
    end
    if step[1]() then
      step[2]()
      return vim.defer_fn(function() run(number + 1, 0) end, 50)
    end
    vim.defer_fn(function() run(number, tries + 1) end, 50)
  end
  run(1, 0)
end

local function shoot(title)
  table.insert(shots, { title, screen() })
end

local function client()
  return vim.lsp.get_clients({ bufnr = 0 })[1]
end

local function lenses()
  return #(vim.lsp.codelens.get(0) or {})
end

vim.cmd("edit services/api/nestling.yml")
steps({
  -- The first screen is drawn with the numbers of colours as they were before the lines had some.
  { function() return client() and lenses() == 2 end, screen },
  { function() return true end, function() vim.cmd("%s/needs: \\[build\\]/needs: [biuld]/") end },
  {
    function() return #vim.diagnostic.get(0) > 0 end,
    function() vim.lsp.codelens.refresh({ bufnr = 0 }) end,
  },
  { function() return lenses() == 2 end, function() go("biuld") end },
  { function() return true end, function() shoot("findings") end },
  { function() return true end, function() vim.cmd("silent undo") end },
  { function() return #vim.diagnostic.get(0) == 0 end, function() go("contract:") end },
  { function() return true end, function() vim.o.lines = 34; vim.lsp.buf.hover({ border = "rounded", max_width = 90 }) end },
  { function() return #vim.api.nvim_list_wins() > 1 end, function() shoot("hover") end },
  { function() return true end, function()
      vim.cmd("fclose")
      vim.o.lines = 23
      go("build]")
      vim.lsp.completion.enable(true, client().id, 0, {})
      vim.api.nvim_feedkeys("ce", "n", false)
    end },
  { function() return vim.fn.mode() == "i" end, function() vim.lsp.completion.get() end },
  { function() return vim.fn.pumvisible() == 1 end, function() shoot("completion") end },
})
