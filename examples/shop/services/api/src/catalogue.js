'use strict';

/** What is for sale, by its number; prices in cents. */
const ARTICLES = new Map([
  [1, { name: 'nest box', price: 2450 }],
  [2, { name: 'sunflower seeds, 1 kg', price: 399 }],
]);

function article(id) {
  return ARTICLES.get(id);
}

function all() {
  return [...ARTICLES].map(([id, article]) => ({ id, ...article }));
}

module.exports = { all, article };
