'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { answer } = require('../src/server.js');

test('all articles are listed', () => {
  assert.deepEqual(answer('/articles').body.map((article) => article.id), [1, 2]);
});

test('an article has a price that people can read', () => {
  assert.equal(answer('/articles/1').body.shown, '24.50 €');
});

test('an article that is not there is a 404', () => {
  assert.equal(answer('/articles/99').status, 404);
});
