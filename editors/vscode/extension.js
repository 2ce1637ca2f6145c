// Starts `nestling lsp` for YAML files. All else is the server's.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The languages that VS Code and its extensions give to files of jobs. */
const LANGUAGES = ["yaml", "gitlab-ci", "yaml.gitlab"];

let client;

/** The server as the settings name it. */
function server() {
  const command = vscode.workspace.getConfiguration("nestling").get("path") || "nestling";
  return { command, args: ["lsp"] };
}

async function start() {
  const options = {
    documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
  };
  client = new LanguageClient("nestling", "Nestling", server(), options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const message = `\`${server().command} lsp\` cannot be started: install Nestling, or set \`nestling.path\`. ${error.message}`;
    await vscode.window.showErrorMessage(message);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(vscode.commands.registerCommand("nestling.restart", restart));
  const changed = async (event) => {
    if (event.affectsConfiguration("nestling.path")) {
      await restart();
    }
  };
  context.subscriptions.push(vscode.workspace.onDidChangeConfiguration(changed));
  await start();
}

module.exports = { activate, deactivate: stop };
