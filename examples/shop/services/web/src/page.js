'use strict';
const { format } = require('../../../libs/core/src/money.js');

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** The page of the shop, for what the api lists. */
function page(articles) {
  const rows = articles.map(({ name, price }) => `<li>${escape(name)}: ${format(price)}</li>`);
  return `<!doctype html><title>Shop</title><ul>${rows.join('')}</ul>`;
}

module.exports = { page };
