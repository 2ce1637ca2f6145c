'use strict';
const http = require('node:http');
const { all, article } = require('./catalogue.js');
const { format } = require('../../../libs/core/src/money.js');

/** GET /articles and GET /articles/ID, as JSON. */
function answer(path) {
  if (path === '/articles') return { status: 200, body: all() };
  const found = /^\/articles\/(\d+)$/.exec(path);
  const one = found && article(Number(found[1]));
  if (!one) return { status: 404, body: { error: 'no such article' } };
  return { status: 200, body: { ...one, shown: format(one.price) } };
}

function server() {
  return http.createServer((request, response) => {
    const { status, body } = answer(request.url);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}

module.exports = { answer, server };
