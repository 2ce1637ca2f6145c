'use strict';
// Starts the deployed copy on a free port of this machine and asks it something.
const { server } = require('./server.js');

const running = server().listen(0, '127.0.0.1', async () => {
  const { port } = running.address();
  const response = await fetch(`http://127.0.0.1:${port}/articles`);
  const articles = await response.json();
  running.close();
  if (response.status !== 200 || articles.length === 0) process.exit(1);
  console.log(`the api answers with ${articles.length} articles`);
});
