'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { all } = require('../src/catalogue.js');

test('every price is a whole number of cents', () => {
  for (const { name, price } of all()) assert.ok(Number.isInteger(price) && price > 0, name);
});
